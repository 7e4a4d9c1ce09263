import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { RiskLedger } from '../../lib/store/risk-ledger'

const HALF_LIFE_MS = 60_000
const options = { capacity: 1000, halfLifeMs: HALF_LIFE_MS, keepAbove: 50 }
const entities = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const sources = fc.constantFrom('injection', 'header-profiler', 'auth-burst')
const risks = fc.double({ min: 0.1, max: 100, noNaN: true })
const additions = fc.array(fc.record({ entity: entities, source: sources, risk: risks, wait: fc.nat(HALF_LIFE_MS) }), { maxLength: 80 })

function isNear (a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-6
}

function reread (ledger: RiskLedger): RiskLedger {
  return RiskLedger.from(JSON.parse(JSON.stringify(ledger)))
}

test('risks combine like independent probabilities and never pass 100', async (t) => {
  const ledger = new RiskLedger(options)
  t.equal(ledger.add('a', 'injection', 50, 0, 'sql'), 50)
  t.equal(ledger.add('a', 'auth-burst', 50, 0, 'failures'), 75)
  for (let i = 0; i < 50; i++) ledger.add('a', `source ${i}`, 90, 0, i)
  t.ok(ledger.risk('a', 0) <= 100 && ledger.risk('a', 0) > 99)
  t.equal(ledger.add('b', 'injection', 100, 0, 1), 100)
  t.equal(ledger.add('b', 'injection', 100, 0, 1), 100)
})

test('without budgets reached, the risk is the decayed noisy-or of all additions', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(sources, fc.integer({ min: 1, max: 5 }), fc.nat(2 * HALF_LIFE_MS)), { maxLength: 20 }), (stream) => {
    const ledger = new RiskLedger(options)
    let at = 0
    let expected = 0
    for (const [source, risk, wait] of stream) {
      at += wait
      expected *= 0.5 ** (wait / HALF_LIFE_MS)
      expected = expected < 0.01 ? risk : expected + risk - expected * risk / 100
      assert.ok(isNear(ledger.add('a', source, risk, at, 1), expected))
      assert.ok(isNear(ledger.risk('a', at + HALF_LIFE_MS), expected / 2))
    }
  }))
})

test('many small additions of one source end at 70, a single greater one does not', async (t) => {
  const ledger = new RiskLedger(options)
  for (let i = 0; i < 100; i++) ledger.add('a', 'injection', 20, 0, i)
  t.ok(isNear(ledger.risk('a', 0), 70))
  t.ok(ledger.add('a', 'auth-burst', 20, 0, 1) > 75, 'another source has its own budget')
  t.equal(ledger.add('b', 'injection', 90, 0, 1), 90)
  t.equal(ledger.add('b', 'injection', 60, 0, 1), 90)
  t.ok(isNear(ledger.add('b', 'injection', 95, 0, 1), 95))
})

test('one source alone stays within its budget, whatever it adds and when', async () => {
  fc.assert(fc.property(additions, (stream) => {
    const ledger = new RiskLedger(options)
    let at = 0
    let highest = 0
    for (const { risk, wait } of stream) {
      highest = Math.max(highest, risk)
      const now = ledger.add('a', 'injection', risk, at += wait, 1)
      assert.ok(now <= Math.max(70, highest) + 1e-9)
      assert.ok(now >= Math.min(risk, 70) - 1e-9, 'an addition counts')
    }
  }))
})

test('invented source names grow neither the record nor its reasons', async (t) => {
  const ledger = new RiskLedger(options)
  for (let i = 0; i < 1000; i++) ledger.add('a', `source ${i}`, 1, i, i)
  t.ok(JSON.stringify(ledger).length < 1500)
})

