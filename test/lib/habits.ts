import { test } from 'tap'
import { Habits } from '../../lib/stats/habits'

test('nothing known of other regularities leaves a chance as it is', async (t) => {
  t.equal(new Habits().trust, 1)
})

test('the more regularities held, the less likely the next one breaks, down to a tenth', async (t) => {
  const habits = new Habits()
  let last = habits.trust
  for (let i = 0; i < 5; i++) {
    habits.learn(4, 4)
    t.ok(habits.trust <= last, `${habits.trust} after ${4 * (i + 1)} that held`)
    last = habits.trust
  }
  t.equal(last, 0.1)
})

test('where half of them broke, a regularity says no more than its own sightings', async (t) => {
  const habits = new Habits()
  habits.learn(10, 5)
  t.equal(habits.trust, 1)
  habits.learn(30, 30)
  t.ok(habits.trust < 0.5)
  habits.reset()
  t.equal(habits.trust, 1)
})

test('JSON keeps what was learned, and merging adds', async (t) => {
  const habits = new Habits()
  habits.learn(6, 5)
  const other = new Habits()
  other.learn(8, 8)
  other.merge(JSON.parse(JSON.stringify(habits)))
  habits.learn(8, 8)
  t.same(other.toJSON(), habits.toJSON())
  t.equal(other.trust, habits.trust)
})
