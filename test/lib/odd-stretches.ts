import { test } from 'tap'
import { BestStretch } from '../../lib/text/best-stretch'
import { TokenScanner } from '../../lib/text/injection-tokens'
import { WEIGHTS } from '../../lib/text/injection-weights'
import { NgramModel } from '../../lib/text/ngram-model'
import { loadNormal } from '../../lib/text/normalize'
import { OddStretches } from '../../lib/text/odd-stretches'
import { TextUnits } from '../../lib/text/text-units'
import { attacks, benign } from '../../train/corpus'
import { SeededRandom } from '../../train/random'

const LEAST = 120
const ALLOWED = 30
const scanner = new TokenScanner()
const units = new TextUnits()
const model = new NgramModel(new Int8Array(Buffer.from(WEIGHTS, 'base64')))

/** Best sum and place, as `InjectionText` asks for them. */
function weigh (text: string, stretch: BestStretch): [number, number, number] {
  loadNormal(text, units)
  model.begin()
  stretch.begin()
  for (let at = 0, isFirst = true; isFirst || at < units.length; isFirst = false) {
    at = scanner.scan(units, at)
    model.add(scanner)
    if (model.latest >= LEAST) stretch.add(scanner, model, at, at >= units.length)
    else if (at < units.length) stretch.pass(scanner, model)
  }
  return [stretch.best, stretch.bestFrom, stretch.bestTo]
}

test('what is passed over changes nothing of what says enough', async (t) => {
  const some = new BestStretch(model.weights, ALLOWED, LEAST)
  const all = new BestStretch(model.weights, ALLOWED, -1e9)
  const random = new SeededRandom(77)
  const odd = attacks(random, 600).map(({ text }) => text)
  const plain = benign(random, 1200).map(({ text }) => text)
  let telling = 0
  for (let i = 0; i < 1500; i++) {
    const parts = Array.from({ length: 1 + random.below(i % 3 === 0 ? 90 : 12) }, () => random.pick(random.chance(0.06) ? odd : plain).slice(0, 400))
    const text = i % 5 === 0 ? random.pick(odd).slice(0, 60).repeat(1 + random.below(120)) : parts.join(random.pick(['\n', ' ', ', ', '\r\n']))
    const wanted = weigh(text, all)
    const got = weigh(text, some)
    if (wanted[0] >= LEAST) telling++
    if (wanted[0] < LEAST ? got[0] >= LEAST : got.join() !== wanted.join()) t.fail(`${got.join()} in place of ${wanted.join()}: ${text.slice(0, 80)}`)
  }
  t.ok(telling > 300, `${telling} texts say enough`)
})

test('an odd place makes the text around it no object of a closer look', async (t) => {
  const odd = new OddStretches(LEAST)
  const steps = Array.from({ length: 400 }, (_, i) => i >= 200 && i < 210 ? 20 : -3)
  let sum = 0
  const sums = Int32Array.from(steps, (step) => (sum = Math.max(0, sum) + step))
  odd.begin()
  odd.find(sums, 0, 400, 128, true)
  const needed = steps.map((_, i) => i).filter((i) => (odd.lows[i] as number) <= i)
  t.equal(needed[0], 200)
  t.ok(needed.length <= 40, `${needed.length} of 400`)
  t.ok(needed.length >= 10)
  const quiet = Int32Array.from(sums, (each) => Math.min(each, LEAST - 1))
  odd.begin()
  odd.find(quiet, 0, 400, 128, true)
  t.ok(Array.from(quiet.keys()).every((i) => (odd.lows[i] as number) > i), 'none where nothing says enough')
})

test('at the end of a call, what may go on is kept', async (t) => {
  const odd = new OddStretches(LEAST)
  odd.begin()
  odd.find(Int32Array.from({ length: 64 }, (_, i) => i < 60 ? -3 : 20 * (i - 59)), 0, 64, 128, false)
  t.ok((odd.lows[60] as number) <= 60)
  t.ok((odd.lows[59] as number) > 59)
  odd.find(Int32Array.from({ length: 64 }, (_, i) => i < 3 ? 80 + 20 * (i + 1) : -3), 80, 64, 192, true)
  t.ok((odd.lows[0] as number) <= 0)
  t.ok((odd.lows[10] as number) > 10)
})
