import { test } from 'tap'
import { ClientProfile } from '../../lib/detectors/client-profile'
import { HeaderReader } from '../../lib/detectors/header-shape'
import type { HeaderShape } from '../../lib/detectors/header-shape'
import { ValueJudge } from '../../lib/detectors/value-judge'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'
import { HeaderNames } from '../../lib/text/header-names'
import { Redactor } from '../../lib/text/redact'

const FLOOR = 50
const route = new RouteState('GET /a', 'GET', '/a', true, 'observe', 50)
const shape: HeaderShape = new HeaderReader(7, []).read(new HeaderNames(['Cookie']))

/** A profile of clients with a session each, of which every second one has chosen the dark theme. */
function taught (requests: number): ClientProfile {
  const profile = new ClientProfile(new ValueJudge(7, new Redactor([])))
  for (let i = 0; i < requests; i++) teach(profile, i)
  return profile
}

function teach (profile: ClientProfile, i: number, theme = i % 2 === 0 ? 'dark' : 'light'): void {
  const headers = ['Cookie', `sid=${(i * 7919 % 900_000 + 100_000).toString(16)}x; theme=${theme}`]
  const principal = Math.imul(i + 1, 0x9e3779b1) >>> 0
  profile.learn(shape, headers, principal, true)
  profile.learnCookies(shape, headers, principal)
}

function found (profile: ClientProfile, cookie: string): string[] {
  const observation = new Observation(0, 0, route, 'GET', '/a', [], null, 0, '', 0, null, 0, '')
  profile.judgeCookies(shape, ['Cookie', cookie], FLOOR, observation)
  return (observation.signals ?? []).map(({ type, field }) => `${type} ${field}`)
}

test('odd cookies are odd as often as they come, and ordinary ones as often ordinary', async (t) => {
  const profile = taught(400)
  for (let time = 0; time < 3; time++) {
    t.same(found(profile, 'sid=2b5c7x; theme=dark'), [])
    t.same(found(profile, 'sid=2b5c7x; theme=<x>'), ['header_value_anomaly cookie.theme'])
    t.same(found(profile, 'sid=2b5c7x; theme=dark; admin=1'), ['header_unexpected cookie.admin'])
  }
})

test('cookies that were ordinary are looked at again when more has been learned', async (t) => {
  const profile = taught(FLOOR - 1)
  const odd = 'sid=2b5c7x; theme=<x>'
  t.same(found(profile, odd), [], 'too little is known')
  for (let i = FLOOR - 1; i < 400; i++) teach(profile, i)
  t.same(found(profile, odd), ['header_value_anomaly cookie.theme'])
})

test('what half a life has left of is looked at anew', async (t) => {
  const profile = taught(400)
  teach(profile, 400, '<x>')
  teach(profile, 401, '<x>')
  const odd = 'sid=2b5c7x; theme=<x>'
  t.same(found(profile, odd), [], 'two clients have sent it')
  for (let halving = 0; halving < 2; halving++) profile.halve()
  t.same(found(profile, odd), ['header_value_anomaly cookie.theme'])
})
