import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { Redactor, showName } from '../../lib/text/redact'

test('values of secret names are shown by their length alone', async (t) => {
  const redactor = new Redactor()
  for (const name of ['password', 'newPassword', 'pwd', 'access_token', 'Authorization', 'sessionId', 'api-key', 'apiKey', 'cvv', 'iban', 'csrf_token', 'client_secret', 'cardNumber']) {
    t.equal(redactor.sample(name, 'Swordfish-1'), '[redacted, 11 characters]', name)
  }
  for (const name of ['page', 'q', 'name', 'city', 'sort']) t.equal(redactor.hides(name), false, name)
})

test('names and patterns of the application are added', async (t) => {
  const redactor = new Redactor(['Nickname', /^x_/])
  t.ok(redactor.hides('nickname'))
  t.ok(redactor.hides('x_internal'))
  t.ok(redactor.hides('password'))
  t.notOk(redactor.hides('nicknames'))
})

test('no sample shows a letter or digit of a value', async () => {
  const redactor = new Redactor()
  fc.assert(fc.property(fc.string({ maxLength: 20 }), fc.string({ unit: fc.constantFrom('b', 'X', '7', 'q'), minLength: 1 }), (name, value) => {
    assert.ok(redactor.hides(name) || !/[bX7q]/.test(redactor.sample(name, value)))
  }))
})

test('a name fit to be shown is short, well-formed and without control characters', async () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 65535 }), { maxLength: 100 }), (codes) => {
    const shown = showName(String.fromCharCode(...codes))
    assert.ok(shown.length <= 65 && shown.isWellFormed())
    for (const character of shown) assert.ok((character.codePointAt(0) ?? 0) >= 32 && character !== '\u007f')
  }))
})
