import { Signal } from '../signal'
import type { SignalKind } from '../signal'
import type { Redactor } from '../text/redact'
import { showName } from '../text/redact'
import { describeCharacters, ValueScan } from '../text/value-shape'
import type { FieldProfile } from './field-profile'
import { describeParts, FieldVerdict, ingredientNames } from './field-verdict'
import type { Observation } from '../observation'
import type { ParameterPriors } from './parameter-priors'

/** What the values of a field ordinarily look like, as evidence of a signal. */
export interface ValueExpectation {
  samples: number
  characters: string
  lengths: [number, number] | null
  numbers: [number, number] | null
}

/** What was unusual about a value, as evidence of a signal: never the value itself. */
export interface ValueEvidence {
  /** The ingredients that fired. */
  ingredients: string[]
  /** Least chance, of those ingredients, that ordinary traffic shows something unseen. */
  unseenMass: number
  sample: string
  length: number
  words: string
}

/**
 * Judges single values against profiles and makes signals of what deviates: one signal a field, with all ingredients in its
 * evidence. Holds the scratch objects that all values of one process share, so that judging allocates nothing while
 * traffic is ordinary.
 */
export class ValueJudge {
  readonly scan: ValueScan
  readonly verdict: FieldVerdict
  readonly #redactor: Redactor

  /** @param priors How regular such fields are, where that is learned. */
  constructor (seed: number, redactor: Redactor, priors: ParameterPriors | null = null) {
    this.verdict = new FieldVerdict(priors)
    this.scan = new ValueScan(seed)
    this.#redactor = redactor
  }

  /**
   * Judges the value that `scan` holds.
   * @param kindOf Chooses the signal's kind by the ingredients that fired.
   * @param prefix Where the field is, such as `query.`.
   * @param scale Multiplies the risk, for fields that are worth less.
   */
  judge (text: string, profile: FieldProfile, backing: FieldProfile | null, floor: number, kindOf: (parts: number) => SignalKind,
    prefix: string, name: string, scale: number, observation: Observation): void {
    const verdict = this.verdict
    verdict.reset()
    profile.judge(this.scan, backing, floor, verdict)
    if (verdict.parts === 0 || this.isPromoted(profile, backing)) return
    const expected: ValueExpectation = {
      samples: profile.n,
      characters: describeCharacters(profile.kinds, profile.symbols),
      lengths: profile.lengths,
      numbers: profile.numbers
    }
    const actual: ValueEvidence = {
      ingredients: ingredientNames(verdict.parts),
      unseenMass: Number(verdict.chance.toPrecision(2)),
      sample: this.#redactor.sample(name, text),
      length: text.length,
      words: describeParts(verdict.parts, verdict.kinds, verdict.symbols, verdict.symbol)
    }
    observation.add(new Signal(kindOf(verdict.parts), prefix + showName(name), verdict.severity, verdict.risk * scale, expected, actual))
  }

  /** Whether enough principals have made the scanned value, or its class, known here or where the same name is used. */
  isPromoted (profile: FieldProfile, backing: FieldProfile | null): boolean {
    const { newcomers } = profile
    return (newcomers !== null && newcomers.admits(this.scan)) || (backing !== null && backing.newcomers !== null && backing.newcomers.admits(this.scan))
  }

  /**
   * Notes the scanned value of a request that may not teach. What enough distinct principals have sent becomes known: the class of a value
   * that deviates, and by itself everything that the value shows.
   * @returns Whether anything became known by this.
   */
  quarantine (profile: FieldProfile, backing: FieldProfile | null, principal: number, enough: number): boolean {
    const { scan } = this
    const deviates = this.#deviates(profile, backing)
    let promoted = deviates && profile.welcome().note(scan, principal, enough, profile.n)
    if (deviates && backing !== null) promoted = backing.welcome().note(scan, principal, enough, backing.n) || promoted
    return profile.quarantine(scan, principal, enough) || promoted
  }

  #deviates (profile: FieldProfile, backing: FieldProfile | null): boolean {
    profile.judge(this.scan, backing, 1, this.verdict.reset())
    return this.verdict.parts !== 0
  }
}

/** The sentence of a signal that `ValueJudge` made. */
export function describeValue (signal: Signal): string {
  const actual = signal.actual as ValueEvidence
  const expected = signal.expected as ValueExpectation
  const lengths = expected.lengths === null ? '' : `, ${expected.lengths[0]} to ${expected.lengths[1]} characters`
  return `${signal.field} has ${actual.words}: ${actual.sample}; ordinary are ${expected.characters === '' ? 'empty values' : expected.characters}${lengths}`
}
