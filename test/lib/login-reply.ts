import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { leadsBack, leadsToLogin, refusesLogin } from '../../lib/text/login-reply'

test('a redirection to where it comes from leads back, whatever follows the path', async (t) => {
  for (const location of ['/login', '/login?error=1', '/login#again', 'http://shop.test/login?next=%2F', 'https://other.test/login']) t.ok(leadsBack(location, '/login?next=/'), location)
  for (const location of ['/account', '/login/done', '/', '', `/login?${'x'.repeat(5000)}`]) t.notOk(leadsBack(location, '/login'), location.slice(0, 40))
})

test('a page where one logs in, on the same site, and an error parameter anywhere say that nobody got in', async (t) => {
  for (const location of ['/login', '/login?next=/', '/Login/', '/user/sign-in', '/sign_in.html', '/wp-login/LOGIN.php#x', 'login', 'https://shop.test/auth/signin', '/account?error=credentials', 'https://other.test/back?error=access_denied', '/x?a=1&error']) t.ok(leadsToLogin(location, 'shop.test'), location)
  for (const location of ['/', '/account', '/login/2fa', '/login/success', '/blogin', '/account?next=/login', 'https://idp.test/login', '/x?terror=1', '/x?errors=1', '', `/login?${'x'.repeat(5000)}`]) t.notOk(leadsToLogin(location, 'shop.test'), location.slice(0, 40))
  t.ok(leadsToLogin('http://shop.test:3000/login', 'Shop.test:3000'))
  t.notOk(leadsToLogin('https://shop.test/login', undefined))
})

test('a reply with a status of success may say that nobody got in', async (t) => {
  const refusals = ['{"error":"invalid credentials"}', ' {"errors":[{"message":"no"}],"data":{"login":null}}', '{"error":{"code":7}}', '{"success":false}', '{"ok":false,"user":null}', '{"authenticated":false}', '{"status":"error"}', '{"status":"fail"}',
    '<!doctype html><form><input name=p type="password"></form>', '<html><INPUT TYPE=\'PASSWORD\'>', '<p><input type=password>']
  for (const text of refusals) t.ok(refusesLogin(text), text)
  const ordinary = ['{}', '{"token":"x"}', '{"error":null,"user":{}}', '{"errors":[]}', '{"error":"","ok":true}', '{"error":{}}', '{"success":true}', '{"status":"ok"}', '{"status":200}', '{"error":', '[{"error":"x"}]', '"error"', '', 'error', '<h1>Welcome</h1>', '<p>your password</p>',
    `{"error":"x","more":"${'x'.repeat(5000)}"}`, `<p>${'x'.repeat(70_000)}<input type="password">`]
  for (const text of ordinary) t.notOk(refusesLogin(text), text.slice(0, 60))
  for (const payload of [null, undefined, 5, Buffer.from('{"error":1}'), { pipe: () => {} }]) t.notOk(refusesLogin(payload))
})

test('any text is read without an error', async () => {
  fc.assert(fc.property(fc.string(), fc.string(), (text, other) => {
    for (const result of [refusesLogin(text), refusesLogin(`{${text}`), leadsBack(text, other), leadsToLogin(text, other)]) assert.equal(typeof result, 'boolean')
  }))
})
