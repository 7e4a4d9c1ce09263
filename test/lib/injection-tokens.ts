import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { InjectionText, Budget } from '../../lib/detectors/injection-text'
import { TokenScanner } from '../../lib/text/injection-tokens'
import { KNOWN_WORDS } from '../../lib/text/injection-words'
import { TextUnits } from '../../lib/text/text-units'
import { nameOfKind } from '../../lib/text/token-kinds'

/** Steps that a scanner takes for a text, over all calls. */
function stepsOf (text: string): number {
  const scanner = new TokenScanner()
  const units = new TextUnits().load(text)
  for (let at = 0; at < text.length;) at = scanner.scan(units, at)
  return scanner.steps
}

function tokensOf (text: string): string[] {
  const scanner = new TokenScanner()
  scanner.read(new TextUnits().load(text), 0)
  return [...scanner.kinds.subarray(0, scanner.count)].map(nameOfKind)
}

const MEGABYTE = 1_048_576
const ALPHABETS = ['a', 'A', '1', '_', '$', '$a', '-', '--', 'a-', 'a1-', 'aB1-', '\'', '"', '\'a', '`', '/', '//', '/*', '/*/', '/*!', '*/', '<', '<a', '<!', '<!-', '<!--', '</', '.', '..', '../', '1.', '1.1.', '0x', '0xf', '1a', '1or', ' ', '\n', '\r\n',
  '\t', '&', '&&', '&#', '&#x', '&#x6', '&lt;', '&amp', '%', '%4', '%41', '%25', '%2541', '%u', '%u0041', '\\', '\\u', '\\u0041', '\\x41', '{', '{{', '${', '$(', '#', '##', '=', '==', '(', ')', ';', ';;', '|', '||', '\u00e9', '\u4e2d', '\ud83d', '\uff1c',
  '\u200b', '\u0000', 'on', 'on=', 'onx =', 'select ', 'or 1=1 ', ' union', '\u2028', '{%', '[', '?', ':', '::', '://', '@', '@@', '+', '~', '^', '!', ',', '*']

test('every scanner takes a number of steps that is linear in the length, for a megabyte of each alphabet', async (t) => {
  for (const unit of ALPHABETS) {
    const text = unit.repeat(Math.ceil(MEGABYTE / unit.length))
    const steps = stepsOf(text)
    if (steps > 6 * text.length) t.fail(`${JSON.stringify(unit)}: ${steps} steps for ${text.length} characters`)
  }
  for (const random of [1, 2, 3]) {
    let state = random
    const pieces = Array.from({ length: 100_000 }, () => ALPHABETS[(state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % ALPHABETS.length] as string).join('')
    t.ok(stepsOf(pieces) <= 6 * pieces.length, `${stepsOf(pieces)} steps for ${pieces.length} mixed characters`)
  }
})

test('doubling a text doubles the steps, whatever it is made of', async () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...ALPHABETS), { minLength: 1, maxLength: 6 }), (units) => {
    const text = units.join('').repeat(500)
    assert.ok(stepsOf(text + text) <= 2.2 * stepsOf(text) + 2000, JSON.stringify(units))
  }), { numRuns: 200 })
})

test('cutting a text into calls makes no difference to its tokens', async () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...ALPHABETS, 'word', ' '), { minLength: 600, maxLength: 900 }), (units) => {
    const text = units.join('')
    const scanner = new TokenScanner()
    const loaded = new TextUnits().load(text)
    let last = 0
    for (let at = 0; at < text.length;) {
      at = scanner.scan(loaded, at)
      for (let i = 0; i < scanner.count; i++) {
        const start = scanner.starts[i] as number
        assert.ok(start >= last && start <= text.length)
        last = start
      }
    }
  }), { numRuns: 50 })
})

test('SQL reads the same in any case, with comments, tabs and line breaks for spaces', async (t) => {
  const expected = ['start', 'zero-one', 'union', 'all', 'select', 'null', 'end']
  for (const text of ['1 union all select null', '1 UnIoN aLl SeLeCt NULL', '1/**/union/*x*/all/* y */select/**/null', '1\tunion\tall\u00a0select\u2003null']) t.same(tokensOf(text), expected, text)
  t.same(tokensOf('/*!50000union*/'), ['start', '/*!', 'union', '*/', 'end'])
})

test('quotes are told apart by what they stand between', async (t) => {
  t.same(tokensOf('O\'Brien'), ['start', 'letter', 'quote-in', 'word', 'end'])
  t.same(tokensOf('x\' or'), ['start', 'letter', 'quote-close', 'or', 'end'])
  t.same(tokensOf('\'til'), ['start', 'quote-open', 'word', 'end'])
  t.same(tokensOf('5 \' x'), ['start', 'digit', 'quote-free', 'letter', 'end'])
})

test('versions of browsers are no addresses, whatever they begin with', async (t) => {
  t.same(tokensOf('Chrome/127.0.0.0 Edg/10.0.0.0 127.0.0.1 0.0.0.0'), ['start', 'brand', '/', 'version', 'word', '/', 'version', 'loopback', 'loopback', 'end'])
})

test('numbers, addresses and ids are told apart', async (t) => {
  t.same(tokensOf('0x3a 1or 5e8f9a 3pm 1.5 10.0.0.1 127.0.0.1 169.254.169.254 8.8.8.8 1.2.3'),
    ['start', 'hex', 'zero-one', 'or', 'id', 'id', 'decimal', 'private', 'loopback', 'link-local', 'address', 'version', 'end'])
  t.same(tokensOf('Zzh7W_krs4jSNwVV2TssQsSbOj--'), ['start', 'long', 'end'])
})

test('every known word is found in any case', async (t) => {
  for (const word of KNOWN_WORDS) {
    const tokens = tokensOf(word.toUpperCase())
    if (tokens.length !== 3 || tokens[1] === 'word' || tokens[1] === 'name') t.fail(`${word}: ${tokens.join(' ')}`)
  }
  t.ok(KNOWN_WORDS.length > 1500)
})

test('any text is scored without a throw, and what is told of it is well-formed', async () => {
  const model = new InjectionText()
  const budget = new Budget()
  const pieces = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom(...ALPHABETS), fc.constantFrom(...KNOWN_WORDS), fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code))), { maxLength: 40 })
  fc.assert(fc.property(pieces, (parts) => {
    const text = parts.join('')
    const logOdds = model.logOdds(text, budget.start(100_000))
    assert.ok(logOdds === -Infinity || Number.isFinite(logOdds))
    const reading = model.read(text, 100_000)
    assert.ok(reading.stretch.isWellFormed())
    assert.ok(reading.share > 0 && reading.share <= 1)
  }), { numRuns: 500 })
})
