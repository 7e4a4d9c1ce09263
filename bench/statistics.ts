/** Median and quartiles of a sample, by linear interpolation. An empty sample gives `NaN`. */
export interface Quartiles {
  lower: number
  median: number
  upper: number
}

export function quartiles (sample: readonly number[]): Quartiles {
  const sorted = [...sample].sort((a, b) => a - b)
  return { lower: quantile(sorted, 0.25), median: quantile(sorted, 0.5), upper: quantile(sorted, 0.75) }
}

export function median (sample: readonly number[]): number {
  return quartiles(sample).median
}

export function mean (sample: readonly number[]): number {
  return sample.reduce((sum, value) => sum + value, 0) / sample.length
}

function quantile (sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return NaN
  const position = (sorted.length - 1) * q
  const below = sorted[Math.floor(position)]!
  const above = sorted[Math.ceil(position)]!
  return below + (above - below) * (position - Math.floor(position))
}
