import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { essenceHash, essenceOf, isUrlencoded } from '../../lib/text/media-type'

const tokens = fc.stringMatching(/^[a-z][a-z0-9.+-]{0,15}$/)

test('parameters, case and surrounding space do not count', async () => {
  fc.assert(fc.property(tokens, tokens, fc.string({ maxLength: 40 }), fc.integer(), (type, subtype, parameters, seed) => {
    const plain = `${type}/${subtype}`
    for (const form of [`${plain};${parameters}`, ` ${plain} ; ${parameters}`, plain.toUpperCase()]) {
      assert.equal(essenceHash(form, seed), essenceHash(plain, seed))
      assert.equal(essenceOf(form), plain)
    }
  }))
})

test('an essence for people is short and harmless, whatever was sent', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
    assert.match(essenceOf(text), /^[a-z0-9/+.*_·-]{0,60}$/)
    essenceHash(text, 1)
  }))
})

test('forms are told from the rest', async (t) => {
  for (const form of ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=utf-8', 'Application/X-WWW-Form-Urlencoded']) t.ok(isUrlencoded(form))
  for (const other of ['application/json', 'multipart/form-data', '']) t.notOk(isUrlencoded(other))
})
