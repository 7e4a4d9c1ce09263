import { join } from 'node:path'
import { test } from 'tap'
import type { AnomaliesOptions, TrendsOptions } from '../../plugins'
import { addressOf, buildApp } from '../fixtures/app'
import { identityApp, playIdentity, readIdentity } from '../fixtures/identity-scenario'
import { readMetrics } from '../fixtures/metrics'
import { playScenario, readScenario } from '../fixtures/scenario'
import type { ScenarioHead } from '../fixtures/scenario'

/** What an application says of where addresses and fingerprints come from; it says nothing else. */
const SOURCES: readonly (keyof TrendsOptions)[] = ['ja4', 'ja4h']

/** The sixteen types that were specified, and a recording of each. */
const OF_IDENTITIES = {
  fingerprint_change: 'fingerprint-change.attack.ndjson',
  session_sharing: 'session-sharing.attack.ndjson',
  token_reuse: 'token-reuse.attack.ndjson',
  rotation_pattern: 'rotation-pattern.attack.ndjson',
  impossible_travel: 'impossible-travel.attack.ndjson',
  ja4_rotation_pattern: 'ja4-rotation.attack.ndjson',
  ja4_ip_cluster: 'ja4-ip-cluster.attack.ndjson',
  ja4_browser_spoofing: 'ja4-browser-spoofing.attack.ndjson',
  ja4h_change: 'ja4h-change.attack.ndjson'
}
const OF_FLOWS = {
  timing_anomaly: 'timing-anomaly.attack.ndjson',
  oversized_request: 'oversized-request.attack.ndjson',
  oversized_response: 'oversized-response.attack.ndjson',
  bandwidth_spike: 'bandwidth-spike.attack.ndjson',
  exfiltration_pattern: 'exfiltration-pattern.attack.ndjson',
  upload_pattern: 'upload-pattern.attack.ndjson'
}

/** Options of an application that takes the whole collection as it is, and hears what it says. */
function asItIs (): { options: AnomaliesOptions, told: Set<string> } {
  const told = new Set<string>()
  return { told, options: { injection: {}, onAnomaly: ({ detector, type }) => { if (detector === 'trends') told.add(type) } } }
}

function sourcesOf (options: TrendsOptions = {}): TrendsOptions { return Object.fromEntries(SOURCES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])) }

for (const [type, file] of Object.entries(OF_IDENTITIES)) {
  test(`${type} is told by the whole collection with its defaults`, async (t) => {
    const { scenario, steps } = readIdentity(file)
    const { options, told } = asItIs()
    const { places } = scenario
    const app = await identityApp({ options: sourcesOf(scenario.options), ...places === undefined ? null : { places } }, options)
    for (const step of steps) await playIdentity(app, step, new Set())
    t.ok(told.has(type), [...told].join())
    t.ok(app.app.anomalies.query({ type, detector: 'trends' }).events.length > 0)
    await app.app.close()
  })
}

for (const [type, file] of Object.entries(OF_FLOWS)) {
  test(`${type} is told by the whole collection with its defaults`, async (t) => {
    const { head: { options: _, ...head }, steps } = readScenario(join(__dirname, '..', 'replays', 'trends-flow', file))
    const { options, told } = asItIs()
    await playScenario({ head: head as ScenarioHead, steps }, options)
    t.ok(told.has(type), [...told].join())
  })
}

test('velocity_spike is told by the whole collection with its defaults', async (t) => {
  const { options, told } = asItIs()
  const { app, ask } = await buildApp({ ...options, admin: { token: 'the token of the test' } })
  // A login of an app that goes wrong: where one request in twenty bore a token, all of them do, and there are no more of them than before.
  const visit = (i: number, bears: boolean): ReturnType<typeof ask> => ask({ url: `/search?page=${i % 9}`, client: addressOf(i * 7 % 400), after: 300, ...bears ? { headers: { authorization: `Bearer of-${i * 7 % 400}` } } : null })
  for (let i = 0; i < 200 * 40; i++) await visit(i, i % 20 === 0)
  t.notOk(told.has('velocity_spike'))
  for (let i = 0; i < 200 * 5; i++) await visit(i, true)
  for (let i = 0; i < 200 * 3; i++) await visit(i, false)
  t.ok(told.has('velocity_spike'), [...told].join())
  const headers = { authorization: 'Bearer the token of the test' }
  t.match((await app.inject({ url: '/__anomalies/events?type=velocity_spike', headers })).json().events.at(-1), { type: 'velocity_spike', field: 'signals.auth_token', level: 'medium', episode: { state: 'open' } })
  t.ok(readMetrics((await app.inject({ url: '/__anomalies/metrics', headers })).payload).samples.some(({ labels }) => labels.type === 'velocity_spike'))
  await app.close()
})

test('these are the sixteen', (t) => {
  t.equal(new Set([...Object.keys(OF_IDENTITIES), ...Object.keys(OF_FLOWS), 'velocity_spike']).size, 16)
  t.end()
})
