import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { RouteFences } from '../../lib/detectors/route-fences'

const FLOOR = 30
const BOUNDS = { request: 'ordinaryRequest', response: 'ordinaryResponse', latency: 'ordinaryLatency', rate: 'ordinaryRate' } as const
const quantities = Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]
const quantity = fc.constantFrom(...quantities)
const value = fc.integer({ min: 1, max: 100_000 })
const step = fc.oneof(
  fc.record({ act: fc.constant('learn' as const), quantity, value, times: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ act: fc.constantFrom('grant' as const, 'renew' as const, 'quarantine' as const, 'merge' as const, 'restore' as const, 'halve' as const), quantity, value, times: fc.constant(3) })
)

function taught (kind: keyof typeof BOUNDS, given: number): RouteFences {
  const fences = new RouteFences()
  for (let i = 0; i < 40; i++) fences.learn(kind, given + i, FLOOR)
  return fences
}

test('what is said to be ordinary is above no fence, and below none, whatever came before', async () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), fc.array(value, { minLength: 1, maxLength: 20 }), (steps, asked) => {
    const fences = new RouteFences()
    for (const { act, quantity: kind, value: given, times } of steps) {
      if (act === 'learn') for (let i = 0; i < times; i++) fences.learn(kind, given + i, FLOOR)
      else if (act === 'grant' || act === 'renew') fences.grant(kind, given, act === 'renew')
      else if (act === 'quarantine') for (let i = 0; i < times; i++) fences.quarantine(kind, given, i, 3)
      else if (act === 'merge') fences.merge(taught(kind, given), FLOOR)
      else if (act === 'restore') fences.restore(taught(kind, given).toJSON(), FLOOR)
      else fences.halve()
      for (const each of quantities) {
        const fence = fences[each]
        for (const one of asked) {
          if (one <= fences[BOUNDS[each]]) assert.equal(fence === null ? 0 : fence.above(one), 0, `${each} ${one}`)
          if (each === 'request' && fence !== null && one >= fences.leastRequest) assert.equal(fence.below(one), 0)
        }
      }
    }
  }))
})

test('what has a fence is ordinary up to the fence, and a request\'s size is not before there is one', async (t) => {
  for (const each of quantities) {
    const fences = taught(each, 1000)
    t.equal(fences[BOUNDS[each]], Math.floor(fences[each]?.high ?? 0))
    t.ok(fences[BOUNDS[each]] > 1000)
  }
  t.equal(new RouteFences().ordinaryRequest, 0)
})
