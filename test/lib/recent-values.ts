import fc from 'fast-check'
import { test } from 'tap'
import { BACK, NEW, RecentValues, SAME } from '../../lib/store/recent-values'

const OVERLAP = 1000

test('two values are simultaneous when each came back after the other, one that came back alone is not', (t) => {
  const values = new RecentValues(1, 0)
  t.equal(values.see(1, 10, 0, OVERLAP, false), SAME)
  t.equal(values.see(2, 20, 10, OVERLAP, false), NEW)
  t.equal(values.see(1, 30, 20, OVERLAP, false), BACK)
  t.equal(values.simultaneous(30, OVERLAP), 1)
  t.equal(values.see(2, 40, 30, OVERLAP, false), BACK)
  t.equal(values.simultaneous(40, OVERLAP), 2)
  t.equal(values.simultaneous(40 + 2 * OVERLAP, OVERLAP), 0)
  t.equal(values.see(1, 5000, 40, OVERLAP, false), NEW, 'after long it has not come back, but moved')
  t.end()
})

test('companions are held and not counted; changes decay', (t) => {
  const values = new RecentValues(1, 0)
  values.see(2, 1, 0, OVERLAP, true)
  values.see(3, 2, 1, OVERLAP, false)
  t.ok(values.has(2))
  t.equal(values.distinct(3, OVERLAP), 2)
  t.equal(values.change(0, 100), 1)
  t.equal(values.change(100, 100), 1.5)
  t.end()
})

test('the last eight values are held, and distinct counts those of the window', (t) => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(400)), { minLength: 1, maxLength: 60 }), (steps) => {
    const values = new RecentValues(999, 0)
    const last = new Map<number, number>([[999, 0]])
    let at = 0
    for (const [value, pause] of steps) {
      const before = at
      at += pause
      values.see(value, at, before, OVERLAP, false)
      last.set(value, at)
    }
    const inWindow = [...last.values()].filter((seen) => at - seen <= OVERLAP).length
    // The value before this one was last seen when this one came, not when it came itself: it counts a little longer, never shorter.
    return values.size <= 8 && values.distinct(at, OVERLAP) >= Math.min(8, inWindow) && values.has(steps.at(-1)?.[0] as number)
  }))
  t.end()
})
