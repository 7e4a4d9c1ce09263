import fc from 'fast-check'
import { test } from 'tap'
import { GAPS, GapRhythm } from '../../lib/detectors/gap-rhythm'

/** The first verdict about gaps, by the usual ratio. */
function verdictOf (gaps: readonly number[], variation = 0.25): string {
  const rhythm = new GapRhythm()
  let at = 1_000_000
  rhythm.beat(at, variation)
  for (const gap of gaps) {
    at += gap
    const verdict = rhythm.beat(at, variation)
    if (verdict !== 'unknown') return verdict
  }
  return 'unknown'
}

test('gaps of one length, whatever it is, are regular; twenty are needed', (t) => {
  fc.assert(fc.property(fc.integer({ min: 50, max: 3_000_000 }), (gap) => verdictOf(new Array<number>(GAPS).fill(gap)) === 'regular' && verdictOf(new Array<number>(GAPS - 1).fill(gap)) === 'unknown'))
  t.end()
})

test('exponential gaps are irregular', (t) => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 400, maxLength: 400 }), fc.integer({ min: 1000, max: 100_000 }), (shares, mean) => {
    const rhythm = new GapRhythm()
    let at = 0
    let regular = 0
    let random = 12345
    for (let i = 0; i < shares.length; i++) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0
      at += 60 + -mean * Math.log(1 - (random + 1) / (2 ** 32 + 2))
      if (rhythm.beat(at, 0.25) === 'regular') regular++
    }
    return regular === 0
  }), { numRuns: 20 })
  t.end()
})

test('a burst is one beat: what comes within 50 ms of one another makes no gaps', (t) => {
  const rhythm = new GapRhythm()
  let gaps = 0
  for (let page = 0; page < 5; page++) {
    for (let asset = 0; asset < 12; asset++) {
      rhythm.beat(page * 10_000 + asset * 20, 0.25)
      if (rhythm.gap >= 0) gaps++
    }
  }
  t.equal(gaps, 4)
  t.end()
})

test('variation and mean are those of a naive reference', (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 50, max: 100_000 }), { minLength: GAPS, maxLength: GAPS }), (gaps) => {
    const rhythm = new GapRhythm()
    let at = 5
    rhythm.beat(at, 0.25)
    for (const gap of gaps) rhythm.beat(at += gap, 0.25)
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / GAPS
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / GAPS)
    return Math.abs(rhythm.meanMs - mean) < 1e-6 * mean && Math.abs(rhythm.variation - spread / mean) < 1e-6
  }))
  t.end()
})

test('time that goes back, or stands still, makes no gap; a long pause begins anew', (t) => {
  const rhythm = new GapRhythm()
  for (const at of [1000, 900, 1000, 1000, 800]) t.equal(rhythm.beat(at, 0.25), 'unknown')
  t.equal(rhythm.gap, -1)
  rhythm.beat(1000 + 7_200_000, 0.25)
  t.equal(rhythm.gap, -1)
  t.end()
})
