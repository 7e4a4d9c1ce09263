import fc from 'fast-check'
import { test } from 'tap'
import { seededRandom } from '../../bench/random'
import { RateClients } from '../../lib/detectors/rate-clients'
import { RateJournal } from '../../lib/detectors/rate-journal'
import { RateSeries, rateSeriesOptions } from '../../lib/detectors/rate-series'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'

const BUCKET = 1000
const SERIES = rateSeriesOptions({ bucketMs: BUCKET, leastJump: 50, adoptMs: 3_600_000, dropouts: true }, 100_000)

/** A request: its client, milliseconds since the one before, its bytes, and whether it has a tenant, and is of a frozen route. */
type Request = [client: number, after: number, bytes: number, isTenants: boolean, isFrozen: boolean]

/** Counts requests, each answered when two more have come; what was found, in order, and what was learned. @param isPatient Whether what can wait does. */
function count (requests: readonly Request[], isPatient: boolean): { found: unknown[], learned: unknown, waited: number } {
  const found: unknown[] = []
  const told = (series: RateSeries, measure: string, watch: unknown, change: string, at: number): void => { found.push(`${series === application ? 'app' : 'route'} ${measure} ${change} ${at}`) }
  const application = new RateSeries(null, SERIES, told)
  const series = new RateSeries(null, SERIES, told)
  const clients = new RateClients({ bucketMs: BUCKET, capacity: 64, leastRequests: 30, leastBytes: 40_000, promoteAfter: 5, seed: 1, promoted: (field) => found.push(`promoted ${field}`) })
  const journal = new RateJournal(application, clients)
  const routes = [false, true].map((isFrozen) => Object.assign(new RouteState('GET', '/a', '', true, 'observe', 50), { frozen: isFrozen }))
  const open: Observation[] = []
  let at = 0
  let waited = 0
  for (const [i, [client, after, bytes, isTenants, isFrozen]] of requests.entries()) {
    at += after
    const observation = new Observation(at, 0, routes[Number(isFrozen)] as RouteState, 'GET', '/a', [], null, bytes, '', client, null, client, `${i}`, client % 3 === 0 ? null : `token ${client % 7}`, { nameOf: (token) => ({ tag: token, hash: token.length, session: null, sender: null }) })
    if (isPatient && journal.arrive(series, observation)) {
      waited++
    } else {
      journal.count()
      series.count(at)
      application.count(at)
      clients.arrive(observation)
    }
    open.push(observation)
    if (isTenants) observation.identify(`user ${client}`, client)
    if (open.length > 2) answer(open.shift() as Observation)
  }
  for (const observation of open) answer(observation)
  journal.count()
  application.advance(at + 5 * BUCKET)
  return { found, learned: [series.toJSON(), application.toJSON(), clients.toJSON(), clients.describe()], waited }

  function answer (observation: Observation): void {
    const bytes = observation.requestBytes
    if (!isPatient || !journal.answer(series, observation, bytes)) {
      journal.count()
      if (bytes > 0) {
        series.weigh(bytes, observation.at)
        application.weigh(bytes, observation.at)
      }
      clients.answer(observation, bytes)
    }
    for (const { type, expected, actual } of observation.signals ?? []) found.push([observation.requestId, type, expected, actual])
  }
}

/** Requests of a dozen clients, among which one of them, at times, sends four times as much as all others. */
function traffic (seed: number): Request[] {
  const random = seededRandom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const busiest = below(12)
  return Array.from({ length: 3000 }, (_, i) => {
    const request: Request = [below(12), below(30), below(3000), below(2) === 0, below(8) === 0]
    return i % 1000 > 800 ? [request, ...Array.from({ length: 4 }, (): Request => [busiest, 0, request[2], request[3], request[4]])] : [request]
  }).flat()
}

test('what waits is counted as if it had not, and nothing that is too much is missed', (t) => {
  let found = 0
  let waited = 0
  fc.assert(fc.property(fc.integer(), (seed) => {
    const requests = traffic(seed)
    const patient = count(requests, true)
    const prompt = count(requests, false)
    found += prompt.found.length
    waited += patient.waited
    t.same(patient.found, prompt.found)
    t.same(patient.learned, prompt.learned)
  }), { numRuns: 20 })
  t.ok(found > 1000, `${found} findings`)
  t.ok(waited > 50_000, `${waited} requests have waited`)
  t.end()
})

test('while somebody is over a limit nothing waits, and from the next bucket on it does again', (t) => {
  const calm: Request[] = Array.from({ length: 20 }, (_, i) => [i, 0, 10, false, false])
  const much: Request[] = Array.from({ length: 40 }, () => [3, 0, 10, false, false])
  const learning: Request[] = Array.from({ length: 400 }, (_, i) => [i % 20, i % 20 === 0 ? BUCKET : 0, 10, false, false])
  const before = count(learning, true).waited
  t.equal(before, learning.length)
  const { waited, found } = count([...learning, ...much, ...calm, [1, BUCKET, 10, false, false]], true)
  t.ok(found.length > 0)
  t.ok(waited > before && waited < before + much.length, `${waited - before} of ${much.length} before the limit, none after, and one in the next bucket`)
  t.end()
})
