/**
 * Distance of a count from what is expected, in standard deviations: the Anscombe transform 2√(x + 3/8) makes the variance of a Poisson
 * count 1 whatever its mean. Where counts vary more than Poisson ones (`variance` above `mean`: a negative binomial with a constant ratio of the two),
 * the distance is divided by the root of that ratio; a lower variance than Poisson's is not believed.
 *
 * Edges: a mean below 0 is 0; a mean of 0 makes a ratio of `variance` to 1/4.
 *
 * Source: F. J. Anscombe, "The transformation of Poisson, binomial and negative-binomial data", Biometrika 35, 1948; P. McCullagh, J. Nelder,
 * "Generalized Linear Models", 1989, section 6.2.3 (dispersion).
 */
export function countDistance (x: number, mean: number, variance: number): number {
  const expected = Math.max(0, mean)
  const dispersion = Math.max(1, variance / Math.max(0.25, expected))
  return 2 * (Math.sqrt(x + 0.375) - Math.sqrt(expected + 0.375)) / Math.sqrt(dispersion)
}

/** The count that is `distance` standard deviations above what is expected: `countDistance` solved for `x`. */
export function countAt (distance: number, mean: number, variance: number): number {
  const expected = Math.max(0, mean)
  const dispersion = Math.max(1, variance / Math.max(0.25, expected))
  return (Math.sqrt(expected + 0.375) + distance * Math.sqrt(dispersion) / 2) ** 2 - 0.375
}
