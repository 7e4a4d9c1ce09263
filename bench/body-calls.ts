import { BodyCommon } from '../lib/detectors/body-common'
import { bodyShared } from '../lib/detectors/body-shared'
import { BodyTree } from '../lib/detectors/body-tree'
import { Observation } from '../lib/observation'
import { RouteState } from '../lib/route-state'
import { Redactor } from '../lib/text/redact'
import { seededRandom } from './random'
import type { DetectorCall } from './detector-calls'

const RUNS = 2000
const WARM_UP = 4000
const LIMITS = { nodes: 512, depth: 12, values: 4096, characters: 262_144 }

/**
 * Nanoseconds that json-schema-learner's judging and learning of one body take, without hooks: of a body of 25 leaves (a third of them numbers,
 * the others ids, dates, codes, words and a sentence), and of one of a megabyte. The least of `repetitions` runs.
 */
export function bodyCalls (repetitions: number): DetectorCall[] {
  return [measure('a body of 25 leaves', orderOf, RUNS, repetitions), measure('a body of 1 MB', megabyteOf, 4, repetitions)]
}

function measure (part: string, make: (random: () => number) => unknown, count: number, repetitions: number): DetectorCall {
  const random = seededRandom(11)
  const shared = bodyShared(LIMITS, 0.0001, { seed: 4711, redactor: new Redactor(), common: new BodyCommon(), promoteAfter: 3, compile: null })
  const tree = new BodyTree()
  const bodies = Array.from({ length: count }, () => make(random))
  const route = new RouteState('POST /orders', 'POST', '/orders', true, 'observe', 50)
  const observation = new Observation(0, 0, route, 'POST', '/orders', [], 'application/json', 600, '192.0.2.1', 1, null, 1, '1')
  const judge = (): void => { for (const body of bodies) shared.judges.body.judge(tree, body, null, 'body', 20, observation) }
  const learn = (): void => { bodies.forEach((body, i) => { shared.learners.body.learn(tree, body, null, i % 40, true) }) }
  for (let warm = 0; warm < WARM_UP; warm += count) {
    learn()
    judge()
  }
  const best = { judge: Infinity, learn: Infinity }
  for (let repetition = 0; repetition < repetitions; repetition++) {
    best.judge = Math.min(best.judge, timeOf(judge) / count)
    best.learn = Math.min(best.learn, timeOf(learn) / count)
  }
  return { part, ...best }
}

function timeOf (act: () => void): number {
  const started = process.hrtime.bigint()
  act()
  return Number(process.hrtime.bigint() - started)
}

function orderOf (random: () => number): unknown {
  const below = (limit: number): number => Math.floor(random() * limit)
  const item = (): object => ({ sku: `SKU-${10_000 + below(90_000)}`, quantity: 1 + below(5), price: (100 + below(20_000)) / 100, gift: random() < 0.2 })
  return {
    id: below(1_000_000),
    placed: `2026-0${1 + below(9)}-1${below(10)}T1${below(10)}:2${below(10)}:00Z`,
    customer: { name: `Customer ${below(9999)}`, email: `customer${below(9999)}@example.com`, phone: `+49${1_000_000_000 + below(999_999)}`, newsletter: random() < 0.3 },
    address: { street: `${1 + below(200)} High Street`, city: 'Leeds', postcode: `LS${1 + below(28)} 4AB`, country: 'GB' },
    items: [item(), item(), item()],
    currency: random() < 0.8 ? 'EUR' : 'GBP',
    total: below(90_000) / 100,
    note: 'Leave it with the neighbours please.'
  }
}

function megabyteOf (random: () => number): unknown {
  return { rows: Array.from({ length: 9000 }, (_, i) => ({ id: i, code: `C-${Math.floor(random() * 90_000)}`, text: 'the quick brown fox jumps over the lazy dog, and over the next one too' })) }
}
