import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { hashText, KeyedHash } from '../../lib/text/keyed-hash'

const SECRET = 'sixteen characters or more'

test('the same secret gives the same tags and hashes, another one does not', async () => {
  const [one, same, other] = [new KeyedHash(SECRET), new KeyedHash(SECRET), new KeyedHash(`${SECRET}!`)]
  assert.notEqual(one.seed, other.seed)
  fc.assert(fc.property(fc.string(), (text) => {
    assert.equal(one.tag('user', text), same.tag('user', text))
    assert.equal(one.hash(text), same.hash(text))
    assert.notEqual(one.tag('user', text), other.tag('user', text))
    assert.notEqual(one.tag('user', text), one.tag('credential', text))
    assert.match(one.tag('user', text), /^[\w-]{22}$/)
  }))
})

test('a hash is an unsigned 32-bit number, and texts of every length spread', async (t) => {
  const hashes = new Set<number>()
  for (let i = 0; i < 20_000; i++) {
    const hash = hashText(`client ${i}`, 42)
    assert.ok(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32)
    hashes.add(hash)
  }
  t.ok(hashes.size > 19_990)
  t.not(hashText('', 1), hashText('', 2))
})

test('a short secret is an error that does not show it', async (t) => {
  t.throws(() => new KeyedHash('too short'), RangeError)
  t.throws(() => new KeyedHash('too short'), { message: /16 characters/ })
})
