import { isTrackingName } from '../text/tracking-name'
import { FieldProfile } from './field-profile'

/** Cells of a parameter: its name, its profile, the common profile of the name, requests that had it, its part in a set's hash, whether it tracks. */
const NAME = 0
const PROFILE = 1
const COMMON = 2
const REQUESTS = 3
const PART = 4
const TRACKING = 5
const STRIDE = 6

type Cell = string | FieldProfile | null | number | boolean
const NONE: readonly Cell[] = []

/**
 * The parameters of one source of a route, in the order in which they came, by place: 0 to `size` - 1. All that judging a request needs of
 * them, but for what their values look like, stands side by side in one array: 80 bytes and 48 a parameter, where an object of each takes
 * half as much again, and a cache line of its own.
 *
 * Time: `find` compares with each name before the one asked for. Property names compare by identity, so up to a dozen that is faster than a
 * `Map`; the owner bounds their number. Names are the client's; any text is a name like any other, `__proto__` too.
 */
export class ParameterTable {
  /** A new array with each new name, so that none has room to spare. */
  #cells = NONE as Cell[]

  get size (): number { return this.#cells.length / STRIDE }

  /** The place of a name, or -1. */
  find (name: string): number {
    const cells = this.#cells
    for (let at = NAME; at < cells.length; at += STRIDE) if (cells[at] === name) return at / STRIDE
    return -1
  }

  name (place: number): string { return this.#cells[STRIDE * place + NAME] as string }
  /** What its values look like here. */
  profile (place: number): FieldProfile { return this.#cells[STRIDE * place + PROFILE] as FieldProfile }
  /** What they look like wherever the name is used, where that is known. */
  common (place: number): FieldProfile | null { return this.#cells[STRIDE * place + COMMON] as FieldProfile | null }
  /** Requests learned that had it. */
  requests (place: number): number { return this.#cells[STRIDE * place + REQUESTS] as number }
  /** What the name adds to the hash of a set of names. */
  part (place: number): number { return this.#cells[STRIDE * place + PART] as number }
  /** Whether its identifiers are somebody else's, and free to differ. */
  isTracking (place: number): boolean { return this.#cells[STRIDE * place + TRACKING] as boolean }

  setCommon (place: number, common: FieldProfile | null): void { this.#cells[STRIDE * place + COMMON] = common }
  setRequests (place: number, requests: number): void { this.#cells[STRIDE * place + REQUESTS] = requests }

  /** Makes a place for a name that has none. @param part What it adds to the hash of a set. */
  add (name: string, part: number, profile = new FieldProfile()): number {
    // As a signed integer it needs no memory of its own.
    this.#cells = this.#cells.concat([name, profile, null, 0, part | 0, isTrackingName(name)])
    return this.size - 1
  }

  /** Takes a place away; those behind it move up. */
  remove (place: number): void { this.#cells = this.#cells.toSpliced(STRIDE * place, STRIDE) }

  clear (): void { this.#cells = NONE as Cell[] }
}
