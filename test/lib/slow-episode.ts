import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { EpisodeTally } from '../../lib/detectors/episode-tally'
import { PendingLevel } from '../../lib/detectors/pending-level'
import { SlowEpisode } from '../../lib/detectors/slow-episode'

test('slow replies of three principals open an episode, those of one or two never', async (t) => {
  for (const principals of [1, 2, 3, 10]) {
    const episode = new SlowEpisode(3)
    for (let i = 0; i < 50; i++) episode.observe(true, 2000, i % principals)
    t.equal(episode.isOpen, principals >= 3, `${principals}`)
    t.notOk(episode.isFew)
    t.ok(Math.abs(episode.typical - 2000) < 1)
  }
})

test('one slow reply in a hundred is none, one in four is one', async () => {
  fc.assert(fc.property(fc.integer({ min: 30, max: 300 }), (every) => {
    const episode = new SlowEpisode(3)
    for (let i = 1; i < 3000; i++) assert.equal(episode.observe(i % every === 0, 500, i), false)
  }), { numRuns: 30 })
  const episode = new SlowEpisode(3)
  for (let i = 0; i < 40; i++) episode.observe(i % 4 === 0, 500, i)
  assert.equal(episode.isOpen, true)
})

test('an episode is over when replies are quick again', async (t) => {
  const episode = new SlowEpisode(3)
  for (let i = 0; i < 1000; i++) episode.observe(true, 2000, i)
  let quick = 0
  while (episode.observe(false, 10, quick)) quick++
  t.ok(quick > 20 && quick < 100, `${quick}`)
  episode.observe(true, 2000, 1)
  t.ok(episode.isFew)
})

test('an episode is told when it opens, at each fourfold growth, and when it closes', async (t) => {
  const tally = new EpisodeTally()
  t.equal(tally.follow(false, 1, 5), null)
  const told: string[] = []
  for (let i = 0; i < 70; i++) {
    const state = tally.follow(true, 1, 10 + i)
    if (state !== null) told.push(`${state} ${tally.count}`)
  }
  t.same(told, ['open 1', 'step 4', 'step 16', 'step 64'])
  t.equal(tally.since, 10)
  t.equal(tally.follow(false, 0, 99), 'close')
  t.equal(tally.follow(false, 0, 100), null)
  t.equal(tally.follow(true, 1, 101), 'open')
  t.equal(tally.since, 101)
})

test('a level is known when enough principals have reached it: the least of theirs', async (t) => {
  const level = new PendingLevel()
  t.same([9000, 5000, 7000].map((value, i) => level.note(value, i, 3)), [0, 0, 5000])
  const alone = new PendingLevel()
  for (let i = 0; i < 20; i++) t.equal(alone.note(9000, 1, 3), 0)
})
