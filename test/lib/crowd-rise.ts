import { test } from 'tap'
import { CrowdRise } from '../../lib/detectors/crowd-rise'

/** A crowd of which so many were active in window 0, and are in window 1. */
function crowdOf (before: number, now = before): CrowdRise {
  const crowd = new CrowdRise()
  for (let i = 0; i < before; i++) crowd.enter(0)
  for (let i = 0; i < now; i++) crowd.enter(1)
  return crowd
}

/** How many of `count` have to go over until it is everybody's doing, 0 for never. Addresses are well mixed, as keyed hashes are. */
function until (crowd: CrowdRise, count: number, addressOf = (i: number): number => Math.imul(i + 1, 0x9e3779b1)): number {
  for (let i = 0; i < count; i++) if (crowd.exceed(1, addressOf(i), 3)) return i + 1
  return 0
}

test('a third of those who are active say that the limit is wrong', async (t) => {
  t.equal(until(crowdOf(30), 30), 10)
  t.ok(until(crowdOf(300), 300) >= 95)
  t.equal(until(crowdOf(300), 80), 0, 'fewer do not')
  t.equal(until(crowdOf(3000), 3000) > 900, true, 'of thousands, too')
})

test('fewer than are asked for never do', async (t) => {
  t.equal(until(crowdOf(2), 2), 0)
  t.equal(until(crowdOf(3), 3), 3)
})

test('who comes first in a window is not everybody: those of the one before count', async (t) => {
  t.equal(until(crowdOf(100, 4), 4), 0)
  t.equal(until(crowdOf(0, 4), 4), 0, 'and where no window has closed nothing is said')
})

test('many names of one address are one', async (t) => {
  t.equal(until(crowdOf(30), 1000, () => 77), 0)
})

test('against a higher limit counting begins anew, and in each window', async (t) => {
  const crowd = crowdOf(9)
  t.equal(until(crowd, 9), 3)
  t.equal(until(crowd, 9), 3)
  const next = crowdOf(9)
  t.equal(until(next, 2), 0)
  for (let i = 0; i < 9; i++) next.enter(2)
  t.notOk(next.exceed(2, 5, 3))
})
