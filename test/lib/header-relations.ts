import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { HeaderRelations } from '../../lib/detectors/header-relations'

const MANY = 1000
const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 12 }), { maxLength: 60 })

function taught (all: readonly (readonly number[])[]): HeaderRelations {
  const relations = new HeaderRelations()
  for (const bits of all) relations.learn(bits)
  return relations
}

function masks (bits: readonly number[]): [number, number] {
  let low = 0
  let high = 0
  for (const bit of bits) {
    if (bit < 32) low |= 1 << bit
    else high |= 1 << (bit - 32)
  }
  return [low, high]
}

function missing (relations: HeaderRelations, bits: readonly number[]): number {
  return relations.missing(bits, ...masks(bits), MANY)
}

test('names in the order of their software are in place in any combination, in another they are not', async (t) => {
  const relations = taught(Array.from({ length: 60 }, (_, i) => [1, 2, 40, 4, 5].filter((bit) => bit === 1 || bit === 40 || (i + bit) % 3 !== 0)))
  t.equal(relations.misplaced([1, 2, 40, 5], MANY), 1)
  t.equal(relations.misplaced([1, 40, 4], MANY), 1)
  t.ok(relations.misplaced([40, 1, 4], MANY) < 0.05)
  t.equal(relations.misplaced([9, 40, 10], MANY), 1, 'of names never seen together nothing is known')
})

test('a name that always comes with the others is missed, one that comes at times is not', async (t) => {
  const relations = taught(Array.from({ length: 60 }, (_, i) => i % 4 === 0 ? [1, 50, 3] : [1, 50]))
  t.equal(missing(relations, [1, 3]), 50)
  t.ok(relations.chance < 0.05)
  t.equal(missing(relations, [1, 50]), -1)
  t.equal(missing(relations, [7]), -1, 'nothing is known of a stranger')
})

test('one odd list among many voids no rule, several do', async (t) => {
  const ordinary = Array.from({ length: 60 }, () => [1, 2, 3])
  t.ok(taught([...ordinary, [3, 2, 1]]).misplaced([2, 1], MANY) < 0.05)
  t.equal(taught([...ordinary, ...Array.from({ length: 5 }, () => [3, 2, 1])]).misplaced([2, 1], MANY), 1)
})

test('few independent draws make a rule less certain', async (t) => {
  const relations = taught(Array.from({ length: 60 }, () => [1, 2]))
  t.ok(relations.misplaced([2, 1], 10) > 0.05)
  t.ok(relations.misplaced([2, 1], 60) < 0.05)
})

test('what was learned itself is never out of place nor lacking, and survives JSON under other bits', async () => {
  fc.assert(fc.property(lists, (all) => {
    const relations = taught(all)
    const shifted = HeaderRelations.from(JSON.parse(JSON.stringify(relations)), (bit) => 63 - bit)
    assert.deepEqual(HeaderRelations.from(shifted.toJSON(), (bit) => 63 - bit).toJSON(), relations.toJSON())
    for (const bits of all.slice(0, 5)) {
      assert.equal(shifted.misplaced(bits.map((bit) => 63 - bit), MANY), relations.misplaced(bits, MANY))
    }
  }))
})

test('merge answers as one that saw both', async () => {
  fc.assert(fc.property(lists, lists, (a, b) => {
    const merged = taught(a)
    merged.merge(taught(b))
    assert.deepEqual(merged.toJSON(), taught([...a, ...b]).toJSON())
  }))
})

test('counts are bounded: a name seen any number of times stays within a byte', async (t) => {
  const relations = taught(Array.from({ length: 5000 }, () => [1, 2]))
  const json = relations.toJSON()
  t.ok(json.have.every((count) => count <= 255))
  t.ok(relations.misplaced([2, 1], MANY) < 0.05)
  relations.halve()
  t.ok(relations.misplaced([2, 1], MANY) < 0.05)
})

test('what is not its JSON is refused', async (t) => {
  t.throws(() => HeaderRelations.from({ have: [], pairs: [1] }, (bit) => bit), RangeError)
})

test('a name that is missing now and then anyway is not missed where it came with another by chance', async (t) => {
  const lists = (withOther: number, without: number): HeaderRelations => {
    const relations = new HeaderRelations()
    for (let i = 0; i < 100; i++) relations.learn(i < withOther ? [0, 1, 2] : i < withOther + without ? [0] : [0, 2])
    return relations
  }
  t.equal(lists(25, 8).missing([0, 1], 0b011, 0, 100), -1, 'of 25 lists 2 would lack it by chance')
  t.equal(lists(75, 8).missing([0, 1], 0b011, 0, 100), 2, 'of 75 lists 6 would')
  t.equal(lists(25, 0).missing([0, 1], 0b011, 0, 100), 2, 'and where it is never missing it is missed')
})

test('what clients of other kinds choose not to send is no rule of the few of one kind', async (t) => {
  const own = taught(Array.from({ length: 40 }, () => [0, 1, 2]))
  const all = taught(Array.from({ length: 100 }, (_, i) => i % 6 === 0 ? [0, 1] : [0, 1, 2]))
  t.equal(own.missing([0, 1], 0b011, 0, 100, all, 8), -1, 'of 8 clients 1.4 would not send it')
  t.equal(own.missing([0, 1], 0b011, 0, 100, all, 60), 2, 'of 60 ten')
  t.equal(own.missing([0, 1], 0b011, 0, 100, taught(Array.from({ length: 100 }, () => [0, 1, 2])), 8), 2, 'what all clients send is required of few, too')
})
