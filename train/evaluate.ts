import { basename } from 'node:path'
import { ALARM_FROM } from '../lib/detectors/injection-thresholds'
import { Budget, InjectionText } from '../lib/detectors/injection-text'
import { benign, plainBenign } from './corpus'
import { SeededRandom } from './random'
import { entriesOf, RecordedJudge } from './recorded'
import type { Judged } from './recorded'

/*
 * Measures the trained model on recorded payloads that took no part in its training: `node dist/train/evaluate.js FILE…`, each file HAR entries
 * a line with `_label`, `_attack` and `_placement` (`.gz` too). Prints
 *
 * - for the threshold that is built in: what is found, by kind and place, and what is alarmed at wrongly;
 * - by cross-validation: the threshold is chosen on all folds but one and judged on that one, so that no text has a say in the threshold
 *   by which it is judged. All places of a text are in one fold;
 * - the rate of false alarms on this repository's own benign corpus, drawn by a seed that training does not use.
 *
 * `--misses` prints what was missed and what was alarmed at wrongly as well; `--folds N` (5).
 */

const BODY = new Set(['query', 'json', 'form'])
/** Share of wrong alarms on hard benign texts that a threshold may have on the folds that it is chosen on: half of what is promised. */
const WANTED = 0.01
const OWN_TEXTS = 60_000
const OWN_SEED = 77

/** The classes that the mean is taken over. */
function classOf (kind: string): string { return kind === 'sqli' || kind === 'xss' ? kind : 'others' }

function share (judged: readonly Judged[], from: number): number {
  return judged.length === 0 ? NaN : judged.filter(({ logOdds }) => logOdds >= from).length / judged.length
}

function percent (value: number): string { return Number.isNaN(value) ? '-' : (100 * value).toFixed(2) }

/** Mean over the three classes of what is found. */
function macro (attacks: readonly Judged[], from: number): number {
  const shares = ['sqli', 'xss', 'others'].map((name) => share(attacks.filter(({ kind }) => classOf(kind) === name), from)).filter((value) => !Number.isNaN(value))
  return shares.reduce((sum, value) => sum + value, 0) / shares.length
}

/** A number for each text that is the same wherever it stands. */
function foldOf (text: string, folds: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) % folds
}

/** The lowest threshold, in steps of a quarter, at which no more than `WANTED` of the hard benign texts alarm. */
function fit (hard: readonly Judged[]): number {
  for (let from = -3; from < 6; from += 0.25) if (share(hard, from) <= WANTED) return from
  return 6
}

function byKindAndPlace (all: readonly Judged[]): void {
  const rows = new Map<string, Judged[]>()
  for (const each of all) {
    const key = `${each.set}\t${each.kind}\t${BODY.has(each.place) ? each.place : each.place.startsWith('native') ? 'native' : each.place}`
    rows.set(key, [...(rows.get(key) ?? []), each])
  }
  console.log(`at the built-in threshold, ${ALARM_FROM}:\nset\tkind\tplace\trequests\talarms %`)
  for (const [key, list] of [...rows].sort(([a], [b]) => a < b ? -1 : 1)) console.log(`${key}\t${list.length}\t${percent(share(list, ALARM_FROM))}`)
}

function crossValidate (name: string, all: readonly Judged[], folds: number): void {
  const found: number[] = []
  const wrong: number[] = []
  const chosen: number[] = []
  const classes = new Map<string, number[]>()
  for (let fold = 0; fold < folds; fold++) {
    const held = all.filter(({ put }) => foldOf(put, folds) === fold)
    const from = fit(all.filter(({ isAttack, put }) => !isAttack && foldOf(put, folds) !== fold))
    const attacks = held.filter(({ isAttack }) => isAttack)
    const hard = held.filter(({ isAttack }) => !isAttack)
    chosen.push(from)
    found.push(macro(attacks, from))
    wrong.push(share(hard, from))
    for (const kind of ['sqli', 'xss', 'others']) classes.set(kind, [...(classes.get(kind) ?? []), share(attacks.filter((each) => classOf(each.kind) === kind), from)])
  }
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
  console.log(`${name}\tthresholds ${chosen.join(' ')}\tmacro TPR ${found.map(percent).join(' ')}, mean ${percent(mean(found))}\tFPR ${wrong.map(percent).join(' ')}, mean ${percent(mean(wrong))}\t${[...classes].map(([kind, list]) => `${kind} ${percent(mean(list))}`).join(', ')}`)
}

function own (): void {
  const model = new InjectionText()
  const budget = new Budget()
  for (const [name, texts] of [['as written', plainBenign(new SeededRandom(OWN_SEED), OWN_TEXTS)], ['with slips of the finger', benign(new SeededRandom(OWN_SEED), OWN_TEXTS)]] as const) {
    const alarms = texts.filter(({ text }) => model.logOdds(text, budget.start(262_144)) >= ALARM_FROM)
    console.log(`own benign corpus, ${name}: ${alarms.length} of ${texts.length}, ${(100 * alarms.length / texts.length).toFixed(3)} %`)
    if (process.argv.includes('--misses')) for (const { kind, text } of alarms.slice(0, 60)) console.log(`  wrong\t${kind}\t${JSON.stringify(text.slice(0, 160))}`)
  }
}

async function main (): Promise<void> {
  const files = process.argv.slice(2).filter((argument, i, all) => !argument.startsWith('--') && all[i - 1] !== '--folds')
  const folds = Number(process.argv[process.argv.indexOf('--folds') + 1]) || 5
  const judge = new RecordedJudge()
  const all: Judged[] = []
  for (const file of files) for await (const entry of entriesOf(file)) all.push({ ...judge.judge(entry), set: entry._dataset ?? basename(file) })
  if (all.length > 0) {
    byKindAndPlace(all)
    const known = all.filter(({ place }) => place !== 'request')
    console.log(`\ncross-validation, ${folds} folds:`)
    crossValidate('query, JSON, form', known.filter(({ place }) => BODY.has(place)), folds)
    crossValidate('header', known.filter(({ place }) => place === 'header'), folds)
    if (process.argv.includes('--misses')) for (const { set, kind, place, isAttack, logOdds, text } of all) if ((logOdds >= ALARM_FROM) !== isAttack) console.log(`${isAttack ? 'missed' : 'wrong'}\t${set}\t${kind}\t${place}\t${logOdds.toFixed(1)}\t${JSON.stringify(text.slice(0, 200))}`)
    console.log()
  }
  own()
}

main().catch((error: unknown) => { throw error })
