import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { base64Text } from '../../lib/text/base64-text'
import { normalize } from '../../lib/text/normalize'

test('what hides a text from a reader is undone', async (t) => {
  const plain = '<script>alert(1)</script>'
  const hidden = [
    '%3Cscript%3Ealert(1)%3C/script%3E', '%253Cscript%253Ealert(1)%253C/script%253E', '&lt;script&gt;alert(1)&lt;/script&gt;', '&#60;script&#x3e;alert&lpar;1&rpar;&#0060/script&gt;',
    '\\u003cscript\\u003ealert(1)\\x3c/script\\u{3e}', '%u003cscript%u003ealert(1)%u003c/script%u003e', '＜script＞alert(1)＜/script＞', '<scr\u00adipt>ale\u200brt(1)</script>', '%EF%BC%9Cscript%EF%BC%9Ealert(1)＜/script＞'
  ]
  for (const text of hidden) t.equal(normalize(text), plain, text)
})

test('what is not well-formed stays as it is', async (t) => {
  for (const text of ['100%', '%', '%4', '%zz', '&', '&amp', '&nosuchname;', '&#;', '&#xzz;', '\\', '\\u12', '\\x4', '\\u{', 'a & b', 'C:\\Users\\me', '\ud800', '%u12']) t.equal(normalize(text), text, text)
})

test('what one round leaves is undone by the next, wherever it stands', async (t) => {
  t.equal(normalize('%25C3%25A9 %26lt; x'), 'é < x')
  t.equal(normalize('&amp;lt; &amp;#39; 100&amp;#37; \\u0026amp;'), '< \' 100% &')
  t.equal(normalize('a & b &amp;amp; c % \\ d'), 'a & b & c % \\ d')
  // More signs are left than are noted: the next round looks at the whole text.
  t.equal(normalize('&amp;lt; '.repeat(400)), '< '.repeat(400))
  t.equal(normalize(`${'% '.repeat(300)}%2525`), `${'% '.repeat(300)}%`)
})

test('signs of full width are narrowed as NFKC does it, whatever stands around them', async () => {
  const pieces = fc.constantFrom('a', '\uff11', '\uff07', '\uff05', '\uff1c', '\uff5e', '\u304b', '\u4e2d', '\u3002', '\u3099', '\u3000', '\u00e9', '\u2460', '\uff76\uff9e', '\ud55c')
  fc.assert(fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
    const text = list.join('')
    // NFKC is made only where something may be hidden.
    if (/[\u2460\uff01-\uff9e]/.test(text)) assert.equal(normalize(text), text.normalize('NFKC'))
  }), { numRuns: 500 })
})

test('any text is normalised without a throw, and ends', async () => {
  const units = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(37, 38, 92, 35, 120, 117, 59, 50, 53, 65)), { maxLength: 300 })
  fc.assert(fc.property(units, (codes) => {
    const text = String.fromCharCode(...codes)
    const normal = normalize(text)
    assert.ok(normal.length <= 18 * text.length)
    if (!/[%&\\\x7f-\uffff]/.test(text)) assert.equal(normal, text)
  }), { numRuns: 300 })
})

test('base64 is decoded where it is text, and only there', async (t) => {
  t.equal(base64Text(Buffer.from('<script>alert(1)</script>').toString('base64')), '<script>alert(1)</script>')
  t.equal(base64Text(Buffer.from('\' or 1=1 -- ??>>').toString('base64url')), '\' or 1=1 -- ??>>')
  for (const text of ['hello', 'password', 'not base64!', '5e8f9ac0ffee5e8f9ac0ffee', '', 'A', '====', 'AAAAAAAAAAAAAAAA']) t.equal(base64Text(text), null, text)
})
