/** Fields of a route (or headers of an application) that are kept; further ones have no history. */
const MAX_FIELDS = 128
/** Distinct principals that are told apart for a class. */
const MAX_PRINCIPALS = 8
/** Values of a class before a field can be said to hold it regularly. */
const MIN_HITS = 8
/** Share of a field's values that makes a class regular there. */
const REGULAR = 0.1
/** Values of a field before it can be said never to hold text. */
const MIN_NEVER = 100

/** What the texts of one class were in one field. */
interface ClassHistory {
  hits: number
  /** Tags of distinct principals. */
  principals: number[]
  /** Tags of distinct spans of ten minutes, on routes that few principals use. */
  windows: number[]
}

interface FieldHistory {
  /** Values learned. */
  n: number
  /** Of them those that neither class nor length settled. */
  texts: number
  /** Of them those that were at all like an injection. */
  mild: number
  classes: Map<string, ClassHistory> | null
}

/** The plain form of `InjectionFields`. */
export type InjectionFieldsJson = Record<string, { n: number, texts: number, mild: number, classes?: Record<string, ClassHistory> }>

/**
 * What each field ordinarily holds, so that a field which regularly holds markup or SQL from many clients stops alarming for that, and one which
 * never holds anything of the kind alarms at less. Names are the client's: keys of a `Map`, at most 128. Memory: about 100 bytes a field, and
 * 100 a class that it has held.
 */
export class InjectionFields {
  readonly #fields = new Map<string, FieldHistory>()
  readonly #tameAfter: number

  /** @param tameAfter Distinct principals that make a class ordinary in a field. */
  constructor (tameAfter: number) { this.#tameAfter = tameAfter }

  /** Whether the field regularly holds texts of the class. */
  isTame (field: string, name: string): boolean {
    const known = this.#fields.get(field)
    const history = known?.classes?.get(name)
    return known !== undefined && history !== undefined && this.#isRegular(known, history)
  }

  /** Whether the field never holds anything like an injection: `'id'` where it holds ids, codes and numbers, `'text'` where other texts, else `null`. */
  neverLike (field: string): 'id' | 'text' | null {
    const known = this.#fields.get(field)
    if (known === undefined || known.n < MIN_NEVER || known.mild > 0) return null
    return known.texts * 50 <= known.n ? 'id' : 'text'
  }

  /** Values of a field that were learned. */
  samples (field: string): number { return this.#fields.get(field)?.n ?? 0 }

  /**
   * Learns a value.
   * @param supporter Whom it is counted for: the principal, or where few use the route the time it came in.
   * @param weight How many values it stands for: after a while only one in eight ordinary ones is learned.
   * @param name Class that it reads as, or `null` for none.
   * @returns Whether the field has become tame for the class by this value.
   */
  learn (field: string, isText: boolean, isMild: boolean, name: string | null, principal: number, supporter: number, weight: number): boolean {
    let known = this.#fields.get(field)
    if (known === undefined) {
      if (this.#fields.size >= MAX_FIELDS) return false
      known = { n: 0, texts: 0, mild: 0, classes: null }
      this.#fields.set(field, known)
    }
    known.n += weight
    if (isText) known.texts += weight
    if (isMild) known.mild += weight
    if (name === null) return false
    known.classes ??= new Map()
    let history = known.classes.get(name)
    if (history === undefined) {
      history = { hits: 0, principals: [], windows: [] }
      known.classes.set(name, history)
    }
    const wasRegular = this.#isRegular(known, history)
    history.hits += weight
    addTag(history.principals, principal)
    if (supporter !== principal) addTag(history.windows, supporter)
    return !wasRegular && this.#isRegular(known, history)
  }

  /** One half-life; what has not been seen for several is forgotten. */
  halve (): void {
    for (const [field, known] of this.#fields) {
      known.n /= 2
      known.texts /= 2
      known.mild /= 2
      if (known.n < 0.5) {
        this.#fields.delete(field)
        continue
      }
      for (const [name, history] of known.classes ?? []) {
        history.hits /= 2
        if (history.hits < 0.5) known.classes?.delete(name)
      }
    }
  }

  mergeJson (json: InjectionFieldsJson): void {
    for (const [field, theirs] of Object.entries(json)) {
      this.learn(field, false, false, null, 0, 0, 0)
      const known = this.#fields.get(field)
      if (known === undefined) continue
      known.n += theirs.n
      known.texts += theirs.texts
      known.mild += theirs.mild
      for (const [name, history] of Object.entries(theirs.classes ?? {})) {
        known.classes ??= new Map()
        const ours = known.classes.get(name) ?? { hits: 0, principals: [], windows: [] }
        ours.hits += history.hits
        for (const tag of history.principals) addTag(ours.principals, tag)
        for (const tag of history.windows) addTag(ours.windows, tag)
        known.classes.set(name, ours)
      }
    }
  }

  toJSON (): InjectionFieldsJson {
    const json: InjectionFieldsJson = Object.create(null)
    for (const [field, { n, texts, mild, classes }] of this.#fields) {
      json[field] = { n, texts, mild, ...classes === null || classes.size === 0 ? null : { classes: Object.fromEntries(classes) } }
    }
    return json
  }

  restore (json: InjectionFieldsJson): void {
    this.#fields.clear()
    this.mergeJson(json)
  }

  clear (): void { this.#fields.clear() }

  /** For people: what each field is tame for, with the share of its values, and which fields alarm at less. */
  describe (headersToo: boolean): { tame: { field: string, class: string, share: number, principals: number }[], strict: string[] } {
    const tame = []
    const strict = []
    for (const [field, known] of this.#fields) {
      for (const [name, history] of known.classes ?? []) {
        if (this.#isRegular(known, history)) tame.push({ field, class: name, share: Number((history.hits / known.n).toPrecision(2)), principals: history.principals.length })
      }
      const never = this.neverLike(field)
      if (never === 'id' || (never === 'text' && headersToo)) strict.push(field)
    }
    return { tame, strict }
  }

  #isRegular (known: FieldHistory, history: ClassHistory): boolean {
    return history.hits >= MIN_HITS && Math.max(history.principals.length, history.windows.length) >= this.#tameAfter && history.hits >= known.n * REGULAR
  }
}

function addTag (tags: number[], tag: number): void {
  if (tags.length < MAX_PRINCIPALS && !tags.includes(tag)) tags.push(tag)
}
