import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { FieldProfile } from '../../lib/detectors/field-profile'
import { FieldVerdict } from '../../lib/detectors/field-verdict'
import { ValueScan } from '../../lib/text/value-shape'

const scan = new ValueScan(4711)
const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }).map(String), fc.constantFrom('asc', 'desc', '', 'a@b.c', '2026-01-05')), { maxLength: 28 })
const asked = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('7', 'asc', "1' or 1=1", '9'.repeat(40), 'a@b@c'))

/** @param from Requests that came before, each from another of forty clients. */
function learned (stream: readonly string[], profile = new FieldProfile(), from = 0): FieldProfile {
  stream.forEach((value, i) => profile.learn(scan.scan(value), (from + i) % 40, false))
  return profile
}

/** Ingredients that fire on a value. */
function partsOf (profile: FieldProfile, value: string, backing: FieldProfile | null = null): string[] {
  const verdict = new FieldVerdict().reset()
  profile.judge(scan.scan(value), backing, 1, verdict)
  return verdict.names()
}

const many = (make: (i: number) => string, count = 200): FieldProfile => learned(Array.from({ length: count }, (_, i) => make(i)))

test('two profiles merged judge as one that saw both streams', async () => {
  fc.assert(fc.property(values, values, asked, (ours, theirs, value) => {
    const merged = learned(ours)
    merged.merge(learned(theirs, new FieldProfile(), ours.length))
    const whole = learned([...ours, ...theirs])
    assert.deepEqual(merged.levels(), whole.levels())
    assert.deepEqual([merged.n, merged.lengths, merged.numbers], [whole.n, whole.lengths, whole.numbers])
    if (whole.n < 20) assert.deepEqual(partsOf(merged, value), partsOf(whole, value))
  }))
})

test('a profile read back from JSON judges and learns like the first', async () => {
  fc.assert(fc.property(values, values, asked, (before, after, value) => {
    const profile = learned(before)
    const copy = FieldProfile.from(JSON.parse(JSON.stringify(profile)))
    assert.deepEqual(copy.levels(), profile.levels())
    learned(after, profile)
    learned(after, copy)
    assert.deepEqual(copy.levels(), profile.levels())
    assert.deepEqual(partsOf(copy, value), partsOf(profile, value))
  }))
})

test('any text is judged and learned without an error', async () => {
  const profile = many((i) => String(i))
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 65535 }), { maxLength: 80 }).map((codes) => String.fromCharCode(...codes)), (value) => {
    partsOf(profile, value)
    profile.learn(scan.scan(value), 1, true)
    profile.quarantine(scan.scan(value), 1, 3)
    assert.ok(profile.bytes < 9000)
  }))
})

test('names that now and then bring another accent or hyphen still have no markup among them', async (t) => {
  const rare = ["O'Brien", 'Núñez', 'Smith-Jones', 'St. Clair', 'de Groot']
  const names = many((i) => i % 20 === 7 && i < 100 ? rare[(i - 7) / 20] as string : 'Meier', 100)
  t.ok(partsOf(names, 'Mei<r').includes('char'))
  t.ok(partsOf(names, 'Mei;er').includes('char'))
  t.notOk(partsOf(names, 'Meier, A').includes('char'), 'one more sign of names says nothing')
})

test('what an optional field looks like is told by the values that are not empty', async (t) => {
  const phone = many((i) => i % 3 === 0 ? '' : `0${79 - i % 4} ${100 + i} ${10 + i % 80}`)
  t.same(partsOf(phone, ''), [])
  const digits = many((i) => i % 3 === 0 ? '' : String(1000000 + 4711 * i))
  t.ok(partsOf(digits, 'undefined').includes('numeric'), 'numbers, where there are any')
  t.ok(partsOf(many((i) => i % 3 === 0 ? '' : `${i}@x.org`), '17.x.org').includes('symbol-count'))
  const words = ['to the house', 'a', 'we come by train, later', 'and then', 'no']
  t.same(partsOf(many((i) => i % 3 === 0 ? `${words[i % 5]} ${'x'.repeat(i)}` : '', 21), 'late is fine'), [], 'nothing is no format')
  t.same(many((i) => i % 2 === 0 ? '' : 'abc').lengths?.[0], 3)
})

