import { RecordTrend } from '../stats/record-trend'
import type { RecordTrendJson } from '../stats/record-trend'
import { TailBound } from '../stats/tail-bound'
import type { TailBoundJson } from '../stats/tail-bound'
import { isManifold } from './body-bounds'
import type { BodyNode, BodyNodeJson, NodeSettings } from './body-node'

/** The plain form of a `ListShape`. */
export interface ListShapeJson { lengths: TailBoundJson, rises: RecordTrendJson, element: BodyNodeJson }

/** The arrays at one place: their lengths, and what all their elements have in common. */
export class ListShape {
  readonly lengths: TailBound
  readonly element: BodyNode
  /** Whether arrays keep growing. */
  rises = new RecordTrend()

  /** @param element What all elements have in common. @param error Share of ordinary lengths that the bound may leave out. */
  constructor (element: BodyNode, error: number) {
    this.lengths = new TailBound('upper', error)
    this.element = element
  }

  /** Whether a length is far beyond what is ordinary; lists that keep growing may grow fourfold. @param least Lists after which one outlier hides no other (see `TailBound`). */
  isBeyond (length: number, least?: number): boolean {
    if (this.lengths.limit === Infinity) return isManifold(length, this.lengths.extreme)
    if (!this.lengths.isBeyond(length) && !this.lengths.isBeyondOthers(length, least)) return false
    return !this.rises.isOn(this.lengths.n) || length > 4 * this.lengths.extreme
  }

  halve (): void {
    this.rises.halve()
    this.lengths.halve()
    this.element.halve()
  }

  merge (other: ListShape, settings: NodeSettings): void {
    this.rises.merge(other.rises)
    this.lengths.merge(other.lengths)
    this.element.merge(other.element, settings)
  }

  toJSON (): ListShapeJson { return { lengths: this.lengths.toJSON(), rises: this.rises.toJSON(), element: this.element.toJSON() } }

  static from (json: ListShapeJson, element: BodyNode, error: number): ListShape {
    const list = new ListShape(element, error)
    list.lengths.restore(json.lengths)
    list.rises = RecordTrend.from(json.rises)
    return list
  }
}
