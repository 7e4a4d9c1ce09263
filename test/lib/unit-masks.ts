import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'tap'
import { mayBeKnown, meaningOf, KNOWN_WORDS } from '../../lib/text/injection-words'
import { loadNormal } from '../../lib/text/normalize'
import { SHORT_WORD, shortWord, UNKNOWN_WORD } from '../../lib/text/short-words'
import { TextUnits } from '../../lib/text/text-units'
import { FIRST_MEANING } from '../../lib/text/token-kinds'
import { bitsFrom, runFrom } from '../../lib/text/unit-masks'

const PIECES = ['word', 'a', 'Word', 'HTML', 'x'.repeat(40), '_', '42', '7'.repeat(33), ' ', '    ', '\n', '\r\n', '\t', '-', '"', '\u00e9', '\u00a0', '\u4e2d', '\ud83d\ude00', '\u0000']
const LETTERED = /[\w\u00e9\u4e2d]/
const BLANK = /[\t\v\f \u00a0]/

test('masks say of each unit what a look at it says, wherever it stands', async () => {
  const loaded = new TextUnits()
  fc.assert(fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }), (pieces) => {
    const text = pieces.join('')
    const { masks } = loaded.load(text)
    loaded.classify()
    for (let at = 0; at < text.length; at++) {
      const rest = text.slice(at, at + 32)
      assert.equal(runFrom(masks.word, at), /^\w*/.exec(rest)?.[0].length, `word at ${at}`)
      assert.equal(runFrom(masks.letter, at), /^[a-z]*/i.exec(rest)?.[0].length, `letter at ${at}`)
      assert.equal(runFrom(masks.digit, at), /^[0-9]*/.exec(rest)?.[0].length, `digit at ${at}`)
      assert.equal(bitsFrom(masks.digit, at) & 1, /[0-9]/.test(rest.charAt(0)) ? 1 : 0)
      const bits = (mask: Int32Array): number => bitsFrom(mask, at) & 1
      const before = at === 0 ? '' : text.charAt(at - 1)
      const here = text.charAt(at)
      assert.equal(bits(masks.upper), /[A-Z]/.test(here) ? 1 : 0, `upper at ${at}`)
      assert.equal(bits(masks.dashed), /[\w-]/.test(here) ? 1 : 0, `dashed at ${at}`)
      assert.equal(bits(masks.foreign), /[\u00e9\u4e2d]/.test(here) ? 1 : 0, `foreign at ${at}`)
      assert.equal(bits(masks.odd), /[0-9_]/.test(here) || (/[A-Z]/.test(here) && /\w/.test(before)) ? 1 : 0, `odd at ${at}`)
      assert.equal(bits(masks.spaced), BLANK.test(before) ? 1 : 0, `spaced at ${at}`)
      assert.equal(bits(masks.joined), LETTERED.test(before) ? 1 : 0, `joined at ${at}`)
      assert.equal(bits(masks.start), !BLANK.test(here) && !(LETTERED.test(here) && LETTERED.test(before)) ? 1 : 0, `start at ${at}`)
      assert.equal(bits(masks.solid), BLANK.test(here) ? 0 : 1, `solid at ${at}`)
    }
    assert.equal(bitsFrom(masks.solid, text.length), 1)
    assert.equal(bitsFrom(masks.start, text.length), 1)
  }), { numRuns: 300 })
})

test('masks follow what is undone in a text, and short texts leave nothing of longer ones', async () => {
  const loaded = new TextUnits()
  for (const [text, normal] of [['x'.repeat(5000), 'x'.repeat(5000)], ['%6F%72 1=1', 'or 1=1'], ['\uff11\uff07 or', '1\' or'], ['a', 'a'], ['', '']] as const) {
    loadNormal(text, loaded)
    loaded.classify()
    const fresh = new TextUnits().load(normal)
    const read = (units: TextUnits): number[] => Array.from({ length: normal.length + 1 }, (_, at) => bitsFrom(units.masks.word, at) + 3 * bitsFrom(units.masks.start, at))
    assert.deepEqual(read(loaded), read(fresh), text.slice(0, 20))
  }
})

test('short words are found in any case by what they mean, and no others are', async () => {
  const units = new TextUnits()
  const known = new Set(KNOWN_WORDS)
  const find = (text: string): number => shortWord(units.load(`(${text})`).view, 1, text.length)
  const short = KNOWN_WORDS.filter((word) => word.length <= SHORT_WORD && /^[a-z_]\w*$/.test(word))
  assert.ok(short.length > 1000)
  for (const word of short) {
    const number = KNOWN_WORDS.indexOf(word) + 1
    for (const text of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) assert.equal(find(text), (number << 8) | (FIRST_MEANING + meaningOf(number)), text)
    for (const other of [word.slice(0, -1), `${word}q`, `x${word.slice(1)}`, `${word.slice(0, -1)}_`]) if (other.length > 1 && other.length <= SHORT_WORD && !known.has(other)) assert.equal(find(other), UNKNOWN_WORD, other)
  }
})

test('the filter before the table of known words lets each of them through, in any case', async () => {
  const units = new TextUnits()
  for (const word of KNOWN_WORDS.filter((known) => /^\w+$/.test(known))) {
    for (const text of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) assert.ok(mayBeKnown(units.load(`(${text})`).units, 1, text.length), text)
  }
})
