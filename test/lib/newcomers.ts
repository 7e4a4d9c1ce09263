import assert from 'node:assert/strict'
import { test } from 'tap'
import { Newcomers } from '../../lib/detectors/newcomers'
import { ValueScan } from '../../lib/text/value-shape'

const scan = new ValueScan(4711)
const ENOUGH = 3

/** What some principals, by number, have shown. */
function shown (values: readonly string[], principal: (i: number) => number = (i) => i, newcomers = new Newcomers()): Newcomers {
  values.forEach((value, i) => newcomers.note(scan.scan(value), 7919 * (1 + principal(i)), ENOUGH, 0))
  return newcomers
}

const admits = (newcomers: Newcomers, value: string): boolean => newcomers.admits(scan.scan(value))
const IDS = ['3f2504e0-4f89-41d3-9a0c-0305e82c3301', '0305e82c-3301-4f89-9a0c-3f2504e041d3', '9a0c3f25-04e0-41d3-4f89-0305e82c3301']

test('three values of three principals make their class known', async () => {
  const newcomers = shown(IDS)
  assert.ok(admits(newcomers, 'ffffffff-3301-4f89-9a0c-00000041d301'))
  for (const other of ['ffffffff-3301-4f89-9a0c-00000041d30', 'ffffffff-3301-4f89-9a0c-00000041d3--', 'gfffffff-3301-4f89-9a0c-00000041d301', '12']) assert.ok(!admits(newcomers, other), other)
})

test('one principal makes nothing known, nor do two', async () => {
  assert.ok(!admits(shown([...IDS, ...IDS], () => 1), IDS[0] as string))
  assert.ok(!admits(shown([...IDS, ...IDS], (i) => i % 2), IDS[0] as string))
})

test('one value of many principals is known by itself', async () => {
  const newcomers = shown(['latest', 'latest', 'latest'])
  assert.ok(admits(newcomers, 'latest'))
  assert.ok(!admits(newcomers, 'oldest'))
})

test('text has no class, and what is written like a token but doubled has none either', async () => {
  for (const make of [(i: number) => `${i}' or ${i}=${i}`, (i: number) => `${i} or ${i}`, (i: number) => `../..${i}/etc`, (i: number) => `${i}--`]) {
    const newcomers = shown([make(1), make(2), make(3), make(4)])
    assert.ok(admits(newcomers, make(5)) === false, make(5))
  }
})

test('what comes in floods displaces neither what is known nor what has supporters', async () => {
  const newcomers = shown(IDS)
  newcomers.note(scan.scan('latest'), 1, ENOUGH, 0)
  newcomers.note(scan.scan('latest'), 2, ENOUGH, 0)
  for (let i = 0; i < 1000; i++) newcomers.note(scan.scan('abc-._~'.slice(0, 3 + i % 5) + 'x'.repeat(i % 90) + i), 77, ENOUGH, 0)
  assert.ok(admits(newcomers, IDS[0] as string))
  newcomers.note(scan.scan('latest'), 3, ENOUGH, 0)
  assert.ok(admits(newcomers, 'latest'))
})

test('a class needs its supporters while few ordinary values come; then it begins anew', async () => {
  for (const [apart, known] of [[12, true], [40, false]] as const) {
    const newcomers = new Newcomers()
    IDS.forEach((id, i) => newcomers.note(scan.scan(id), i, ENOUGH, 1000 + i * apart))
    assert.equal(admits(newcomers, 'ffffffff-3301-4f89-9a0c-00000041d301'), known)
  }
})

test('what is known lasts two half-lives, and passes through JSON', async () => {
  const newcomers = new Newcomers().add(JSON.parse(JSON.stringify(shown(IDS).toJSON())))
  assert.deepEqual(newcomers.toJSON(), shown(IDS).toJSON())
  newcomers.halve()
  assert.ok(admits(newcomers, IDS[1] as string))
  newcomers.halve()
  assert.ok(!admits(newcomers, IDS[1] as string))
  assert.throws(() => new Newcomers().add([1]), RangeError)
  assert.throws(() => new Newcomers().add([1, 0.5]), RangeError)
})