test('full stops come in many numbers, and none is one of them', async (t) => {
  const phrases = ['it was so', 'all went (well)', "that's it", 'no 7 left']
  const message = many((i) => {
    const text = Array.from({ length: 1 + (i * 7) % 9 }, (_, j) => phrases[(i * 3 + j * j) % 4]).join(i % 3 === 0 ? '! ' : '. ')
    return `${text}. ${String.fromCharCode(97 + i % 26, 97 + (i * 5) % 23)}${i % 2 === 0 ? '!' : ''}`
  })
  const verdict = new FieldVerdict().reset()
  message.judge(scan.scan('all went so well!'), null, 1, verdict)
  t.ok(verdict.names().includes('symbol-count'))
  t.ok(verdict.risk < 50, `${verdict.risk}`)
})

test('judging changes nothing', async () => {
  const profile = many((i) => String(i % 9))
  const before = profile.toJSON()
  fc.assert(fc.property(asked, (value) => {
    partsOf(profile, value)
    assert.deepEqual(profile.toJSON(), before)
  }))
})

test('each ingredient fires on its kind of deviation', async (t) => {
  const numbers = many((i) => String(i % 50))
  t.ok(partsOf(numbers, "4'").includes('char'))
  t.ok(partsOf(numbers, '4a').includes('numeric'))
  t.ok(partsOf(numbers, '9000000000').includes('range'))
  t.ok(partsOf(many((i) => i % 2 === 0 ? 'asc' : 'desc'), 'random').includes('enum'))
  t.ok(partsOf(many((i) => `user${i}@mail.example`), 'a@b@mail.example').includes('symbol-count'))
  t.ok(partsOf(many((i) => `2026-01-${10 + i % 20}`), '2026-01-1').includes('shape-exact'))
  t.same(partsOf(numbers, '7'), [])
})

test('known characters in an unseen place are told: a symbol doubled, in front, at the end', async (t) => {
  const slugs = many((i) => Array.from({ length: 2 + i % 4 }, (_, j) => 'abcdefgh'.slice(0, 2 + (i + j) % 5)).join('-') + `-${i}`, 800)
  for (const odd of ['ab--cd-7', '-ab-cd-7', 'ab-cd-7-']) t.ok(partsOf(slugs, odd).includes('neighbours'), odd)
  t.notOk(partsOf(slugs, 'cd-abc-ab-4711').includes('neighbours'))
})

test('a number of a digit or two is a count that grows, a longer one of fixed length is a format', async (t) => {
  const verdictOf = (profile: FieldProfile, value: string): number => {
    const verdict = new FieldVerdict()
    profile.judge(new ValueScan(4711).scan(value), null, 20, verdict)
    return verdict.risk
  }
  t.ok(verdictOf(many((i) => String(1 + i % 9)), '12') < 50)
  t.ok(verdictOf(many((i) => String(100 + i * 7 % 900)), '1234') >= 50)
})

test('a number with a letter is weak evidence where few are known, a quote is strong', async (t) => {
  const risk = (value: string): number => {
    const verdict = new FieldVerdict()
    many((i) => String(1 + i * 13 % 300), 31).judge(new ValueScan(4711).scan(value), null, 20, verdict)
    return verdict.risk
  }
  t.ok(risk('12b') < 50, String(risk('12b')))
  t.ok(risk("12'") >= 50, String(risk("12'")))
})

test('free text never fires on a new text of its kind', async (t) => {
  const words = ['Tea', 'coffee', 'with', 'milk', 'and', 'SUGAR', '3', 'cups', 'please', 'thanks!', '(hot)', 'now?', "don't", 'a-b']
  const text = (i: number): string => Array.from({ length: 3 + i % 9 }, (_, j) => words[(i * 7 + j * 5 + (i >> 3)) % words.length]).join(' ')
  const profile = many(text, 400)
  for (let i = 400; i < 440; i++) t.same(partsOf(profile, text(i)), [])
})

