import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLASS_PLACES, classFeaturesOf, FEATURES, featuresOf, PLACES } from '../lib/text/ngram-model'
import { TokenScanner } from '../lib/text/injection-tokens'
import { loadNormal } from '../lib/text/normalize'
import { TextUnits } from '../lib/text/text-units'
import { attacks, benign } from './corpus'
import type { Sample } from './corpus'
import { SeededRandom } from './random'

/*
 * Trains the weights of lib/text/injection-weights.ts: logistic regression by AdaGrad, on the stretch of each text that the weights so far
 * find most telling (a latent variable, as in the latent SVM of Felzenszwalb et al., 2010), so that what is trained is what is judged. The
 * weights of the last passes are averaged. Everything is seeded and single-threaded; the same sources give the same bytes.
 */

const SEED = 20_260_105
const ATTACKS = Number(process.env.TRAIN_ATTACKS ?? 190_000)
const BENIGN = Number(process.env.TRAIN_BENIGN ?? 280_000)
const EPOCHS = 12
/** Passes at the end whose weights are averaged: what each owes to the order of its texts evens out (B. Polyak and A. Juditsky, 1992). */
const AVERAGED = 4
const RATE = 0.12
/** L2 shrinkage of a weight at each update. */
const DECAY = 0
/** Share of known words that a pass does not see, so that what stands around them learns to tell as well. */
const WORD_DROPOUT = 0.25
/** Weight of a benign text against an attack. */
const BENIGN_WEIGHT = 1.5
/** Tokens of a text that are used. */
const MAX_TOKENS = 400

/** Features of a text: those of token `i` from `starts[i]` on. */
interface Encoded { features: Uint32Array, starts: Uint32Array, isWord: Uint8Array, isAttack: boolean, classes: Uint16Array, classStarts: Uint32Array, kind: string }

const scanner = new TokenScanner()
const units = new TextUnits()

function encode ({ text, kind, isAttack }: Sample): Encoded {
  loadNormal(text, units)
  const features: number[] = []
  const isWord: number[] = []
  const starts: number[] = []
  const classes: number[] = []
  const classStarts: number[] = []
  const into = new Uint32Array(FEATURES)
  let before = 0
  let beforeThat = 0
  for (let at = 0, isFirst = true; (isFirst || at < units.length) && starts.length < MAX_TOKENS; isFirst = false) {
    at = scanner.read(units, at)
    for (let i = 0; i < scanner.count && starts.length < MAX_TOKENS; i++) {
      starts.push(features.length)
      const n = featuresOf(scanner.tokens[i] as number, before, beforeThat, into)
      for (let j = 0; j < n; j++) {
        features.push(into[j] as number)
        isWord.push(j === 1 && scanner.words[i] !== 0 ? 1 : 0)
      }
      classStarts.push(classes.length)
      const m = classFeaturesOf(scanner, i, before, into)
      for (let j = 0; j < m; j++) classes.push(into[j] as number)
      beforeThat = before
      before = scanner.kinds[i] as number
    }
  }
  starts.push(features.length)
  classStarts.push(classes.length)
  return { features: Uint32Array.from(features), starts: Uint32Array.from(starts), isWord: Uint8Array.from(isWord), isAttack, classes: Uint16Array.from(classes), classStarts: Uint32Array.from(classStarts), kind }
}

const weights = new Float64Array(PLACES)
const squares = new Float64Array(PLACES).fill(1)
/** Log-odds of a text in which nothing speaks for an injection; fixed, so that evidence has to be found for each attack. */
const BIAS = -6

let from = 0
let to = 0

/** The greatest sum of a stretch, which is left in `from` and `to`. */
function bestStretch ({ features, starts }: Encoded): number {
  let best = 0
  let run = 0
  let runFrom = 0
  from = 0
  to = 0
  for (let i = 0; i + 1 < starts.length; i++) {
    let sum = 0
    for (let j = starts[i] as number; j < (starts[i + 1] as number); j++) sum += weights[features[j] as number] as number
    if (run > 0) {
      run += sum
    } else {
      run = sum
      runFrom = i
    }
    if (run > best) {
      best = run
      from = runFrom
      to = i + 1
    }
  }
  return best
}

function learn (sample: Encoded, epoch: number, random: SeededRandom): number {
  let score = bestStretch(sample)
  if (to === from && !sample.isAttack) return 0
  if (epoch === 0 || to === from) {
    from = 0
    to = sample.starts.length - 1
    if (epoch === 0) {
      score = 0
      for (const feature of sample.features) score += weights[feature] as number
    }
  }
  const probability = 1 / (1 + Math.exp(-(score + BIAS)))
  const target = sample.isAttack ? 1 : 0
  const scale = sample.isAttack ? 1 : BENIGN_WEIGHT
  const gradient = (probability - target) * scale
  const loss = -scale * Math.log(Math.max(1e-12, sample.isAttack ? probability : 1 - probability))
  if (Math.abs(gradient) < 1e-4) return loss
  const end = sample.starts[to] as number
  for (let j = sample.starts[from] as number; j < end; j++) {
    if (sample.isWord[j] === 1 && random.chance(WORD_DROPOUT)) continue
    const place = sample.features[j] as number
    const g = gradient + DECAY * (weights[place] as number)
    squares[place] = (squares[place] as number) + g * g
    weights[place] = (weights[place] as number) * (1 - DECAY * 100) - RATE * g / Math.sqrt(squares[place] as number)
  }
  return loss
}

