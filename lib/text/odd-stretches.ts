import { CAPACITY } from './injection-tokens'

/** Tokens that a stretch has at the most: more than most injections, fewer than most lists. */
export const WINDOW = 128
/** Sums that are kept, begun one after another. */
export const RUNS = 4
/** Tokens after which the next of them begins anew. */
export const STAGGER = WINDOW / RUNS

/**
 * Which tokens of a text the sums of `BestStretch` have to take in: those of stretches that say enough even where each repetition counts. Nothing
 * else can say enough there, where repetitions count less.
 *
 * Where the model's own sum, which begins anew only where it is not above zero, stays below `least` until it does, nothing is needed. Elsewhere there
 * is a CUSUM for each of `BestStretch`, which begins anew where that one does and is never less: tokens before it has begun, and those after it was
 * last above `least`, are not needed. What is taken in then is the same as if all were.
 *
 * Time: O(tokens × `RUNS`), about 1 ns a token where nothing is needed; memory: 2 KB; nothing is allocated.
 */
export class OddStretches {
  /** For each token of the last call the first one that it or a later one needs: it is needed itself where that is not beyond it. */
  readonly lows = new Int32Array(CAPACITY)
  readonly #least: number
  readonly #sums = new Int32Array(RUNS)
  readonly #from = new Int32Array(RUNS)

  /** @param least Sum from which a stretch says something. */
  constructor (least: number) {
    this.#least = least
  }

  /** Forgets what came before. */
  begin (): void {
    this.#sums.fill(0)
  }

  /**
   * Finds the needed ones of the next `count` tokens. Those that a sum is in the middle of at the end are, unless the text ends there.
   * @param model The model's sum after each, and `before` them. @param now Number of the first, by which sums begin anew.
   */
  find (model: Int32Array, before: number, count: number, now: number, isLast: boolean): void {
    const least = this.#least
    this.lows.fill(count, 0, count)
    // What stands before these has been needed then, where it is now.
    this.#from.fill(0)
    let known = 0
    for (let i = 0; i < count; i++) {
      if ((model[i] as number) < least && (i + 1 < count || isLast || (model[i] as number) <= 0)) continue
      let from = i
      while (from > known && (model[from - 1] as number) > 0) from--
      let to = i + 1
      while (to < count && (model[to - 1] as number) > 0) to++
      if (from > 0) this.#sums.fill(0)
      this.#weigh(model, from === 0 ? before : model[from - 1] as number, from, to, now)
      if (to === count && !isLast) this.#keepOpen(count)
      this.#spread(from, to)
      known = to
      i = to - 1
    }
    if (count > 0 && (model[count - 1] as number) <= 0) this.#sums.fill(0)
  }

  /** Says of each token from `from` to `to` which is the first that sums which say enough there have taken in. */
  #weigh (model: Int32Array, before: number, from: number, to: number, now: number): void {
    const lows = this.lows
    const sums = this.#sums
    const begins = this.#from
    const least = this.#least
    let last = before
    for (let i = from; i < to; i++) {
      const at = now + i
      if ((at & (STAGGER - 1)) === 0) sums[(at / STAGGER) & (RUNS - 1)] = 0
      const step = (model[i] as number) - (last > 0 ? last : 0)
      last = model[i] as number
      for (let run = 0; run < RUNS; run++) {
        let sum = sums[run] as number
        if (sum <= 0) {
          sum = 0
          begins[run] = i
        }
        sum += step
        sums[run] = sum
        if (sum >= least && (begins[run] as number) < (lows[i] as number)) lows[i] = begins[run] as number
      }
    }
  }

  /** At the end of a call: sums that go on there may yet say enough. */
  #keepOpen (count: number): void {
    for (let run = 0; run < RUNS; run++) if ((this.#sums[run] as number) > 0) this.lows[count - 1] = Math.min(this.lows[count - 1] as number, this.#from[run] as number)
  }

  /** What a token needs, those before it are needed for. */
  #spread (from: number, to: number): void {
    const lows = this.lows
    let low = lows[to - 1] as number
    for (let i = to - 1; i >= from; i--) {
      if ((lows[i] as number) < low) low = lows[i] as number
      lows[i] = low
    }
  }
}