test('what the backing profile knows is not new', async (t) => {
  const own = many((i) => String(i % 9), 100)
  const common = many((i) => i % 2 === 0 ? String(i % 9) : `n${i % 9}`, 400)
  t.ok(partsOf(own, 'n4').includes('char'))
  t.notOk(partsOf(own, 'n4', common).includes('char'))
  t.ok(partsOf(own, 'n4;', common).includes('char'))
})

test('a thing seen once in a long stream is not known yet', async (t) => {
  const profile = many((i) => i === 100 ? "4'" : String(i % 50))
  t.ok(partsOf(profile, "5'").includes('char'))
})

test('what came once here is not known by its having been learned with all of its name', async (t) => {
  const ids = Array.from({ length: 100 }, (_, i) => `${1000 + i}-${2000 + i}`)
  const own = learned([...ids, '-10-20'])
  const all = learned([...ids, ...ids, '-10-20'])
  t.ok(partsOf(own, '-10-20', all).includes('neighbours'))
  all.learn(scan.scan('-10-20'), 77, false)
  t.notOk(partsOf(own, '-10-20', all).includes('neighbours'), 'somebody has sent it elsewhere')
})

test('an outlier among the first values is forgotten when many have come after it', async (t) => {
  const numbers = (count: number): FieldProfile => learned(['555555555555', ...Array.from({ length: count }, (_, i) => String(1 + i % 20))])
  t.same(numbers(60).numbers?.map((n) => n > 1000), [false, true])
  const later = numbers(100)
  t.same(later.numbers, [1, 20])
  t.ok(partsOf(later, '555555555555').includes('range'))
  t.same(FieldProfile.from(JSON.parse(JSON.stringify(later))).numbers, [1, 20])
})

test('ranges of the half-life before stay, however few values come after it', async (t) => {
  const profile = many((i) => String(1 + i * 37 % 120), 120)
  const before = profile.numbers
  profile.halve()
  const copy = FieldProfile.from(JSON.parse(JSON.stringify(profile)))
  for (const each of [profile, copy]) {
    learned(new Array<string>(40).fill('7'), each)
    t.same(each.numbers, before)
  }
})

test('what enough principals send is promoted, and fires no more', async (t) => {
  const profile = many((i) => i % 2 === 0 ? 'asc' : 'desc')
  t.same([1, 1, 2, 3].map((principal) => profile.quarantine(scan.scan('top'), principal, 3)), [false, false, false, true])
  t.same(partsOf(profile, 'top'), [])
})

test('a level closed by many things opens again after a half-life', async (t) => {
  const profile = many((i) => `${i}-${i}`, 300)
  t.equal(profile.levels().values?.unseen, 1)
  profile.halve()
  for (let i = 0; i < 300; i++) profile.learn(scan.scan(i % 2 === 0 ? 'asc' : 'desc'), i % 40, false)
  t.ok(partsOf(profile, 'random').includes('enum'))
})

test('lengths and numbers that were not seen for two half-lives are forgotten', async (t) => {
  const profile = learned(['7', '1000000'])
  profile.halve()
  learned(['7', '8', '9', '8'], profile)
  t.same(profile.lengths, [1, 7])
  t.ok((profile.numbers?.[1] ?? 0) > 900_000)
  profile.halve()
  t.same([profile.lengths, profile.numbers], [[1, 1], [7, 9]])
})

test('numbers without a gap are counts: the next one is no unseen value of an enumeration', async (t) => {
  t.same(partsOf(many((i) => String(1 + i % 3)), '4'), [])
  t.ok(partsOf(many((i) => ['12', '24', '96'][i % 3] as string), '40').includes('enum'), 'sizes to choose from are one')
})

test('one value in sixty that lacks a symbol does not make it optional, the second does', async (t) => {
  const mails = (without: number): FieldProfile => many((i) => i % 90 < without ? 'nobody' : `user${i % 40}@mail.example`, 90)
  t.ok(partsOf(mails(0), 'user7mail.example').includes('symbol-count'))
  t.ok(partsOf(mails(1), 'user7mail.example').includes('symbol-count'))
  t.notOk(partsOf(mails(2), 'user7mail.example').includes('symbol-count'))
})

