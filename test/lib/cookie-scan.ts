import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { CookieScan } from '../../lib/text/cookie-scan'

const scan = new CookieScan()

function cookiesOf (header: string): [string, string][] {
  const found: [string, string][] = []
  scan.read(header)
  while (scan.next()) found.push([scan.name, scan.value])
  return found
}

const names = fc.stringMatching(/^[a-z_]{1,8}$/)
const values = fc.stringMatching(/^[\w=%.-]{0,12}$/)

test('what was joined is read again, whatever was read before', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(names, values), { maxLength: 32 }), fc.string(), (cookies, before) => {
    cookiesOf(before)
    assert.deepEqual(cookiesOf(cookies.map(([name, value]) => `${name}=${value}`).join('; ')), cookies)
  }))
})

test('any header is read to its end, 32 cookies of it at the most', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (header) => cookiesOf(header).length <= 32))
  assert.equal(cookiesOf('a=1;'.repeat(100)).length, 32)
  assert.deepEqual(cookiesOf('lonely; b=2'), [['lonely', ''], ['b', '2']])
})
