/** Names that have a bit (`HeaderReader`). */
const NAMES = 64
const FULL = 255
/** Sightings of a relation from which on its opposite is worth a word. */
const LEAST = 18
/** Share of the sightings that may have been otherwise without the relation being void: an odd client, a poisoned request. */
const ODD = 0.02

/** Lists that would lack a name by chance, were it not for the other one, from which on it is no chance that none does (of 4.6 expected none comes once in a hundred times). */
const TELLING = 4.6

/** The plain form of `HeaderRelations`: lists by bit, and in turn two bits, the lists with the first before the second, those with both. */
export interface HeaderRelationsJson { have: number[], pairs: number[] }

/**
 * How the header names of one kind of client go together: which comes before which, and which comes whenever another does. So a list
 * never seen as a whole is no novelty as long as it keeps the order that its software writes, and one that does not, or
 * lacks what always comes with the rest, is one even when the list as a set is known.
 *
 * Only lists that are not yet well known are counted, each at most 31 times: counts are numbers of rather different lists, not of
 * requests. A relation holds when it was seen 18 times and its opposite at most once or in one of fifty. 64 names, 8 kB; counts of a
 * name halve when they reach 255.
 */
export class HeaderRelations {
  /** Estimated chance that what `missing` found last is missing in ordinary traffic. */
  chance = 1
  /** Lists with the name, by bit. */
  readonly #have = new Uint8Array(NAMES)
  /** Lists with the first name before the second, by bits. */
  readonly #before = new Uint8Array(NAMES * NAMES)
  /** Lists with both. */
  readonly #together = new Uint8Array(NAMES * NAMES)