test('digits in groups are weak evidence against a number, letters are strong', async (t) => {
  const risk = (value: string): number => {
    const verdict = new FieldVerdict()
    many((i) => String(4_000_000_000_000_000 + i * 7919), 45).judge(new ValueScan(4711).scan(value), null, 20, verdict)
    return verdict.risk
  }
  t.ok(risk('four thousand') > risk('4000 0000 1234 5678'))
})

test('a few numbers have no range to be far outside of, many have', async (t) => {
  const risk = (count: number): number => {
    const verdict = new FieldVerdict()
    many((i) => String(20 + i % 8), count).judge(new ValueScan(4711).scan('300'), null, 1, verdict)
    return verdict.risk
  }
  t.ok(risk(6) < 50, String(risk(6)))
  t.ok(risk(60) >= 50, String(risk(60)))
})

test('a length of many times the longest is strong evidence where much has been seen, and weak where little', async (t) => {
  const risk = (count: number): number => {
    const verdict = new FieldVerdict()
    many((i) => 'ab '.repeat(1 + i % 40).trim(), count).judge(new ValueScan(4711).scan('ab '.repeat(400)), null, 1, verdict)
    return verdict.risk
  }
  t.ok(risk(20) < risk(900), `${risk(20)} ${risk(900)}`)
  t.ok(risk(900) >= 50)
})

test('a digit where letters are known is a smaller novelty than a symbol', async (t) => {
  const risk = (value: string): number => {
    const verdict = new FieldVerdict()
    many((i) => `${'abcdefgh'.slice(0, 2 + i % 6)}${i % 3 === 0 ? i % 10 : ''}@${'klmnop'.slice(0, 3 + i % 3)}.com`, 100).judge(new ValueScan(4711).scan(value), null, 20, verdict)
    return verdict.risk
  }
  t.ok(risk('abc@163.com') < risk('abc@@klm.com'))
})

test('a thing that flagged requests have shown makes the level less settled than one seen once', async (t) => {
  const open = (learned: boolean): number => {
    const profile = many((i) => i % 2 === 0 ? 'asc' : 'desc', 50)
    if (learned) profile.learn(scan.scan('top'), 1, false)
    else profile.quarantine(scan.scan('top'), 1, 3)
    return profile.levels().values?.unseen ?? NaN
  }
  t.ok(open(false) > open(true))
})

test('one flagged value does not open a set of few, and is itself as likely as what was seen once', async (t) => {
  const words = ['new', 'price', 'name', 'rating']
  const profile = many((i) => words[i % 4] as string, 150)
  profile.quarantine(scan.scan('top'), 1, 3)
  t.ok(partsOf(profile, 'hidden').includes('enum'))
  t.notOk(partsOf(profile, 'top').includes('enum'))
})

test('one flagged payload does not open the levels of characters and neighbours, however many it has', async (t) => {
  const risk = (payloads: readonly string[], value: string): number => {
    const profile = many((i) => `${'abcdefgh'.slice(0, 2 + i % 5)}-${'abcdefgh'.slice(0, 2 + i % 6)}`, 300)
    payloads.forEach((payload, i) => profile.quarantine(scan.scan(payload), i, 9))
    const verdict = new FieldVerdict().reset()
    profile.judge(scan.scan(value), null, 20, verdict)
    return verdict.risk
  }
  const payload = '"><img src=x onerror=alert(1)>'
  t.equal(Math.round(risk([payload], 'abc-de!f')), Math.round(risk([], 'abc-de!f')), 'a character that no one has sent')
  t.ok(risk([payload], 'abc--def') >= 50, String(risk([payload], 'abc--def')))
  t.ok(risk([payload], '<abc>') >= 50, 'and one that only flagged requests have shown')
  const several = ['a;b', 'a|b', 'a$b', 'a"b', "a'b", 'a<b', 'a=b', 'a~b']
  t.ok(risk(several, 'abc;de') < risk([payload], 'abc;de'), 'of several payloads each counts')
})

