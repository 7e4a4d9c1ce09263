import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'tap'
import { mayBeKnown, KNOWN_WORDS } from '../../lib/text/injection-words'
import { TextUnits } from '../../lib/text/text-units'
import { bitsFrom, nextIn, runFrom } from '../../lib/text/unit-masks'

const PIECES = ['word', 'a', 'x'.repeat(40), '_', '42', '7'.repeat(33), ' ', '    ', '\n', '\r\n', '\t', '-', '"', '\u00e9', '\u00a0', '\u4e2d', '\ud83d\ude00', '\u0000']
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
      let next = at
      while (next < text.length && BLANK.test(text.charAt(next))) next++
      assert.equal(nextIn(masks.solid, at), next, `solid from ${at}`)
    }
    assert.equal(nextIn(masks.solid, text.length), text.length)
  }), { numRuns: 300 })
})

test('the filter before the table of known words lets each of them through, in any case', async () => {
  const units = new TextUnits()
  for (const word of KNOWN_WORDS.filter((known) => /^\w+$/.test(known))) {
    for (const text of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) assert.ok(mayBeKnown(units.load(`(${text})`).units, 1, text.length), text)
  }
})
