import { MAX_CACHED } from '../store/text-cache'
import type { HeaderField } from './header-fields'
import { WHOLE } from './header-shape'
import type { HeaderName, HeaderShape } from './header-shape'

/** Header lists whose fields are kept at hand. */
const MAX_PLANS = 64
/** Usual values kept of a header, and what stands for none: no header can have it, and to compare a text with a text is what the compiler knows best. */
const WAYS = 4
const NO_VALUE = '\n'
/** One in so many other values (less one) becomes a usual one: each time it does costs the garbage collector a note. */
const RENEWED = 63

/** What a list of header names means to one profile. */
export interface HeaderPlan {
  readonly fields: readonly (HeaderField | undefined)[]
  /** Per header, values that were ordinary lately: the next one is mostly one of them, and they lie side by side. */
  readonly usual: string[]
  /** Ordinary values that were others. */
  others: number
  /** Whether the list itself is well known. */
  isKnown: boolean
}

/**
 * What the lists of header names that come again and again mean to one profile.
 *
 * Memory: 64 lists, with four values of at most 256 characters a header.
 */
export class HeaderPlans {
  readonly #fieldOf: (name: HeaderName) => HeaderField | undefined
  readonly #plans = new Map<HeaderShape, HeaderPlan>()
  /** The one asked for last: it is asked for twice a request. */
  #lastShape: HeaderShape | null = null
  #lastPlan: HeaderPlan | null = null

  /** @param fieldOf What is known of a header, where its value is looked at. */
  constructor (fieldOf: (name: HeaderName) => HeaderField | undefined) { this.#fieldOf = fieldOf }

  of (shape: HeaderShape): HeaderPlan {
    if (shape === this.#lastShape) return this.#lastPlan as HeaderPlan
    const plan = this.#plans.get(shape) ?? this.#make(shape)
    this.#lastShape = shape
    this.#lastPlan = plan
    return plan
  }

  forget (): void {
    this.#plans.clear()
    this.#lastShape = null
    this.#lastPlan = null
  }

  #make (shape: HeaderShape): HeaderPlan {
    const { names } = shape
    const plan = { fields: names.map(this.#fieldOf), usual: new Array<string>(WAYS * names.length).fill(NO_VALUE), others: 0, isKnown: false }
    if (this.#plans.size >= MAX_PLANS) this.forget()
    this.#plans.set(shape, plan)
    return plan
  }
}

/** Whether it is one of the usual values of the header at a place. */
export function isUsual ({ usual }: HeaderPlan, place: number, value: string): boolean {
  const first = WAYS * place
  return value === usual[first] || value === usual[first + 1] || value === usual[first + 2] || value === usual[first + 3]
}

/** Notes an ordinary value, none of the usual ones: now and then it becomes one. Of values that are free to differ one place is kept: mostly none comes again. */
export function noteUsual (plan: HeaderPlan, place: number, { look }: HeaderName, value: string): void {
  if (value.length > MAX_CACHED) return
  const { usual } = plan
  const first = WAYS * place
  const ways = look === WHOLE ? WAYS : 1
  for (let at = first; at < first + ways; at++) {
    if (usual[at] !== NO_VALUE) continue
    usual[at] = value
    return
  }
  plan.others++
  if ((plan.others & RENEWED) === 0) usual[first + (plan.others >>> 6) % ways] = value
}