test('what others of its name know is no unseen value of a field that chooses among the same', async (t) => {
  const words = ['tents', 'boots', 'ropes', 'maps', 'bags', 'lamps', 'mugs', 'knives']
  const own = learned(Array.from({ length: 210 }, (_, i) => words[i % 7] as string))
  const common = learned(Array.from({ length: 400 }, (_, i) => words[i % 8] as string))
  common.merge(own)
  t.ok(partsOf(own, 'knives').includes('enum'))
  t.notOk(partsOf(own, 'knives', common).includes('enum'))
  t.ok(partsOf(own, 'hidden', common).includes('enum'))
  const few = own.values().length
  const other = learned(Array.from({ length: 400 }, (_, i) => ['paid', 'knives', 'sent'][i % 3] as string))
  other.merge(learned(Array.from({ length: 14 }, (_, i) => words[i % few] as string)))
  const young = learned(Array.from({ length: 14 }, (_, i) => words[i % few] as string))
  t.equal(young.items.alike(4, other.items), 0, 'others of the name choose among something else')
})

test('what would not be strange in prose is weaker evidence in words that bear the same name', async (t) => {
  let state = 7
  const next = (below: number): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16) % below
  const word = (): string => Array.from({ length: 2 + next(8) }, () => 'abcdefghijklmnopqrst'[next(20)]).join('')
  const words = many(() => Array.from({ length: 1 + next(3) }, word).join(' '), 120)
  const prose = many(() => Array.from({ length: 1 + next(7) }, () => [word(), word(), String(next(90)), `${word()},`, `${word()}-${word()}`][next(5)]).join(' '), 500)
  const risk = (backing: FieldProfile | null): number => {
    const verdict = new FieldVerdict().reset()
    words.judge(scan.scan('abc%'), backing, 20, verdict)
    return verdict.risk
  }
  t.ok(risk(prose) < risk(null) - 10, `${risk(prose)} ${risk(null)}`)
})

test('a length far beyond what anyone sends counts by the values of all, not by the few of its own', async (t) => {
  const own = many((i) => 'abcdefgh'.slice(0, 2 + i % 7), 60)
  const common = many((i) => 'abcdefgh'.slice(0, 2 + i % 7), 2000)
  own.draws = own.holders = 30
  const risk = (backing: FieldProfile | null): number => {
    const verdict = new FieldVerdict().reset()
    own.judge(scan.scan('abcdefgh'.repeat(12)), backing, 20, verdict)
    return verdict.risk
  }
  t.ok(risk(common) > risk(null), `${risk(common)} ${risk(null)}`)
})

test('a symbol more often than ever is a change of a format, and nothing in values that are put together freely', async (t) => {
  const format = many((i) => `${'abcdefgh'.slice(0, 2 + i % 5)}${i % 3 === 0 ? '-x' : ''}`)
  t.ok(partsOf(format, 'abc-x-x').includes('symbol-count'))
  let state = 1
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16
  const token = (length: number): string => Array.from({ length }, () => 'aB3cD9'[next() % 6]).join('')
  const tokens = many((i) => i % 4 === 0 ? `${token(10)}-${token(14)}` : token(25))
  t.notOk(partsOf(tokens, `${token(8)}-${token(8)}-${token(9)}`).includes('symbol-count'))
})

test('a letter that hexadecimal digits have not is new in ids of such digits, and in no other field', async (t) => {
  let state = 7
  const next = (below: number): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16) % below
  const id = (digits: string): string => Array.from({ length: 32 }, () => digits.charAt(next(digits.length))).join('')
  const hexadecimal = many(() => id('0123456789abcdef'), 40)
  const asked = `${id('0123456789abcdef').slice(1)}g`
  t.same(partsOf(hexadecimal, asked), ['char'])
  t.same(partsOf(hexadecimal, id('0123456789abcdef')), [])
  t.same(partsOf(FieldProfile.from(JSON.parse(JSON.stringify(hexadecimal))), asked), ['char'])
  t.notOk(partsOf(many(() => id('0123456789abcdefghijkl'), 40), id('mnopqrst0123')).includes('char'), 'of more letters')
  t.notOk(partsOf(many((i) => ['12a', '7', '30b', '112'][i % 4] as string, 100), '12k').includes('char'), 'numbers with a letter')
  t.notOk(partsOf(hexadecimal, asked, many(() => id('0123456789abcdefghijkl'), 80)).includes('char'), 'where the name has such letters elsewhere')
  const merged = many(() => id('0123456789abcdef'), 20)
  merged.merge(many(() => id('0123456789abcdefghijkl'), 20))
  t.same(partsOf(merged, asked), [])
})

