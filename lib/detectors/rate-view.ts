import { ClippedMoments } from '../stats/clipped-moments'
import type { ClippedMomentsJson } from '../stats/clipped-moments'
import { TailEstimate } from '../stats/tail-estimate'
import type { TailEstimateJson } from '../stats/tail-estimate'
import { RatePrecedents } from './rate-precedents'
import type { RatePrecedentsJson } from './rate-precedents'

/** Expected cases below which a deviation is remembered as a precedent, and below which precedents are asked. */
const REMARKABLE = 10 ** 0.5
const QUESTIONABLE = 30

export interface RateViewJson { moments: ClippedMomentsJson, tail: TailEstimateJson, precedents: RatePrecedentsJson | null }

/**
 * One reference of a rate baseline: its level and spread, how far values have been out of it, and when they were so remarkably.
 * Memory: 100 bytes, and 800 from the first remarkable value on. Time: O(1).
 */
export class RateView {
  readonly moments: ClippedMoments
  /** The distance that was judged last, and the cases of it that are to be expected; precedents are not counted in `rarity`. */
  distance = 0
  cases = Infinity
  rarity = Infinity
  readonly #tail: TailEstimate
  #precedents: RatePrecedents | null = null

  /** @param memory Values that the tail of distances remembers. */
  constructor (moments: ClippedMoments, memory: number) {
    this.moments = moments
    this.#tail = new TailEstimate(memory)
  }

  /** Distances learned are few yet. */
  get isYoung (): boolean { return !this.#tail.isReady }

  /** The distance of which so many cases are to be expected. */
  distanceOf (cases: number): number { return this.#tail.at(cases) }

  /** Judges a distance in standard deviations. @returns How many such cases are to be expected in the memory. */
  judge (distance: number, at: number, row: number): number {
    const size = Math.abs(distance)
    this.distance = distance
    this.rarity = this.#tail.expected(size)
    this.cases = this.rarity < QUESTIONABLE && this.#precedents !== null ? this.rarity + this.#precedents.weigh(size, at, row) : this.rarity
    return this.cases
  }

  /** Learns what was judged last. @param isJudged Whether it was judged, or only taken note of. @param leastVariance See `ClippedMoments`. */
  learn (value: number, at: number, row: number, isJudged: boolean, leastVariance: number): void {
    const size = Math.abs(this.distance)
    if (this.rarity < REMARKABLE) this.note(size, at, row)
    if (isJudged) this.#tail.learn(size)
    this.moments.learn(value, leastVariance)
  }

  /** Remembers a remarkable distance. */
  note (size: number, at: number, row: number): void {
    this.#precedents ??= new RatePrecedents()
    this.#precedents.note(size, at, row)
  }

  toJSON (): RateViewJson {
    return { moments: this.moments.toJSON(), tail: this.#tail.toJSON(), precedents: this.#precedents === null ? null : this.#precedents.toJSON() }
  }

  /** Takes over what `toJSON` gave. */
  restore (json: RateViewJson): void {
    this.moments.restore(json.moments)
    this.#tail.restore(json.tail)
    this.#precedents = null
    if (json.precedents === null) return
    this.#precedents = new RatePrecedents()
    this.#precedents.restore(json.precedents)
  }
}
