import { test } from 'tap'
import fc from 'fast-check'
import { LogLinearMapping } from '../../lib/stats/log-linear-mapping'

const values = fc.double({ min: LogLinearMapping.SMALLEST, max: 2 ** 64, maxExcluded: true, noNaN: true })
const errors = fc.double({ min: 0.001, max: 0.25, noNaN: true })

test("a bucket's value is within the relative error of whatever falls in the bucket", async () => {
  fc.assert(fc.property(errors, values, (relativeError, value) => {
    const mapping = LogLinearMapping.of(relativeError)
    return Math.abs(mapping.value(mapping.index(value)) - value) <= relativeError * value * (1 + 1e-12)
  }), { numRuns: 1000 })
})

test('the order of indices is the order of values', async () => {
  fc.assert(fc.property(values, values, (a, b) => {
    const mapping = LogLinearMapping.of(0.03)
    return mapping.index(Math.min(a, b)) <= mapping.index(Math.max(a, b))
  }), { numRuns: 1000 })
})

test('a coarser mapping joins the buckets 2i and 2i + 1', async () => {
  fc.assert(fc.property(errors, values, (relativeError, value) => {
    const mapping = LogLinearMapping.of(relativeError)
    return mapping.coarser().index(value) === mapping.index(value) >> 1
  }), { numRuns: 1000 })
})

test('the smallest value has the first bucket, and the largest share the last with infinity', async (t) => {
  const mapping = LogLinearMapping.of(0.03)
  t.equal(mapping.index(LogLinearMapping.SMALLEST), 0)
  t.equal(mapping.index(Infinity), mapping.index(2 ** 64 * (1 - 2 ** -53)))
  t.equal(mapping.index(Number.MAX_VALUE), mapping.index(Infinity))
})

test('a mapping is made once for each relative error, which must be sensible', async (t) => {
  t.equal(LogLinearMapping.of(0.05), LogLinearMapping.of(0.05))
  for (const wrong of [0, -1, NaN, 0.0001, 0.5]) t.throws(() => LogLinearMapping.of(wrong), RangeError)
})