test('a field that chooses among the values of its name is judged by the values of all', async (t) => {
  const words = ['tents', 'boots', 'ropes', 'maps', 'bags', 'lamps', 'mugs', 'knives']
  const own = learned(Array.from({ length: 22 }, (_, i) => words[i % 8] as string))
  const common = learned(Array.from({ length: 300 }, (_, i) => words[i % 8] as string))
  common.merge(own)
  t.notOk(partsOf(own, 'hidden').includes('enum'), 'alone it has too few')
  t.ok(partsOf(own, 'hidden', common).includes('enum'))
  const open = learned(Array.from({ length: 300 }, (_, i) => i % 20 === 0 ? `word${'abcdefghijklmnop'.charAt(i / 20)}` : words[i % 8] as string))
  open.merge(own)
  t.notOk(partsOf(own, 'hidden', open).includes('enum'), 'where all together keep getting others')
})

test('flagged payloads of another shape say nothing about which values a field has', async (t) => {
  const words = ['new', 'price', 'name', 'rating', 'old']
  const chance = (flagged: readonly string[]): number => {
    const profile = many((i) => words[i % 5] as string, 200)
    flagged.forEach((value, i) => profile.quarantine(scan.scan(value), i, 9))
    return profile.unseen(4, 0, true)
  }
  t.equal(chance(["new' or 1=1--", '<b>new</b>']), chance([]))
  t.ok(chance(['hidden', 'secret']) > chance([]), 'words do')
})

test('one value of another length does not make a format of two', async (t) => {
  const sku = (i: number): string => i === 3 ? 'ABCD-12345' : `ABC-${10_000 + i * 37}`
  const verdict = new FieldVerdict().reset()
  const others = many(sku, 500)
  many(sku, 80).judge(scan.scan('ABC-123'), others, 20, verdict)
  t.ok(verdict.risk >= 50, String(verdict.risk))
})

test('where most values are numbers, what numbers with suffixes have is weak evidence in all its parts', async (t) => {
  const profile = many((i) => i % 15 === 0 ? `${i + 1}A` : String(i + 1), 45)
  const risk = (value: string): number => {
    const verdict = new FieldVerdict().reset()
    profile.judge(scan.scan(value), null, 20, verdict)
    return verdict.risk
  }
  t.ok(risk('12-14') < 50, String(risk('12-14')))
  t.ok(risk('7e') < 50, String(risk('7e')))
  t.ok(risk("7'--") >= 50)
})

test('a character comes to a set with another value only, so a young set knows its characters', async (t) => {
  const risk = (words: readonly string[]): number => {
    const verdict = new FieldVerdict().reset()
    many((i) => words[i % words.length] as string, 15).judge(scan.scan('delivery65'), null, 1, verdict)
    return verdict.risk
  }
  t.ok(risk(['order', 'returns', 'delivery', 'product', 'other']) >= 50)
  t.ok(risk(['order', 'in-stock', 'on_hold', 'a.b', 'x+y']) < 50, 'where each value brings characters of its own, the next may')
  t.ok(risk(Array.from({ length: 15 }, (_, i) => 'abcdefghijklmnopqrst'.slice(0, 4 + i))) < 50, 'where each value is another one, as many values say less')
})

