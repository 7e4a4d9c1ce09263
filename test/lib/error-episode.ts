import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { ErrorEpisode } from '../../lib/detectors/error-episode'

function after (good: number): ErrorEpisode {
  const episode = new ErrorEpisode()
  for (let i = 0; i < good; i++) episode.observe(false)
  return episode
}

test('an outage opens an episode within a few replies, and quiet closes it', async (t) => {
  const episode = after(200)
  let replies = 0
  while (!episode.observe(true)) replies++
  t.ok(replies < 6, `${replies}`)
  for (let i = 0; i < 20; i++) episode.observe(true)
  t.ok(episode.recent > 0.9)
  let quiet = 0
  while (episode.observe(false)) quiet++
  t.ok(quiet > 3 && quiet < 300, `${quiet}`)
})

test('the ordinary share of errors opens none', async () => {
  fc.assert(fc.property(fc.integer({ min: 12, max: 400 }), (every) => {
    const episode = new ErrorEpisode()
    for (let i = 1; i < 4000; i++) episode.observe(i % every === 0)
    assert.equal(episode.isOpen, false)
  }), { numRuns: 30 })
})

test('an outage does not teach the norm', async (t) => {
  const episode = after(200)
  while (!episode.observe(true));
  const { norm } = episode
  for (let i = 0; i < 500; i++) episode.observe(true)
  t.equal(episode.norm, norm)
})

test('the norm of two merged is that of both streams, and one read back goes on like the first', async () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 18 }), fc.array(fc.boolean(), { maxLength: 18 }), fc.array(fc.boolean(), { maxLength: 40 }), (ours, theirs, next) => {
    const [left, right, whole, copy] = [after(0), after(0), after(0), after(0)]
    for (const reply of ours) left.observe(reply)
    for (const reply of theirs) right.observe(reply)
    for (const reply of [...ours, ...theirs]) whole.observe(reply)
    left.merge(right)
    assert.equal(left.norm, whole.norm)
    copy.restore(JSON.parse(JSON.stringify(left)))
    const fresh = after(0)
    fresh.restore(left.toJSON())
    assert.deepEqual(next.map((reply) => copy.observe(reply)), next.map((reply) => fresh.observe(reply)))
  }))
})
