import { test } from 'tap'
import { SharedAddresses } from '../../lib/store/shared-addresses'
import { finishHash } from '../../lib/text/value-shape'

test('counts sessions behind an address, to within a tenth while they are few, a third when they are a hundred', async (t) => {
  for (const sessions of [0, 1, 3, 10, 50, 100]) {
    const shared = new SharedAddresses(1000)
    for (let round = 0; round < 3; round++) for (let i = 0; i < sessions; i++) shared.note(7, finishHash(i), 5000)
    t.ok(Math.abs(shared.count(7, 5000) - sessions) <= 0.5 + sessions / (sessions > 20 ? 3 : 10), `${sessions}: ${shared.count(7, 5000)}`)
  }
  const crowd = new SharedAddresses(1000)
  for (let i = 0; i < 10_000; i++) crowd.note(7, finishHash(i), 5000)
  t.ok(crowd.count(7, 5000) > 200)
})

test('sessions count for one to two windows, each address by itself', async (t) => {
  const shared = new SharedAddresses(1000)
  for (let i = 0; i < 20; i++) shared.note(-7, finishHash(i), 5900)
  shared.note(8, 1, 5900)
  t.ok(shared.count(-7, 6100) > 15)
  shared.note(-7, finishHash(50), 6500)
  t.ok(shared.count(-7, 6500) > 15)
  t.ok(shared.count(-7, 7500) < 3)
  t.equal(shared.count(-7, 9000), 0)
  t.equal(shared.count(9, 5900), 0)
})
