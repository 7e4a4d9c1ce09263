import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { hashCredential, hashText, KeyedHash } from '../../lib/text/keyed-hash'

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

test('credentials of every length spread, whatever part of them is random', async (t) => {
  const random = (i: number): string => new KeyedHash(SECRET).tag('part', String(i))
  const kinds: Record<string, (i: number) => string> = {
    'short keys': (i) => `key-${i}`,
    'keys of an issuer': (i) => `sk_live_${random(i)}${random(i + 1)}`,
    'signed tokens': (i) => `Bearer ${'h'.repeat(36)}.${'p'.repeat(120)}.${random(i)}${random(i)}`,
    'tokens with a common end': (i) => `Bearer ${'h'.repeat(36)}.${random(i)}${random(i + 1)}${random(i + 2)}${random(i + 3)}.${'e'.repeat(30)}`
  }
  for (const [name, make] of Object.entries(kinds)) {
    const hashes = new Set<number>()
    for (let i = 0; i < 5000; i++) hashes.add(hashCredential(make(i), 42))
    t.ok(hashes.size > 4990, `${name}: ${hashes.size}`)
    t.not(hashCredential(make(1), 1), hashCredential(make(1), 2), 'the seed counts')
  }
})
