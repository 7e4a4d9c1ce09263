export interface CusumOptions {
  /** The mean while all is well. */
  target: number
  /** How far above the target is still tolerated: half the shift worth an alarm. */
  slack: number
  /** The sum above which it alarms. */
  limit: number
}

export interface CusumJson extends CusumOptions {
  value: number
}

/**
 * Cumulative sum of what exceeds `target + slack`: finds a small lasting rise of a mean that no single value shows. O(1) time, four numbers of
 * memory. Units are those of the stream.
 *
 * Edges: the sum never falls below 0; after an alarm it keeps counting until `reset`; `NaN` and infinite values are ignored.
 *
 * Source: E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954 (one-sided, upper).
 */
export class Cusum {
  value = 0
  readonly #options: CusumOptions

  constructor ({ target, slack, limit }: CusumOptions) {
    if (!Number.isFinite(target)) throw new RangeError(`target must be a finite number, got ${target}`)
    if (!(slack >= 0 && slack < Infinity)) throw new RangeError(`slack must be a finite number from 0, got ${slack}`)
    if (!(limit > 0 && limit < Infinity)) throw new RangeError(`limit must be a finite number above 0, got ${limit}`)
    this.#options = { target, slack, limit }
  }

  /** Whether the sum is above the limit. */
  add (x: number): boolean {
    const { target, slack, limit } = this.#options
    if (Number.isFinite(x)) this.value = Math.min(Number.MAX_VALUE, Math.max(0, this.value + x - target - slack))
    return this.value > limit
  }

  reset (): void {
    this.value = 0
  }

  toJSON (): CusumJson {
    return { ...this.#options, value: this.value }
  }

  static from (json: CusumJson): Cusum {
    const sum = new Cusum(json)
    sum.value = json.value
    return sum
  }
}