test('the reasons are the last eight additions, as they were made', async (t) => {
  const ledger = new RiskLedger(options)
  for (let i = 1; i <= 10; i++) ledger.add('a', 'injection', i, i * 1000, `reason ${i}`)
  const [{ reasons, since, entity }] = ledger.top(1, 10_000) as [ReturnType<RiskLedger['top']>[0] & object]
  t.equal(entity, 'a')
  t.equal(since, 1000)
  t.equal(reasons.length, 8)
  t.same(reasons[0], { source: 'injection', risk: 3, at: 3000, reason: 'reason 3' })
  t.same(reasons[7], { source: 'injection', risk: 10, at: 10_000, reason: 'reason 10' })
  reasons.length = 0
  t.equal(ledger.top(1, 10_000)[0]?.reasons.length, 8, 'what is handed out is a copy')
})

test('risk that has passed away begins anew', async (t) => {
  const ledger = new RiskLedger(options)
  ledger.add('a', 'injection', 80, 0, 1)
  const later = 20 * HALF_LIFE_MS
  t.equal(ledger.risk('a', later), 0)
  t.same(ledger.top(5, later), [])
  t.equal(ledger.add('a', 'injection', 10, later, 1), 10)
  t.equal(ledger.top(1, later)[0]?.since, later)
})

test('a time before the last one counts as the last', async (t) => {
  const ledger = new RiskLedger(options)
  ledger.add('a', 'injection', 40, HALF_LIFE_MS, 1)
  t.equal(ledger.risk('a', 0), 40)
  t.ok(isNear(ledger.add('a', 'auth-burst', 50, 0, 1), 70))
  t.ok(isNear(ledger.risk('a', 2 * HALF_LIFE_MS), 35))
})

test('no entity above keepAbove goes while one below exists', async () => {
  fc.assert(fc.property(additions, fc.integer({ min: 1, max: 4 }), (stream, capacity) => {
    const ledger = new RiskLedger({ ...options, capacity })
    let at = 0
    for (const { entity, source, risk, wait } of stream) {
      at += wait
      const before = ledger.top(Infinity, at)
      ledger.add(entity, source, risk, at, 1)
      const present = new Set(ledger.top(Infinity, at).map((other) => other.entity))
      const lowest = Math.min(Infinity, ...before.filter((other) => present.has(other.entity)).map((other) => other.risk))
      for (const gone of before.filter((other) => !present.has(other.entity))) {
        assert.ok(gone.risk <= options.keepAbove || (lowest >= gone.risk - 1e-9 && risk >= gone.risk - 1e-9))
      }
      assert.ok(ledger.size <= capacity)
    }
  }), { numRuns: 300 })
})

test('a million entities keep the bound and free nobody', async (t) => {
  const ledger = new RiskLedger({ ...options, capacity: 500 })
  for (let i = 0; i < 100; i++) ledger.add(`guilty ${i}`, 'injection', 95, 0, 1)
  for (let i = 0; i < 1_000_000; i++) ledger.add(`new ${i}`, 'header-profiler', 10, i / 100, 1)
  t.equal(ledger.size, 500)
  t.equal(ledger.evictions, 1_000_000 - 400)
  for (let i = 0; i < 100; i++) t.ok(ledger.risk(`guilty ${i}`, 10_000) > 80)
})

test('when everybody is above keepAbove, a lesser newcomer is judged alone and a greater one taken in', async (t) => {
  const ledger = new RiskLedger({ ...options, capacity: 2 })
  ledger.add('a', 'injection', 80, 0, 1)
  ledger.add('b', 'injection', 90, 0, 1)
  t.equal(ledger.add('c', 'injection', 20, 0, 1), 20)
  t.equal(ledger.risk('c', 0), 0)
  t.equal(ledger.evictions, 1)
  ledger.add('d', 'injection', 85, 0, 1)
  t.same(ledger.top(3, 0).map(({ entity }) => entity), ['b', 'd'])
  t.equal(ledger.evictions, 2)
})

