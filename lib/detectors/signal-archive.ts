import { ByteReader, ByteWriter } from '../store/byte-stream'
import { SignalCell } from './signal-cell'
import type { SignalTier } from './signal-tier'
import { SIGNAL_TYPES } from './signal-types'
import { readCounter, readTop, writeCounter, writeTop } from './sketch-bytes'

const TYPES = SIGNAL_TYPES.length
/** The plain form of a `SignalTier`. */
export interface SignalTierJson {
  /** Number of the bucket that is open. */
  open: number
  /** Number of the first bucket whose sketches are here. */
  sketchedSince: number
  /** In base64: the buckets that had signals, oldest first. */
  buckets: string
}

/**
 * Writes a tier down: the counts of all buckets, and as many sketches, newest first, as there is room for. What several sketches of a bucket have in common (whoever sends
 * requests shows an address, an order of headers and a session each) is written once.
 *
 * @param mostBytes Bytes that sketches may take; the open bucket's are written in any case. @param keys Is given the hashes of which the heaviest are told.
 */
export function writeTier (tier: SignalTier, mostBytes: number, keys: Set<number>): { json: SignalTierJson, bytes: number, isWhole: boolean } {
  const sketches = new Map<number, Uint8Array>()
  const bucketWriter = new BucketWriter(keys)
  let bytes = 0
  let since = tier.open + 1
  const first = Math.max(tier.sketchedSince, tier.oldest, 0)
  for (; since > first; since--) {
    const written = bucketWriter.write(tier, since - 1)
    if (bytes + written.length > mostBytes && since <= tier.open) break
    bytes += written.length
    sketches.set(since - 1, written)
  }
  const out = new ByteWriter()
  let before = Math.max(tier.oldest, 0) - 1
  for (let bucket = before + 1; bucket <= tier.open; bucket++) {
    const types = SIGNAL_TYPES.map((_, type) => type).filter((type) => tier.countOf(bucket, type) > 0)
    if (types.length === 0) continue
    out.number(bucket - before)
    out.number(types.reduce((mask, type) => mask | 1 << type, 0))
    for (const type of types) {
      out.number(tier.countOf(bucket, type))
      out.number(tier.valuesOf(bucket, type))
      out.number(tier.entitiesOf(bucket, type))
    }
    if (bucket >= since) out.bytes(sketches.get(bucket) as Uint8Array)
    before = bucket
  }
  return { json: { open: tier.open, sketchedSince: since, buckets: Buffer.from(out.view()).toString('base64') }, bytes, isWhole: since === first }
}

/** Puts what was written into an empty tier. @throws RangeError Where it was not written so. */
export function readTier (json: SignalTierJson, tier: SignalTier): void {
  const { open, sketchedSince, buckets } = json
  if (!Number.isSafeInteger(open) || open < 0 || !Number.isSafeInteger(sketchedSince)) throw new RangeError(`a tier of signals begins at no bucket: ${String(open)}`)
  tier.begin(open, sketchedSince)
  const from = new ByteReader(Buffer.from(String(buckets), 'base64'))
  let bucket = Math.max(open - tier.length + 1, 0) - 1
  while (!from.isAtEnd) {
    bucket += from.number()
    const mask = from.number()
    if (bucket > open || mask >= 2 ** TYPES) throw new RangeError(`a tier of signals has a bucket ${bucket} that it cannot have`)
    const counts = new Map<number, [number, number, number]>()
    for (let type = 0; type < TYPES; type++) if ((mask & 1 << type) !== 0) counts.set(type, [from.number(), from.number(), from.number()])
    const cells = bucket < sketchedSince ? [] : new BucketReader(from).read(tier.top)
    for (const [type, [count, values, entities]] of counts) tier.put(bucket, type, count, values, entities, cells[type] ?? null)
  }
}

/** Writes the sketches of one bucket. */
class BucketWriter {
  readonly #keys: Set<number>
  readonly #out = new ByteWriter()
  readonly #part = new ByteWriter()
  /** Parts written so far, by their bytes. */
  readonly #known = new Map<string, number>()

  constructor (keys: Set<number>) { this.#keys = keys }

  write (tier: SignalTier, bucket: number): Uint8Array {
    this.#out.clear()
    this.#known.clear()
    const types = SIGNAL_TYPES.map((_, type) => type).filter((type) => tier.cell(bucket, type) !== null)
    this.#out.number(types.reduce((mask, type) => mask | 1 << type, 0))
    for (const type of types) {
      const { values, entities, topValues, topEntities } = tier.cell(bucket, type) as SignalCell
      writeCounter(values, this.#part)
      this.#take()
      writeCounter(entities, this.#part)
      this.#take()
      writeTop(topValues, this.#part, this.#keys)
      this.#take()
      writeTop(topEntities, this.#part, this.#keys)
      this.#take()
    }
    return this.#out.view().slice()
  }

  /** Takes a part in: as it is, or, where the bucket has the same already, by its number. */
  #take (): void {
    const bytes = this.#part.view()
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    const known = this.#known.get(name)
    this.#out.number(known ?? 0)
    if (known === undefined) {
      this.#known.set(name, this.#known.size + 1)
      this.#out.bytes(bytes)
    }
    this.#part.clear()
  }
}

/** Reads the sketches of one bucket. */
class BucketReader {
  readonly #from: ByteReader
  /** Where the parts begin. */
  readonly #places: number[] = []

  constructor (from: ByteReader) { this.#from = from }

  /** @returns Cells by their type. */
  read (top: number): (SignalCell | undefined)[] {
    const mask = this.#from.number()
    if (mask >= 2 ** TYPES) throw new RangeError(`a bucket of signals has types ${mask} that there are not`)
    return SIGNAL_TYPES.map((_, type) => (mask & 1 << type) === 0
      ? undefined
      : new SignalCell(top, this.#part(readCounter), this.#part(readCounter), this.#part((from) => readTop(from, top)), this.#part((from) => readTop(from, top))))
  }

  #part<T> (read: (from: ByteReader) => T): T {
    const from = this.#from
    const known = from.number()
    if (known === 0) {
      this.#places.push(from.at)
      return read(from)
    }
    const place = this.#places[known - 1]
    if (place === undefined) throw new RangeError(`a bucket of signals has no part ${known}`)
    const after = from.at
    from.at = place
    const part = read(from)
    from.at = after
    return part
  }
}
