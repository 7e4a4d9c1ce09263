import { test } from 'tap'
import { hiddenInPlain, isPlain } from '../../lib/text/plain-text'

test('words, numbers, ids, dates and tokens are plain', async (t) => {
  for (const text of ['', 'a', '\'', 'cors', '42', '-1.5', '2026-01-02', '198.18.0.7', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'SKU-12345', 'a_b', `${'a'.repeat(30)}.${'b'.repeat(60)}`]) t.ok(isPlain(text), text)
})

test('what has other characters, or may be a name of a file or class, is not', async (t) => {
  for (const text of ['_ZXO2FHZaYowGYvFnjmkmW', '_csrf']) t.ok(isPlain(text), text)
  for (const text of ['two words', 'O\'Brien', '__proto__', '.env', 'web.config', 'java.lang', 'caf\u00e9', '<b>', 'a=b', `x.${'a'.repeat(70)}`]) t.notOk(isPlain(text), text)
})

test('a value may begin within a text, such as a token behind its scheme', async (t) => {
  t.ok(isPlain('Bearer abc.123', 7))
  t.notOk(isPlain('Bearer abc.123'))
  t.notOk(isPlain('Bearer a b', 7))
  const hidden = Buffer.from('admin\' or 1=1').toString('base64url')
  t.equal(hiddenInPlain(`Basic ${hidden}`, 6), 'admin\' or 1=1')
  t.equal(hiddenInPlain('Bearer f81d4fae7dec11d0a76500a0c91e6bf6', 7), null)
})
