import { test } from 'tap'
import { RegularityPrior } from '../../lib/stats/regularity-prior'

test('nothing known of other regularities leaves a chance as it is', async (t) => {
  t.equal(new RegularityPrior().trust, 1)
})

test('the more regularities held, the less likely the next one breaks, down to a tenth', async (t) => {
  const prior = new RegularityPrior()
  let last = prior.trust
  for (let i = 0; i < 5; i++) {
    prior.learn(4, 4)
    t.ok(prior.trust <= last, `${prior.trust} after ${4 * (i + 1)} that held`)
    last = prior.trust
  }
  t.equal(last, 0.1)
})

test('where half of them broke, a regularity says no more than its own sightings', async (t) => {
  const prior = new RegularityPrior()
  prior.learn(10, 5)
  t.equal(prior.trust, 1)
  prior.learn(30, 30)
  t.ok(prior.trust < 0.5)
  prior.reset()
  t.equal(prior.trust, 1)
})

test('JSON keeps what was learned, and merging adds', async (t) => {
  const prior = new RegularityPrior()
  prior.learn(6, 5)
  const other = new RegularityPrior()
  other.learn(8, 8)
  other.merge(JSON.parse(JSON.stringify(prior)))
  prior.learn(8, 8)
  t.same(other.toJSON(), prior.toJSON())
  t.equal(other.trust, prior.trust)
})
