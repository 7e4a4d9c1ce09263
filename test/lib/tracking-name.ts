import { test } from 'tap'
import { isIdentifier, isTrackingName } from '../../lib/text/tracking-name'

test('what advertisers add to links is known by its name', async (t) => {
  for (const name of ['gclid', 'fbclid', 'utm_source', 'utm_anything']) t.ok(isTrackingName(name), name)
  for (const name of ['id', 'ref', 'gclid2', 'xutm_source', '__proto__', 'constructor', '']) t.notOk(isTrackingName(name), name)
})

test('an identifier has nothing in it that could be an injection', async (t) => {
  for (const value of ['', 'Cj0KCQiA-1_x.~', 'a'.repeat(512)]) t.ok(isIdentifier(value), value)
  for (const value of ["x'", 'a b', '<', '%27', 'é', 'a'.repeat(513), 7, null, ['x']]) t.notOk(isIdentifier(value), String(value))
})
