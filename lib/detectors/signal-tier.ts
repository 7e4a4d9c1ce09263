import { SignalCell } from './signal-cell'
import { SIGNAL_TYPES } from './signal-types'

const TYPES = SIGNAL_TYPES.length

/**
 * Buckets of one length, in a ring: how many signals of each type each had (exact), how many different values and entities (as
 * estimated when it closed), and, as long as there is room, the sketches. A bucket's place follows from its number by arithmetic.
 *
 * Memory: `length` times 20 types times 20 bytes, and the cells.
 */
export class SignalTier {
  readonly stepMs: number
  readonly length: number
  /** Number of the bucket that is open: the time divided by `stepMs`. */
  open = -1
  /** Bytes of all cells of closed buckets, about. */
  bytes = 0
  /** Heaviest values, and entities, kept of each. */
  readonly top: number
  readonly #counts: Uint32Array
  readonly #values: Uint32Array
  readonly #entities: Uint32Array
  readonly #cells: (SignalCell | null)[]
  readonly #sizes: Uint32Array
  /** Place of the open bucket's first type. */
  #openSlot = 0
  /** No bucket before this one has cells. */
  #firstWithCells = 0

  /** @param length Buckets kept. @param top Heaviest values, and entities, kept of each. */
  constructor (stepMs: number, length: number, top: number) {
    this.stepMs = stepMs
    this.length = length
    this.top = top
    this.#counts = new Uint32Array(length * TYPES)
    this.#values = new Uint32Array(length * TYPES)
    this.#entities = new Uint32Array(length * TYPES)
    this.#cells = new Array<SignalCell | null>(length * TYPES).fill(null)
    this.#sizes = new Uint32Array(length)
  }

  /** Number of the oldest bucket that is kept. */
  get oldest (): number { return this.open - this.length + 1 }

  bucketOf (at: number): number { return Math.floor(at / this.stepMs) }

  /** Whether a bucket's counts are kept. */
  holds (bucket: number): boolean { return bucket >= this.oldest && bucket <= this.open }

