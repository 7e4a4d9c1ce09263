import { test } from 'tap'
import fc from 'fast-check'
import { entropyRatio, shannonEntropy } from '../../lib/stats/entropy'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const latin = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 600 })

function reference (text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let entropy = 0
  for (const count of counts.values()) entropy -= count / text.length * Math.log2(count / text.length)
  return text.length < 2 ? 0 : entropy + (counts.size - 1) / (2 * text.length * Math.LN2)
}

function * tokens (length: number, count: number, alphabet: string): Generator<string> {
  let state = length
  for (let i = 0; i < count; i++) {
    yield Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return alphabet[Math.floor(state / 2 ** 32 * alphabet.length)]
    }).join('')
  }
}

function meanOf (measure: (text: string) => number, texts: Iterable<string>): number {
  const results = Array.from(texts, measure)
  return results.reduce((sum, result) => sum + result, 0) / results.length
}

test('the entropy is that of the definition, with the Miller-Madow correction', async () => {
  fc.assert(fc.property(latin, (text) => Math.abs(shannonEntropy(text, 1000) - reference(text)) < 1e-9), { numRuns: 300 })
})

test('one call leaves nothing behind for the next', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
    const alone = shannonEntropy(b)
    shannonEntropy(a)
    return shannonEntropy(b) === alone
  }))
})

test('no more than maxLength characters are looked at', async (t) => {
  t.equal(shannonEntropy('a'.repeat(512) + BASE64URL), 0)
  t.equal(shannonEntropy('ab' + 'c'.repeat(100), 2), shannonEntropy('ab'))
  t.equal(shannonEntropy('a'.repeat(1e6)), 0)
})

test('texts of no, one or one repeated character have no entropy', async (t) => {
  for (const text of ['', 'a', 'aaaa', '€€€']) {
    t.equal(shannonEntropy(text), 0)
    t.equal(entropyRatio(text), 0)
  }
})

test('random tokens of every length have about the same ratio, which plain entropy does not', async (t) => {
  for (const length of [8, 16, 32, 64, 128, 512]) {
    const ratio = meanOf(entropyRatio, tokens(length, 200, BASE64URL))
    t.ok(ratio > 0.93, `${length}: ${ratio}`)
  }
  t.ok(meanOf(shannonEntropy, tokens(8, 200, BASE64URL)) < meanOf(shannonEntropy, tokens(128, 200, BASE64URL)) - 1)
})

test('words, digits and repetitions stay well below random tokens', async (t) => {
  t.ok(entropyRatio('the quick brown fox jumps over the lazy dog and the dog sleeps') < 0.85)
  t.ok(meanOf(entropyRatio, tokens(64, 100, '0123456789')) < 0.65)
  t.ok(entropyRatio('abababababababab') < 0.35)
})

test('the ratio is a share, for any text', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
    const ratio = entropyRatio(text)
    return ratio >= 0 && ratio <= 1
  }))
})
