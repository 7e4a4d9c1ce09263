import { test } from 'tap'
import fc from 'fast-check'
import { isSettled, unseenMass } from '../../lib/stats/good-turing'

test('the unseen mass is a share that grows with single sightings and falls with observations', async () => {
  fc.assert(fc.property(fc.nat(1e6), fc.nat(1e6), (a, b) => {
    const once = Math.min(a, b)
    const n = Math.max(a, b)
    const mass = unseenMass(once, n)
    return mass > 0 && mass < 1 && unseenMass(once, n + 1) < mass && unseenMass(once + 1, n + 1) > mass
  }))
})

test('it estimates how often the next thing is new, a little on the careful side', async (t) => {
  const counts = new Map<number, number>()
  let once = 0
  let promised = 0
  let fresh = 0
  for (let n = 0, state = 1; n < 20_000; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const thing = Math.floor((2 ** 32 / (state + 1)) ** 0.9)
    const before = counts.get(thing) ?? 0
    promised += unseenMass(once, n)
    fresh += before === 0 ? 1 : 0
    once += before === 0 ? 1 : before === 1 ? -1 : 0
    counts.set(thing, before + 1)
  }
  t.ok(promised > 0.95 * fresh && promised < 1.25 * fresh, `${promised} promised, ${fresh} were new`)
})

test('nothing is settled at the start, and a constant is after 19 observations', async (t) => {
  t.equal(unseenMass(0, 0), 0.5)
  t.notOk(isSettled(0, 18))
  t.ok(isSettled(0, 19))
  t.notOk(isSettled(1, 19), 'a single sighting needs more')
  t.ok(isSettled(1, 19, 0.1))
})
