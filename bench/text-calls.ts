import { Budget, InjectionText } from '../lib/detectors/injection-text'
import { TokenScanner } from '../lib/text/injection-tokens'
import { loadNormal } from '../lib/text/normalize'
import { TextUnits } from '../lib/text/text-units'
import { longTexts } from './long-texts'
import { quartiles } from './statistics'
import type { Quartiles } from './statistics'

/** Microseconds that injection takes for one text of 4 KB, by its kind. */
export interface TextCall {
  kind: string
  /** Tokens of a text, on average. */
  tokens: number
  us: Quartiles
}

const TEXTS = 300
const BUDGET = 262_144

/**
 * Microseconds for one text of 4,096 characters of each kind: 300 texts of a kind, no two alike, one after the other, so that neither the memo nor
 * the branch predictor has met them lately. Each figure is the mean of a run over all of them; quartiles over `repetitions` runs, kinds in turns.
 */
export function textCalls (repetitions: number): TextCall[] {
  const kinds = longTexts(TEXTS, 5)
  const model = new InjectionText()
  const budget = new Budget()
  const times = kinds.map((): number[] => [])
  const tokens = kinds.map(({ texts }) => texts.reduce((sum, text) => sum + tokensOf(text), 0) / TEXTS)
  for (let repetition = -3; repetition < repetitions; repetition++) {
    for (const [kind, { texts }] of kinds.entries()) {
      const started = process.hrtime.bigint()
      for (let i = 0; i < texts.length; i++) model.logOdds(texts[i] as string, budget.start(BUDGET))
      if (repetition >= 0) (times[kind] as number[]).push(Number(process.hrtime.bigint() - started) / 1000 / TEXTS)
    }
  }
  return kinds.map(({ kind }, i) => ({ kind, tokens: tokens[i] as number, us: quartiles(times[i] as number[]) }))
}

function tokensOf (text: string): number {
  const scanner = new TokenScanner()
  const units = new TextUnits()
  loadNormal(text, units)
  let count = 0
  for (let at = 0; at < units.length;) {
    at = scanner.scan(units, at)
    count += scanner.count
  }
  return count
}
