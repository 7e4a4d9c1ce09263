import { test } from 'tap'
import { RecentHashes } from '../../lib/store/recent-hashes'
import { hashText } from '../../lib/text/keyed-hash'

const hashOf = (i: number): number => hashText(`session ${i}`, 7)

test('what was seen is seen, what was not is not', async (t) => {
  const seen = new RecentHashes(16_384)
  let wrong = 0
  for (let i = 0; i < 6000; i++) if (seen.see(hashOf(i)) || !seen.has(hashOf(i))) wrong++
  t.equal(wrong, 0)
  let forgotten = 0
  for (let i = 0; i < 6000; i++) if (!seen.has(hashOf(i) | 0)) forgotten++
  t.ok(forgotten <= 60, `of 6,000 in room for 16,384 ${forgotten} are forgotten`)
  for (let i = 6000; i < 50_000; i++) if (seen.has(hashOf(i))) t.fail('never seen')
  t.notOk(seen.see(0) || seen.has(0), 'no hash')
})

test('whoever comes again and again is not displaced by a flood of those who come once', async (t) => {
  const seen = new RecentHashes(1024)
  for (let round = 0; round < 20; round++) for (let i = 0; i < 300; i++) seen.see(hashOf(i))
  for (let i = 1000; i < 101_000; i++) seen.see(hashOf(i))
  let known = 0
  for (let i = 0; i < 300; i++) if (seen.has(hashOf(i))) known++
  t.ok(known >= 290, `${known} of 300`)
})

test('a capacity that is none is an error', async (t) => {
  for (const capacity of [0, -8, 1.5, NaN]) t.throws(() => new RecentHashes(capacity), RangeError)
  t.equal(new RecentHashes(9).capacity, 16)
})