  /** @param bits Bits of the names in order, -1 for names without. */
  learn (bits: readonly number[]): void {
    for (let i = 0; i < bits.length; i++) {
      const a = bits[i] as number
      if (a < 0 || bits.indexOf(a) !== i) continue
      if (this.#have[a] === FULL) this.#halveRow(a)
      this.#have[a] = (this.#have[a] as number) + 1
      for (let j = 0; j < bits.length; j++) {
        const b = bits[j] as number
        if (b < 0 || a === b || bits.indexOf(b) !== j) continue
        const at = a * NAMES + b
        this.#together[at] = (this.#together[at] as number) + 1
        if (i < j) this.#before[at] = (this.#before[at] as number) + 1
      }
    }
  }

  /**
   * The least estimated chance that such a client writes two names in the order in which they are here; 1 where nothing speaks against it.
   * @param most Independent draws among the lists counted, where they are fewer.
   */
  misplaced (bits: readonly number[], most: number): number {
    let chance = 1
    for (let i = 1; i < bits.length; i++) {
      const b = bits[i] as number
      if (b < 0) continue
      for (let j = 0; j < i; j++) {
        const a = bits[j] as number
        if (a < 0 || a === b) continue
        const here = this.#before[a * NAMES + b] as number
        const other = this.#before[b * NAMES + a] as number
        if (isRule(other, here)) chance = Math.min(chance, (here + 1) / (Math.min(most, other + here) + 2))
      }
    }
    return chance
  }

  /**
   * The name that these names ordinarily come with and that is not there, by bit; -1 for none.
   * @param low Mask of the names that are there, bits 0 to 31.
   * @param high The same, bits 32 to 63.
   * @param draws Independent draws among the lists counted, where they are fewer.
   * @param all Relations of all clients' lists, for what only some of them send; `null` where there are no others.
   * @param clients How many clients these lists are of.
   */
  missing (bits: readonly number[], low: number, high: number, draws: number, all: HeaderRelations | null = null, clients = 0): number {
    this.chance = 1
    let found = -1
    const most = this.#commonest(bits)
    for (const a of bits) {
      if (a < 0) continue
      const have = this.#have[a] as number
      if (have < LEAST) continue
      for (let b = 0; b < NAMES; b++) {
        if (((b < 32 ? low >>> b : high >>> (b - 32)) & 1) === 1) continue
        const both = this.#together[a * NAMES + b] as number
        const chance = (have - both + 1) / (Math.min(draws, have) + 2)
        if (chance >= this.chance || !isRule(both, have - both) || this.#isChance(most, have, b) || (all !== null && all.#isOptional(bits, b, clients))) continue
        this.chance = chance
        found = b
      }
    }
    return found
  }

  /** Of some names, the one that most lists have. */
  #commonest (bits: readonly number[]): number {
    let most = 0
    for (const a of bits) if (a >= 0 && (this.#have[a] as number) > (this.#have[most] as number)) most = a
    return most
  }

  /** Whether a name that now and then is missing anyway may well have come with another one each time by chance, as often as that came. @param most A name that nearly all lists have. */
  #isChance (most: number, have: number, name: number): boolean {
    const lists = this.#have[most] as number
    const without = lists - (this.#together[most * NAMES + name] as number)
    return without > Math.max(1, lists * ODD) && have * without < TELLING * lists
  }

  /**
   * Whether some clients lack a name that others like them send, and so few clients are in question that all of them may well be of those that do: an extension, a setting or a
   * consent decides that, not the program. Of the names that the request has, the one by which most send it tells who is like them; where all do, it is no matter of choice.
   */
  #isOptional (bits: readonly number[], name: number, clients: number): boolean {
    let least = 1
    for (const a of bits) {
      if (a < 0) continue
      const have = this.#have[a] as number
      const without = have - (this.#together[a * NAMES + name] as number)
      if (have < LEAST) continue
      if (without <= Math.max(1, have * ODD)) return false
      least = Math.min(least, without / have)
    }
    return clients * least < TELLING
  }

  /** The name need come with no other any longer. */
  excuse (bit: number): void {
    for (let a = 0; a < NAMES; a++) {
      const at = a * NAMES + bit
      const have = this.#have[a] as number
      if (!isRule(this.#together[at] as number, have - (this.#together[at] as number))) continue
      const both = Math.floor(have * (1 - 2 * ODD)) - 2
      this.#before[at] = Math.min(this.#before[at] as number, both)
      this.#together[at] = both
    }
  }

  /** One half-life. */
  halve (): void {
    for (let a = 0; a < NAMES; a++) if ((this.#have[a] as number) > 0) this.#halveRow(a)
  }

  merge (other: HeaderRelations): void {
    for (let a = 0; a < NAMES; a++) {
      let have = (this.#have[a] as number) + (other.#have[a] as number)
      const isFull = have > FULL
      if (isFull) have >>>= 1
      this.#have[a] = have
      for (let at = a * NAMES; at < (a + 1) * NAMES; at++) {
        const before = (this.#before[at] as number) + (other.#before[at] as number)
        const together = (this.#together[at] as number) + (other.#together[at] as number)
        this.#before[at] = isFull ? before >>> 1 : before
        this.#together[at] = isFull ? together >>> 1 : together
      }
    }
  }

  toJSON (): HeaderRelationsJson {
    const pairs: number[] = []
    for (let at = 0; at < NAMES * NAMES; at++) {
      const together = this.#together[at] as number
      if (together > 0) pairs.push(Math.floor(at / NAMES), at % NAMES, this.#before[at] as number, together)
    }
    return { have: [...this.#have], pairs }
  }

  /**
   * @param bitOf The bit that a name has here, by the bit it had where the JSON was made; -1 for none.
   * @throws RangeError Where `json` is not what `toJSON` made.
   */
  static from (json: HeaderRelationsJson, bitOf: (bit: number) => number): HeaderRelations {
    if (!Array.isArray(json.have) || !Array.isArray(json.pairs) || json.pairs.length % 4 !== 0) throw new RangeError('header relations: not what was written')
    const relations = new HeaderRelations()
    for (let a = 0; a < NAMES; a++) {
      const to = bitOf(a)
      if (to >= 0) relations.#have[to] = json.have[a] as number
    }
    for (let i = 0; i < json.pairs.length; i += 4) {
      const [a, b, before, together] = json.pairs.slice(i, i + 4) as [number, number, number, number]
      const at = bitOf(a) * NAMES + bitOf(b)
      if (bitOf(a) < 0 || bitOf(b) < 0) continue
      relations.#before[at] = before
      relations.#together[at] = together
    }
    return relations
  }

  #halveRow (a: number): void {
    this.#have[a] = (this.#have[a] as number) >>> 1
    for (let at = a * NAMES; at < (a + 1) * NAMES; at++) {
      this.#before[at] = (this.#before[at] as number) >>> 1
      this.#together[at] = (this.#together[at] as number) >>> 1
    }
  }
}

/** Whether so many sightings against so many make a rule. */
function isRule (sightings: number, otherwise: number): boolean {
  return sightings >= LEAST && otherwise <= Math.max(1, sightings * ODD)
}
