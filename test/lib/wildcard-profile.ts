import { test } from 'tap'
import { WildcardProfile } from '../../lib/detectors/wildcard-profile'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'

const route = new RouteState('GET /assets/*', 'GET', '/assets/*', true, 'observe', 50)

function signals (profile: WildcardProfile, rest: string): string[] {
  const observation = new Observation(0, 0, route, 'GET', `/assets/${rest}`, [], null, 0, '10.0.0.1', 1, null, 1, '')
  profile.judge(rest, 20, observation)
  return observation.signals?.map(({ type }) => type) ?? []
}

function taught (): WildcardProfile {
  const profile = new WildcardProfile()
  for (let i = 0; i < 400; i++) profile.learn(i % 2 === 0 ? `img/${1000 + i}.svg` : `css/site-${i % 3}.css`, i % 20)
  return profile
}

test('a path like those that a wildcard route serves is ordinary, another is not', async (t) => {
  const profile = taught()
  t.same(signals(profile, 'img/7777.svg'), [])
  t.same(signals(profile, 'css/site-1.css'), [])
  t.same(signals(profile, 'admin/users/export'), ['unknown_path'])
  t.same(signals(profile, '.git/config'), ['probe_path'])
  t.same(signals(new WildcardProfile(), 'admin/users/export'), [])
})

test('a path that three principals asked for in spite of being flagged becomes known', async (t) => {
  const profile = taught()
  t.equal(profile.quarantine('fonts/new.woff2', 1, 3), false)
  t.equal(profile.quarantine('fonts/new.woff2', 1, 3), false, 'one principal counts once')
  t.equal(profile.quarantine('fonts/new.woff2', 2, 3), false)
  t.equal(profile.quarantine('fonts/new.woff2', 300, 3), true)
  t.same(signals(profile, 'fonts/new.woff2'), [])
})

test('what was learned survives JSON, and adds up', async (t) => {
  const copy = WildcardProfile.from(JSON.parse(JSON.stringify(taught())))
  t.same(signals(copy, 'img/7777.svg'), [])
  t.same(signals(copy, 'admin/users/export'), ['unknown_path'])
  const merged = new WildcardProfile()
  merged.merge(copy)
  t.same(merged.templates(), copy.templates())
  t.same(signals(merged, 'admin/users/export'), ['unknown_path'])
})

test('the next build of a file is ordinary, another file with a hash is not', async (t) => {
  const profile = new WildcardProfile()
  for (let i = 0; i < 400; i++) profile.learn(['app.3f9a1c02.css', 'app.77d0e1aa.js', 'img/logo.svg'][i % 3] as string, i % 20)
  t.same(signals(profile, 'app.9b1ff247.css'), [])
  t.same(signals(profile, 'dump.9b1ff247.css'), ['unknown_path'])
})
