import { HyperLogLog } from '../stats/hyper-log-log'
import { TopTable } from '../stats/top-table'
import type { ByteReader, ByteWriter } from '../store/byte-stream'

/** First byte of a counter of different things: how many hashes follow, or that ranks do, those that are not 0 or all. */
const FEW_RANKS = 65
const ALL_RANKS = 66
const RANKS = 1024
/** Bits of a rank. */
const RANK_BITS = 5

/** Writes a counter of different things: its hashes, or its ranks, of which those that are not 0 are named where they are few. */
export function writeCounter (counter: HyperLogLog, out: ByteWriter): void {
  const { hashes, ranks } = counter
  if (hashes !== null) {
    out.byte(hashes.length)
    for (const hash of hashes) out.word(hash)
    return
  }
  let reached = 0
  for (let i = 0; i < RANKS; i++) if (ranks[i] !== 0) reached++
  if (2 * reached < RANKS * RANK_BITS / 8) writeFewRanks(ranks, reached, out)
  else writeAllRanks(ranks, out)
}

function writeFewRanks (ranks: Uint8Array, reached: number, out: ByteWriter): void {
  out.byte(FEW_RANKS)
  out.number(reached)
  let last = -1
  for (let i = 0; i < RANKS; i++) {
    if (ranks[i] === 0) continue
    out.number((i - last - 1) << RANK_BITS | ranks[i] as number)
    last = i
  }
}

function writeAllRanks (ranks: Uint8Array, out: ByteWriter): void {
  out.byte(ALL_RANKS)
  let bits = 0
  let held = 0
  for (let i = 0; i < RANKS; i++) {
    held |= (ranks[i] as number) << bits
    for (bits += RANK_BITS; bits >= 8; bits -= 8) {
      out.byte(held & 255)
      held >>>= 8
    }
  }
}

/** Reads what `writeCounter` wrote. @throws RangeError Where it was not written so. */
export function readCounter (from: ByteReader): HyperLogLog {
  const kind = from.byte()
  if (kind < FEW_RANKS) {
    const counter = new HyperLogLog()
    for (let left = kind; left > 0; left--) counter.add(from.word())
    return counter
  }
  const ranks = new Uint8Array(RANKS)
  if (kind === FEW_RANKS) {
    for (let left = from.number(), at = -1; left > 0; left--) {
      const next = from.number()
      at += (next >>> RANK_BITS) + 1
      if (at >= RANKS) throw new RangeError(`a counter has no rank ${at}`)
      ranks[at] = next & 31
    }
    return HyperLogLog.ofRanks(ranks)
  }
  if (kind !== ALL_RANKS) throw new RangeError(`a counter begins with ${kind}`)
  let bits = 0
  let held = 0
  for (let i = 0; i < RANKS; i++) {
    for (; bits < RANK_BITS; bits += 8) held |= from.byte() << bits
    ranks[i] = held & 31
    held >>>= RANK_BITS
    bits -= RANK_BITS
  }
  return HyperLogLog.ofRanks(ranks)
}

/** Writes a table of what came most. @param keys Is given its keys. */
export function writeTop (table: TopTable, out: ByteWriter, keys: Set<number>): void {
  const numbers = table.toNumbers()
  out.number(table.size)
  out.number(numbers[0] as number)
  for (let at = 1; at < numbers.length; at += 3) {
    keys.add(numbers[at] as number)
    out.word(numbers[at] as number)
    out.number(numbers[at + 1] as number)
    out.number(numbers[at + 2] as number)
  }
}

/** Reads what `writeTop` wrote. @param top Counters that the table has room for. @throws RangeError Where it was not written so. */
export function readTop (from: ByteReader, top: number): TopTable {
  const size = from.number()
  if (size > top) throw new RangeError(`a table of ${top} has ${size} counters`)
  const numbers = [from.number()]
  for (let left = size; left > 0; left--) numbers.push(from.word(), from.number(), from.number())
  return TopTable.from(top, numbers)
}
