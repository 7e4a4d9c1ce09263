import { HyperLogLog } from '../stats/hyper-log-log'
import { TopTable } from '../stats/top-table'

/** Bytes of a cell beside its sketches. */
const OWN_BYTES = 360

/** Who and what one type of signal showed within one bucket of time. Counting is elsewhere (`SignalTier`): a cell may be dropped. */
export class SignalCell {
  readonly values: HyperLogLog
  readonly entities: HyperLogLog
  readonly topValues: TopTable
  readonly topEntities: TopTable
  readonly #top: number

  /** @param top Heaviest values, and entities, that are kept. */
  constructor (top: number, values = new HyperLogLog(), entities = new HyperLogLog(), topValues = new TopTable(top), topEntities = new TopTable(top)) {
    this.#top = top
    this.values = values
    this.entities = entities
    this.topValues = topValues
    this.topEntities = topEntities
  }

  /** @param times How often the value came. */
  addValue (value: number, times: number): void {
    this.values.add(value)
    this.topValues.add(value, times)
  }

  /** @param times How often the entity came. */
  addEntity (entity: number, times: number): void {
    this.entities.add(entity)
    this.topEntities.add(entity, times)
  }

  merge (other: SignalCell): void {
    this.values.merge(other.values)
    this.entities.merge(other.entities)
    this.topValues.merge(other.topValues)
    this.topEntities.merge(other.topEntities)
  }

  /** About how much memory it takes. */
  get bytes (): number { return OWN_BYTES + 24 * this.#top + this.values.bytes + this.entities.bytes }
}
