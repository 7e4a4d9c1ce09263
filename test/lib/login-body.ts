import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { credentialsIn, credentialsInHeader, fieldOfUser, loginName } from '../../lib/text/login-body'

const CASES: readonly (readonly [unknown, ReturnType<typeof credentialsIn>])[] = [
  [{ otp: '123456' }, { user: null }],
  [{ email: 'a@b.c', verification_code: 123456 }, { user: 'a@b.c' }],
  [{ code: '123456' }, null],
  [{ email: 'a@b.c', password: 'x' }, { user: 'a@b.c' }],
  [{ username: 'Ann', email: 'a@b.c', password: 'x' }, { user: 'ann' }],
  [{ user: 'ann', pw: 'x' }, { user: 'ann' }],
  [{ email: 'a@b.c', mot_de_passe: 'x' }, { user: 'a@b.c' }],
  [{ log: 'ann', pwd: 'x' }, { user: 'ann' }],
  [{ user_name: ' Ann ', pass_word: 'x' }, { user: 'ann' }],
  [{ 'user[email]': 'a@b.c', 'user[password]': 'x' }, { user: 'a@b.c' }],
  [{ session: { email: 'a@b.c', password: 'x' } }, { user: 'a@b.c' }],
  [{ user: { login: 'ann', password: 'x' }, remember: true }, { user: 'ann' }],
  [{ phone: 4912345, pin: 1234 }, { user: '4912345' }],
  [{ password: 'x' }, { user: null }],
  [{ email: 'a@b.c' }, null],
  [{ email: 'a@b.c', password: null }, null],
  [['a@b.c', 'x'], null],
  ['email=a&password=x', null],
  [null, null],
  [undefined, null]
]

test('credentials are found by their names', async (t) => {
  for (const [body, found] of CASES) t.same(credentialsIn(body), found, JSON.stringify(body))
})

test('where it is known to be a login, a user alone will do', async (t) => {
  t.same(credentialsIn({ email: 'a@b.c', code: 'x' }, true), { user: 'a@b.c' })
  t.same(credentialsIn({ data: { phone: '123' } }, true), { user: '123' })
  t.equal(credentialsIn({ code: 'x' }, true), null)
})

test('any body is read without a throw, however large', async (t) => {
  fc.assert(fc.property(fc.anything(), (body) => { assert.doesNotThrow(() => credentialsIn(body)) }))
  t.equal(credentialsIn(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`field${i}`, 'x']))), null)
  t.equal(loginName('é'.repeat(100_000))?.length, 256)
})

test('HTTP Basic names its user', async (t) => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  t.same(credentialsInHeader(basic('Ann:pass:word')), { user: 'ann' })
  t.same(credentialsInHeader(basic(':x')), { user: null })
  for (const header of [basic('ann'), 'Bearer abc', 'Basic', 'Basic %%%', undefined, `Basic ${'A'.repeat(5000)}`]) t.equal(credentialsInHeader(header), null)
})

test('case, space and compatible characters make no other user', async (t) => {
  for (const name of ['Ann@X.org', ' ann@x.org', 'ＡＮＮ@x.org']) t.equal(loginName(name), 'ann@x.org')
  for (const none of ['', '  ', undefined, {}, true]) t.equal(loginName(none), null)
})

test('the field that holds a known user is found, no deeper than one object inside', async (t) => {
  t.equal(fieldOfUser({ kennwort: 'x', wer: 'Maria ' }, 'maria'), 'wer')
  t.equal(fieldOfUser({ data: { who: 'maria' } }, 'maria'), 'who')
  t.equal(fieldOfUser({ data: { more: { who: 'maria' } } }, 'maria'), null)
  for (const body of [null, 'maria', 7, {}, ['paul']]) t.equal(fieldOfUser(body, 'maria'), null)
  t.equal(fieldOfUser(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i === 99 ? 'maria' : i])), 'maria'), null, 'no further than 32 fields')
})

test('where a token is asked for by another, what names the application is nobody\'s name', async (t) => {
  const client = { client_id: 'shop', client_secret: 'x' }
  t.equal(credentialsIn({ grant_type: 'refresh_token', refresh_token: 'y', ...client }), null)
  t.equal(credentialsIn({ grant_type: 'authorization_code', code: 'y', ...client }, true), null)
  t.same(credentialsIn({ grant_type: 'password', username: 'ann', password: 'z', ...client }), { user: 'ann' })
  t.same(credentialsIn({ grant_type: 'client_credentials', ...client }), { user: 'shop' })
  t.same(credentialsIn(client), { user: 'shop' })
  t.same(credentialsIn({ grant_type: 'refresh_token', email: 'ann', password: 'z' }), { user: 'ann' }, 'a password is one, whatever is said beside it')
})
