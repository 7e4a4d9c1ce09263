import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import * as flow from '../../lib/detectors/flow-signals'
import * as identity from '../../lib/detectors/identity-signals'
import { playScenario, readScenario } from '../fixtures/scenario'
import { LEVELS } from '../fixtures/trends'

const folder = join(__dirname, '..', 'replays', 'trends-flow')
const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson'))

test('each finding of trends is expected by a recording of an attack, at the level that was specified', async (t) => {
  const expected: Record<string, string> = {}
  for (const file of files) Object.assign(expected, readScenario(join(folder, file)).head.expect)
  const others = join(__dirname, '..', 'replays', 'trends')
  for (const file of readdirSync(others)) for (const type of (readScenario(join(others, file)).head.expect as unknown as string[])) expected[type] ??= LEVELS[type] ?? ''
  t.same(Object.keys(expected).sort(), [...Object.values(flow), ...Object.values(identity)].map(({ type }) => type).sort())
  for (const [type, level] of Object.entries(LEVELS)) t.equal(expected[type], level, type)
  for (const file of files.filter((name) => name.includes('.attack'))) {
    const twin = file.replace(/(?:-ordered|-vain|-leak)?\.attack/, '.ordinary')
    t.ok(files.includes(twin), twin)
  }
})

test('silent: what is not to be told is not, and nothing else is withheld', async (t) => {
  for (const [name, silent] of [['velocity-spike', 'velocity_spike'], ['bandwidth-spike', 'bandwidth_spike'], ['dlp-match', 'dlp_match']] as const) {
    const { head, steps } = readScenario(join(folder, `${name}.attack.ndjson`))
    const { found, events } = await playScenario({ head: { ...head, options: { ...head.options, silent: [silent] } }, steps })
    const { [silent]: withheld, ...others } = head.expect
    t.ok(withheld)
    t.same(found, others, silent)
    t.notOk(events.some(({ type }) => type === silent))
  }
})

for (const file of files) {
  const scenario = readScenario(join(folder, file))
  test(`${file}: ${scenario.head.about}`, async (t) => {
    const { found, events } = await playScenario(scenario)
    const { expect } = scenario.head
    t.same(found, expect, 'what was found, by its gravest level')
    t.ok(Object.keys(expect).every((type) => events.some((event) => event.type === type && event.episode?.state === 'open' && event.evidence !== undefined)), 'each is an episode that opens, with evidence')
    t.ok(events.length <= 4 * Object.keys(expect).length, `${events.length} events`)
    for (const { detail } of events) t.ok(detail.length > 20 && !/undefined|NaN/.test(detail), detail)
  })
}