test('entities without risk make room unasked', async (t) => {
  const ledger = new RiskLedger({ ...options, capacity: 100 })
  for (let i = 0; i < 100; i++) ledger.add(`old ${i}`, 'injection', 5, 0, 1)
  for (let i = 0; i < 30; i++) ledger.add(`new ${i}`, 'injection', 5, 20 * HALF_LIFE_MS, 1)
  t.equal(ledger.size, 30)
  t.equal(ledger.evictions, 0)
})

test('top is in order of the risk now and release forgets', async () => {
  fc.assert(fc.property(additions, fc.nat(8), (stream, n) => {
    const ledger = new RiskLedger(options)
    let at = 0
    for (const { entity, source, risk, wait } of stream) ledger.add(entity, source, risk, at += wait, 1)
    const known = [...new Set(stream.map(({ entity }) => entity))].map((entity) => ledger.risk(entity, at)).filter((risk) => risk > 0)
    const top = ledger.top(n, at)
    const expected = known.sort((a, b) => b - a).slice(0, n)
    assert.equal(top.length, expected.length)
    top.forEach(({ risk }, i) => { assert.ok(isNear(risk, expected[i]!)) })
    for (const { entity } of top) {
      assert.equal(ledger.release(entity), true)
      assert.equal(ledger.release(entity), false)
      assert.equal(ledger.risk(entity, at), 0)
    }
  }))
})

test('merge answers as one ledger of both streams', async () => {
  const small = fc.array(fc.tuple(entities, sources, fc.integer({ min: 1, max: 8 })), { maxLength: 15 })
  fc.assert(fc.property(small, small, (a, b) => {
    const [merged, other, both] = [new RiskLedger(options), new RiskLedger(options), new RiskLedger(options)]
    for (const [entity, source, risk] of a) merged.add(entity, source, risk, 1000, 'a')
    for (const [entity, source, risk] of b) other.add(entity, source, risk, 1000, 'b')
    for (const [entity, source, risk] of [...a, ...b]) both.add(entity, source, risk, 1000, '')
    merged.merge(other)
    assert.equal(merged.size, both.size)
    for (const { entity, risk, reasons, since } of both.top(10, 1000)) {
      assert.ok(isNear(merged.risk(entity, 5000), both.risk(entity, 5000)), `${entity}: ${risk}`)
      assert.equal(since, 1000)
      assert.equal(merged.top(10, 1000).find((record) => record.entity === entity)?.reasons.length, reasons.length)
    }
  }))
})

test('merge keeps capacity, budgets and decay', async (t) => {
  const ledger = new RiskLedger({ ...options, capacity: 2 })
  const other = new RiskLedger(options)
  for (let i = 0; i < 20; i++) {
    ledger.add('a', 'injection', 20, 0, 1)
    other.add('a', 'injection', 20, 0, 1)
    other.add(`b${i}`, 'injection', 5, HALF_LIFE_MS, 1)
  }
  ledger.merge(other)
  t.equal(ledger.size, 2)
  t.ok(isNear(ledger.risk('a', 0), 70))
  t.equal(ledger.top(1, 0)[0]?.reasons.length, 8)
  other.merge(ledger)
  t.ok(isNear(other.risk('a', HALF_LIFE_MS), 35))
})

test('what is older in a merge has decayed, on either side', async (t) => {
  const [older, newer] = [new RiskLedger(options), new RiskLedger(options)]
  older.add('a', 'injection', 60, 0, 1)
  newer.add('a', 'auth-burst', 40, HALF_LIFE_MS, 2)
  const olderCopy = reread(older)
  older.merge(newer)
  newer.merge(olderCopy)
  for (const ledger of [older, newer]) {
    t.ok(isNear(ledger.risk('a', HALF_LIFE_MS), 58))
    t.equal(ledger.top(1, HALF_LIFE_MS)[0]?.since, 0)
    t.same(ledger.top(1, HALF_LIFE_MS)[0]?.reasons.map(({ reason }) => reason), [1, 2])
  }
})