  /** Counts signals in the open bucket. */
  count (type: number, signals: number): void { this.#counts[this.#openSlot + type]! += signals }

  /** The cell of the open bucket, made when it is first asked for. */
  openCell (type: number): SignalCell {
    const slot = this.#openSlot + type
    const known = this.#cells[slot] as SignalCell | null
    if (known !== null) return known
    const cell = new SignalCell(this.top)
    this.#cells[slot] = cell
    return cell
  }

  cell (bucket: number, type: number): SignalCell | null { return this.holds(bucket) ? this.#cells[this.#slot(bucket, type)] ?? null : null }
  countOf (bucket: number, type: number): number { return this.holds(bucket) ? this.#counts[this.#slot(bucket, type)] as number : 0 }
  /** Different values that a closed bucket had. */
  valuesOf (bucket: number, type: number): number { return this.holds(bucket) ? this.#values[this.#slot(bucket, type)] as number : 0 }
  entitiesOf (bucket: number, type: number): number { return this.holds(bucket) ? this.#entities[this.#slot(bucket, type)] as number : 0 }

  /** Whether the sketches of a bucket are all there. */
  hasCells (bucket: number): boolean { return this.holds(bucket) && bucket >= this.#firstWithCells }

  /** No bucket before this one has sketches. */
  get sketchedSince (): number { return this.#firstWithCells }

  /** Forgets all. */
  clear (): void {
    this.open = -1
    this.bytes = this.#openSlot = this.#firstWithCells = 0
    for (const numbers of [this.#counts, this.#values, this.#entities, this.#sizes]) numbers.fill(0)
    this.#cells.fill(null)
  }

  /** Begins, while it is empty, with a bucket that is open already. @param sketchedSince First of those put in that has sketches. */
  begin (open: number, sketchedSince: number): void {
    this.open = open
    this.#openSlot = this.#slot(open, 0)
    this.#firstWithCells = Math.max(sketchedSince, this.oldest)
  }

  /** Puts in what a bucket had; one that is no longer kept is left out. */
  put (bucket: number, type: number, count: number, values: number, entities: number, cell: SignalCell | null): void {
    if (!this.holds(bucket)) return
    const slot = this.#slot(bucket, type)
    this.#counts[slot] = count
    this.#values[slot] = values
    this.#entities[slot] = entities
    this.#cells[slot] = bucket < this.#firstWithCells ? null : cell
    if (cell === null || bucket === this.open || bucket < this.#firstWithCells) return
    this.#sizes[this.#place(bucket)]! += cell.bytes
    this.bytes += cell.bytes
  }

  /**
   * Adds another tier of the same length, whose open bucket is the same: what both have seen together. Where sketches of a bucket are gone in one of the two that had any
   * signals in it, those of all before are dropped: then of different values and entities the greater number of the two is kept, which is at the least as many.
   */
  merge (other: SignalTier): void {
    const since = Math.max(this.#unsketched(), other.#unsketched()) + 1
    this.#firstWithCells = Math.max(since, this.oldest)
    for (let bucket = this.oldest; bucket <= this.open; bucket++) {
      const place = this.#place(bucket)
      this.bytes -= this.#sizes[place] as number
      this.#sizes[place] = 0
      for (let type = 0; type < TYPES; type++) this.#mergeCell(other, bucket, this.#slot(bucket, type))
    }
  }

  /** Closes the open bucket, notes what its sketches say, and opens another, later one. */
  turn (bucket: number): void {
    if (this.open >= 0) this.#close()
    const first = this.open < 0 ? bucket : Math.max(this.open + 1, bucket - this.length + 1)
    for (let each = first; each <= bucket; each++) this.#clear(each)
    this.open = bucket
    this.#openSlot = this.#slot(bucket, 0)
    this.#firstWithCells = Math.max(this.#firstWithCells, this.oldest)
  }

  /** Drops the sketches of the oldest closed bucket that has any. @returns Whether there was one. */
  thin (): boolean {
    while (this.#firstWithCells < this.open) {
      const bucket = this.#firstWithCells++
      if (this.#sizes[this.#place(bucket)] === 0) continue
      this.#drop(bucket)
      return true
    }
    return false
  }

  /** The last bucket that had signals and has no sketches of them; -1 without one. */
  #unsketched (): number {
    for (let bucket = this.#firstWithCells - 1; bucket >= this.oldest; bucket--) {
      const slot = this.#slot(bucket, 0)
      if (this.#counts.subarray(slot, slot + TYPES).some((count) => count > 0)) return bucket
    }
    return -1
  }

  #mergeCell (other: SignalTier, bucket: number, slot: number): void {
    const theirs = other.#cells[slot] ?? null
    const own = this.#cells[slot] ?? null
    const isSketched = bucket >= this.#firstWithCells
    this.#counts[slot]! += other.#counts[slot] as number
    if (own !== null && theirs !== null && isSketched) own.merge(theirs)
    const cell = this.#cells[slot] = isSketched ? own ?? theirs : null
    const isKnown = isSketched && cell !== null
    this.#values[slot] = bucket < this.open && isKnown ? cell.values.count() : Math.max(this.#values[slot] as number, other.#values[slot] as number)
    this.#entities[slot] = bucket < this.open && isKnown ? cell.entities.count() : Math.max(this.#entities[slot] as number, other.#entities[slot] as number)
    if (!isKnown || bucket === this.open) return
    this.#sizes[this.#place(bucket)]! += cell.bytes
    this.bytes += cell.bytes
  }

  #close (): void {
    let size = 0
    for (let type = 0; type < TYPES; type++) {
      const slot = this.#slot(this.open, type)
      const cell = this.#cells[slot] ?? null
      if (cell === null) continue
      this.#values[slot] = cell.values.count()
      this.#entities[slot] = cell.entities.count()
      size += cell.bytes
    }
    this.#sizes[this.#place(this.open)] = size
    this.bytes += size
  }

  #clear (bucket: number): void {
    this.#drop(bucket)
    const slot = this.#slot(bucket, 0)
    this.#counts.fill(0, slot, slot + TYPES)
    this.#values.fill(0, slot, slot + TYPES)
    this.#entities.fill(0, slot, slot + TYPES)
  }

  #drop (bucket: number): void {
    const place = this.#place(bucket)
    this.bytes -= this.#sizes[place] as number
    this.#sizes[place] = 0
    this.#cells.fill(null, place * TYPES, (place + 1) * TYPES)
  }

  #place (bucket: number): number { return bucket % this.length }
  #slot (bucket: number, type: number): number { return bucket % this.length * TYPES + type }
}
