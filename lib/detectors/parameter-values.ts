import type { Signal } from '../signal'
import { VALUES } from './field-levels'
import type { FieldProfile } from './field-profile'
import type { ParameterPriors } from './parameter-priors'
import type { ValueJudge } from './value-judge'

/** Score of one finding from which it flags alone, and what of a weaker one counts beside another. */
const FLAGGED = 50
const DISCOUNT = 0.25

/** What learning the values of a parameter needs. */
export interface ValueContext {
  readonly judge: ValueJudge
  readonly priors: ParameterPriors
  readonly promoteAfter: number
}

/** Learns a value of a parameter. @param common What the name's values look like wherever it is used, where that is known. */
export function learnValue ({ judge: { scan }, priors: { forms, values } }: ValueContext, profile: FieldProfile, common: FieldProfile | null, value: string, principal: number, several: boolean): void {
  scan.scan(value)
  const sort = values.sortOf(profile, scan.value)
  if (sort >= 0 && (common === null || common.items.count(VALUES, scan.value) === 0)) values.meet(sort, profile.n)
  forms.meet(profile, scan, common)
  profile.learn(scan, principal, several)
  forms.pass(profile)
  values.pass(profile)
  common?.learn(scan, principal, several)
}

/** The scanned value of a request that may not teach; one that becomes known by that was ordinary all along. @returns Whether anything became known by this. */
export function quarantineValue ({ judge, priors: { values }, promoteAfter }: ValueContext, profile: FieldProfile, common: FieldProfile | null, principal: number): boolean {
  const { n } = profile
  const sort = values.sortOf(profile, judge.scan.value)
  if (!judge.quarantine(profile, common, principal, promoteAfter)) return false
  if (profile.knowsValue(judge.scan)) values.meet(sort, n, promoteAfter)
  return true
}

/**
 * The more fields, the more of them are a little unusual by chance: of the weak findings among many fields the strongest
 * counts, the others a quarter.
 */
export function discount (signals: readonly Signal[], from: number): void {
  let strongest: Signal | null = null
  for (let i = from; i < signals.length; i++) {
    const signal = signals[i] as Signal
    if (signal.risk >= FLAGGED) continue
    const weaker: Signal | null = strongest === null || signal.risk <= strongest.risk ? signal : strongest
    if (strongest === null || signal.risk > strongest.risk) strongest = signal
    if (weaker !== strongest) weaker.risk *= DISCOUNT
  }
}