function train (samples: Encoded[], random: SeededRandom): void {
  const sums = new Float64Array(PLACES)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    random.shuffle(samples)
    let loss = 0
    for (const sample of samples) loss += learn(sample, epoch, random)
    process.stderr.write(`epoch ${epoch + 1}: loss ${(loss / samples.length).toFixed(4)}\n`)
    if (epoch >= EPOCHS - AVERAGED) for (let i = 0; i < PLACES; i++) sums[i] = (sums[i] as number) + (weights[i] as number) / AVERAGED
  }
  weights.set(sums)
}

/** One-against-all regression for each class of attack, on attacks only. */
function trainClasses (samples: readonly Encoded[], kinds: readonly string[], random: SeededRandom): Float64Array {
  const table = new Float64Array(kinds.length * CLASS_PLACES)
  const sums = new Float64Array(kinds.length * CLASS_PLACES).fill(1e-2)
  const order = [...samples.keys()]
  const scores = new Float64Array(kinds.length)
  for (let epoch = 0; epoch < 4; epoch++) {
    random.shuffle(order)
    for (const index of order) {
      const { classes, kind } = samples[index] as Encoded
      let most = -Infinity
      for (let c = 0; c < kinds.length; c++) {
        let score = 0
        for (const feature of classes) score += table[c * CLASS_PLACES + feature] as number
        scores[c] = score
        if (score > most) most = score
      }
      let total = 0
      for (let c = 0; c < kinds.length; c++) total += Math.exp((scores[c] as number) - most)
      for (let c = 0; c < kinds.length; c++) {
        const gradient = Math.exp((scores[c] as number) - most) / total - (kinds[c] === kind ? 1 : 0)
        if (Math.abs(gradient) < 1e-3) continue
        for (const feature of classes) {
          const place = c * CLASS_PLACES + feature
          sums[place] = (sums[place] as number) + gradient * gradient
          table[place] = (table[place] as number) * 0.99999 - 0.05 * gradient / Math.sqrt(sums[place] as number)
        }
      }
    }
  }
  return table
}

/** Weights as bytes, with the number that one unit stands for. */
function quantise (values: Float64Array): { bytes: Int8Array, unit: number } {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  const limit = Math.min(most, 5)
  const unit = Number((limit / 127).toPrecision(6))
  return { bytes: Int8Array.from(values, (value) => Math.max(-127, Math.min(127, Math.round(value / unit)))), unit }
}

function text (bytes: Int8Array): string {
  const base64 = Buffer.from(bytes.buffer).toString('base64')
  // A list, not a sum: a thousand terms are more than parsers nest.
  return `[\n${(base64.match(/.{1,160}/g) ?? []).map((line) => `  '${line}'`).join(',\n')}\n].join('')`
}

function main (): void {
  const random = new SeededRandom(SEED)
  const bad = attacks(random, ATTACKS)
  const known = new Set(bad.map((sample) => sample.text))
  const good = benign(random, BENIGN)
  const goodTexts = new Set(good.map((sample) => sample.text))
  const both = [...bad].filter((sample) => goodTexts.has(sample.text)).length
  const samples = [...bad.filter((sample) => !goodTexts.has(sample.text)), ...good].map(encode)
  process.stderr.write(`${bad.length} attacks (${known.size} distinct, ${both} also benign), ${good.length} benign (${goodTexts.size} distinct)\n`)
  train(samples, random)
  const { bytes, unit } = quantise(weights)
  const kinds = [...new Set(bad.map((sample) => sample.kind))]
  const classes = quantise(trainClasses(samples.filter((sample) => sample.isAttack), kinds, random))
  const source = `// Made by \`npm run train\` (train/train.ts); not to be edited. docs/injection.md says of what.

/** Classes of injection that the weights tell apart, in the order of their tables. */
export const CLASSES = ${JSON.stringify(kinds).replaceAll('"', '\'').replaceAll(',', ', ')} as const

/** Log-odds that one unit of a weight stands for. */
export const UNIT = ${unit}
/** Log-odds of a text without any tokens. */
export const BIAS = ${BIAS}

/** Weights of n-grams, a signed byte each, in base64. */
export const WEIGHTS = ${text(bytes)}

/** Weights by which classes are told apart, a table of signed bytes for each class, in base64. */
export const CLASS_WEIGHTS = ${text(classes.bytes)}
`
  const root = __dirname.includes('dist') ? join(__dirname, '../..') : join(__dirname, '..')
  const file = process.env.TRAIN_OUT ?? join(root, 'lib/text/injection-weights.ts')
  writeFileSync(file, source)
  process.stderr.write(`${file}: ${source.length} bytes, sha256 ${createHash('sha256').update(source).digest('hex')}\n`)
}

main()