test('a ledger read back from JSON answers and goes on like the first', async () => {
  fc.assert(fc.property(additions, additions, (stream, later) => {
    const ledger = new RiskLedger({ ...options, capacity: 4 })
    let at = 0
    for (const { entity, source, risk, wait } of stream) ledger.add(entity, source, risk, at += wait, 'x')
    const copy = reread(ledger)
    assert.deepEqual(copy.top(10, at), ledger.top(10, at))
    for (const { entity, source, risk, wait } of later) {
      at += wait
      assert.equal(copy.add(entity, source, risk, at, 'y'), ledger.add(entity, source, risk, at, 'y'))
    }
    assert.equal(copy.size, ledger.size)
  }))
})

test('a risk below 0 or no number adds nothing, one above 100 is 100', async (t) => {
  const ledger = new RiskLedger(options)
  for (const nothing of [0, -5, NaN, -Infinity]) t.equal(ledger.add('a', 'injection', nothing, 0, 1), 0)
  t.equal(ledger.size, 0)
  t.equal(ledger.add('a', 'injection', Infinity, 0, 1), 100)
  t.equal(ledger.add('__proto__', 'constructor', 30, 0, 1), 30)
  t.equal(reread(ledger).risk('__proto__', 0), 30)
})

test('options that make no ledger are errors', async (t) => {
  const wrong = [{ capacity: 0 }, { capacity: 1.5 }, { halfLifeMs: 0 }, { halfLifeMs: Infinity }, { keepAbove: -1 }, { keepAbove: 101 }, { keepAbove: NaN }]
  for (const part of wrong) t.throws(() => new RiskLedger({ ...options, ...part }), RangeError)
})

test('a level begins at its threshold and ends so far below it', async (t) => {
  const thresholds = { throttleAt: 40, blockAt: 80, hysteresis: 10 }
  const ledger = new RiskLedger(options)
  t.equal(ledger.level('a', 0, thresholds), 0)
  ledger.add('a', 'injection', 90, 0, 1)
  const levels: number[] = []
  for (let risk = 89; risk > 25; risk -= 2) levels.push(ledger.level('a', HALF_LIFE_MS * Math.log2(90 / risk), thresholds))
  t.same(levels, Array.from(levels, (_, i) => 89 - 2 * i > 70 ? 2 : 89 - 2 * i > 30 ? 1 : 0))
  ledger.add('b', 'injection', 75, 0, 1)
  t.equal(ledger.level('b', 0, thresholds), 1, 'from below, the threshold itself counts')
  ledger.add('c', 'injection', 35, 0, 1)
  t.equal(ledger.level('c', 0, thresholds), 0)
})

test('that nobody may have a risk is certain, and with time nobody may have any', async (t) => {
  fc.assert(fc.property(additions, fc.double({ min: 1, max: 99, noNaN: true }), fc.nat(5 * HALF_LIFE_MS), (stream, risk, later) => {
    const ledger = new RiskLedger({ ...options, capacity: 4 })
    let at = 1.7e12
    for (const { entity, source, risk: addition, wait } of stream) {
      at += wait
      ledger.add(entity, source, addition, at, 1)
      if (ledger.risk(entity, at) >= risk) assert.ok(ledger.mayReach(risk, at))
    }
    at += later
    if (!ledger.mayReach(risk, at)) for (const { entity } of stream) assert.ok(ledger.risk(entity, at) < risk)
    assert.equal(ledger.mayReach(risk, at + 8 * HALF_LIFE_MS), false)
  }))
  const ledger = new RiskLedger(options)
  t.notOk(ledger.mayReach(1, 0))
  ledger.add('a', 'x', 40, 0, 1)
  t.notOk(ledger.mayReach(50, 0), 'a little risk of somebody is nobody above the threshold')
  ledger.add('b', 'x', 60, 0, 1)
  t.ok(ledger.mayReach(50, 0))
  t.notOk(ledger.mayReach(50, HALF_LIFE_MS))
  t.ok(reread(ledger).mayReach(50, 0))
})