test('the next of many short codes is little news, another word among them is more', async (t) => {
  const risk = (codes: readonly string[], value: string): number => {
    const verdict = new FieldVerdict().reset()
    many((i) => codes[i % codes.length] as string, 20 * codes.length).judge(scan.scan(value), null, 1, verdict)
    return verdict.risk
  }
  const languages = ['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'sv', 'cs']
  t.ok(risk(languages, 'uk') < 50)
  t.ok(risk(languages, 'all') >= 50)
  t.ok(risk(languages.slice(0, 4), 'uk') >= 50, 'a few are all that there are')
})

test('that a message has no full stop says little, however few there were', async (t) => {
  const parts = ['the table', 'two old chairs', 'a lamp, perhaps', 'no 7', "Ann's bed", 'all (well, most)']
  const notes = many((i) => i % 4 !== 0 ? '' : `${Array.from({ length: 1 + (i >> 2) % 5 }, (_, j) => parts[((i >> 2) * (j + 1) + j) % 6]).join(i % 3 === 0 ? ' and ' : ', ')}.`, 100)
  const verdict = new FieldVerdict().reset()
  notes.judge(scan.scan('the table and a lamp'), null, 1, verdict)
  t.ok(verdict.risk < 50, `${verdict.risk} ${verdict.names().join()}`)
  const single = many((i) => `${Array.from({ length: 1 + i % 7 }, (_, j) => parts[(i * (j + 1) + j) % 6]).join(['; ', ' and ', ', ', ' - '][i % 4])} of No ${i}.`, 200)
  single.judge(scan.scan('the table of No 7. And a lamp, perhaps.'), null, 1, verdict.reset())
  t.notOk(verdict.names().includes('symbol-count'), 'two sentences where all had one')
})

test('letters of the other case are little news, and so is the next number of a list', async (t) => {
  const riskOf = (profile: FieldProfile, value: string): number => {
    const verdict = new FieldVerdict().reset()
    profile.judge(scan.scan(value), null, 1, verdict)
    return verdict.risk
  }
  const users = many((i) => `${'abcdefghij'.charAt(i % 10)}${['garcia', 'lopez', 'smith', 'wood'][i % 4] as string}${i % 3 === 0 ? i : ''}`, 120)
  t.ok(riskOf(users, 'AGARCIA') < 50, 'the caps lock')
  t.ok(riskOf(users, 'Agarcia') < 50, 'a telephone')
  t.ok(riskOf(users, 'agaRcia') >= 50, 'a capital where nobody types one')
  t.ok(riskOf(users, 'agarcia!') >= 50)
  t.ok(riskOf(users, 'agarcia ') < 50, 'a space that a telephone adds')
  t.ok(riskOf(users, 'a garcia') >= 50)
  const versions = many((i) => ['3.1.9', '3.2.0', '3.2.1'][i % 3] as string, 120)
  t.ok(riskOf(versions, '3.3.0') < 50, 'another version')
  t.ok(riskOf(versions, '3.3.0-beta') >= 50)
  t.ok(riskOf(many((i) => ['red', 'tan', 'sky'][i % 3] as string, 120), 'ink') >= 50, 'another word of a set')
})

test('days are no set, however few of them were seen; what is no day is judged as ever', async (t) => {
  const profile = many((i) => i % 2 === 0 ? '2026-03-02' : '2026-03-03')
  t.same(partsOf(profile, '2026-03-04'), [])
  t.ok(partsOf(profile, '2026-13-04').includes('enum'), 'no such month')
  t.ok(partsOf(profile, 'tomorrow').includes('enum'))
})

test('a token each client keeps is one draw a client, however often it comes', async (t) => {
  const tokens = (principals: number): FieldProfile => {
    const profile = new FieldProfile()
    for (let i = 0; i < 60; i++) profile.learn(scan.scan(['wLfnRakQmZ', 'qTzBdhYpXs', 'NhKjVrcEwo'][i % 3] as string), i % 3 % principals, false)
    return profile
  }
  const few = new FieldProfile()
  for (let i = 0; i < 45; i++) few.learn(scan.scan(['wLfnRakQmZ', 'qTzBdhYpXs', 'NhKjVrcEwo'][i % 3] as string), i % 3, true)
  t.same(partsOf(few, 'BgUeYkPdaM'), [], 'three clients, three tokens')
  t.ok(partsOf(tokens(1), 'BgUeYkPdaM').includes('enum'), 'one client that chooses among three')
})

test('a file of the next build, whose name carries another hash, is like the last', async (t) => {
  const profile = many((i) => ['app.3f9a1c02.css', 'app.77d0e1aa.css', 'logo.svg'][i % 3] as string)
  t.same(partsOf(profile, 'app.9b1ff247.css'), [])
  t.not(partsOf(profile, 'app.9b1ff247.<ss').length, 0)
  t.not(partsOf(profile, 'app.9b1ff2470.css').length, 0, 'of another length')
})

test('fields that are mostly left empty are judged by what was entered', async (t) => {
  const profile = many((i) => i % 4 === 0 ? ['please call', 'no lift', 'ring twice', 'gate is open', 'two people'][i / 4 % 5] as string : '', 24)
  t.same(partsOf(profile, 'parking behind'), [])
})

test('of a field known by name only, nothing is new', async (t) => {
  t.same(partsOf(new FieldProfile(), 'stats'), [])
  const verdict = new FieldVerdict().reset()
  new FieldProfile().judge(scan.scan('stats'), null, 0, verdict)
  t.same(verdict.names(), [])
})

test('a sign never seen in texts of several lines is weak, in a name it is not', async (t) => {
  const words = ['review', 'the rollout', 'by Friday', 'with legal', 'customer', 'twice', 'in production', 'not sure']
  const text = (i: number): string => Array.from({ length: 3 + i % 6 }, (_, k) => `${words[(i * 7 + k * 3 + (i >> 3)) % 8]}${[' ', '\n', ', ', '. ', '! '][(i * 5 + k * k * 3 + (i >> k)) % 5]}`).join('')
  const risk = (profile: FieldProfile, value: string): number => {
    const verdict = new FieldVerdict().reset()
    profile.judge(scan.scan(value), null, 1, verdict)
    return verdict.risk
  }
  t.ok(risk(many(text), 'see [the list]\nby Friday') < 50)
  t.ok(risk(many((i) => `${words[i % 8]}`.replace(/\n/g, ' ')), 'by [Friday]') >= 50)
})

test('the next of many codes of one form is little news, another word of a set is not', async (t) => {
  const riskOf = (profile: FieldProfile, value: string): number => {
    const verdict = new FieldVerdict().reset()
    profile.judge(scan.scan(value), null, 1, verdict)
    return verdict.risk
  }
  const languages = many((i) => ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv'][i % 9] as string, 400)
  t.ok(riskOf(languages, 'ja') < 50)
  for (const value of ['admin', 'EN', 'e', '../', 'en_US']) t.ok(riskOf(languages, value) >= 50, value)
  const orders = many((i) => ['price', 'name', 'newest', 'rating', 'relevance', 'stock', 'brand', 'discount', 'popularity'][i % 9] as string, 400)
  t.ok(riskOf(orders, 'owner') >= 50, 'a word as long as one that is known')
})

test('a telephone number may be written in yet another way, but is one of digits', async (t) => {
  const riskOf = (profile: FieldProfile, value: string): number => {
    const verdict = new FieldVerdict().reset()
    profile.judge(scan.scan(value), null, 1, verdict)
    return verdict.risk
  }
  const typed = many((i) => [`+41 44 ${100 + i} 12 1${i % 10}`, `044 ${100 + i} 12 13`, `044-${100 + i}-12-14`, `044${100 + i}1215`, `0041 44 ${100 + i} 12 16`][i % 5] as string, 120)
  t.ok(riskOf(typed, '(044) 123 45 67') < 50)
  for (const value of ["044 123 45 67'", '044 123 45 67 or 1', '<044>', '044;123']) t.ok(riskOf(typed, value) >= 50, value)
  const written = many((i) => `044 ${100 + i} 12 13`, 120)
  t.ok(riskOf(written, '(044) 123 45 67') >= 50, 'where a program writes them all alike')
})

test('what a young field has had once it knows, though of all of its name only it has had that', async (t) => {
  const others = many((i) => (i * 2_654_435_761 % 2 ** 32).toString(36).padStart(8, 'q').repeat(3).slice(0, 22), 280)
  const uuids = (i: number): string => `${(0x10000000 + i * 77_777_777).toString(16).slice(0, 8)}-89ab-4cde-8f01-23456789abcd`
  const young = many(uuids, 1)
  others.learn(scan.scan(uuids(0)), 1, true)
  const verdict = new FieldVerdict().reset()
  young.judge(scan.scan(uuids(5)), others, 1, verdict)
  t.ok(verdict.risk < 50, `${verdict.risk} ${verdict.names().join()}`)
})
