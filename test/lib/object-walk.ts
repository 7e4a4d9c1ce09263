import { test } from 'tap'
import { Habits } from '../../lib/detectors/habits'
import { WalkNorms } from '../../lib/detectors/walk-norms'
import { WalkTable } from '../../lib/detectors/walk-table'
import type { Observation } from '../../lib/observation'
import type { Signal } from '../../lib/signal'
import { hashText } from '../../lib/text/keyed-hash'
import { seeded } from '../fixtures/trends'

const SETTINGS = { window: 600_000, objectsFloor: 15, habitAfter: 3_600_000 }

/** How many different objects somebody asks for within ten minutes, by what kind of a route it is. */
const ROUTES: Readonly<Record<string, (random: () => number) => number>> = {
  'their own few orders': (random) => 1 + Math.floor(4 * random()),
  'now and then some more': (random) => 1 + Math.floor(Math.log(random()) / Math.log(0.5)),
  'readers, some of whom read a lot': (random) => Math.min(300, Math.floor(random() ** (-1 / 1.5))),
  'customers, and two clerks in a hundred': (random) => random() < 0.02 ? 20 + Math.floor(60 * random()) : 1 + Math.floor(3 * random()),
  'screens that load twenty': (random) => 20 + Math.floor(5 * random())
}

/** A route, and what became of windows on it. */
function routeOf (norms: WalkNorms, seed: number): { visit: (objects: number, key?: number) => number, random: () => number } {
  const random = seeded(seed)
  let told = 0
  let at = 0
  let asked = 0
  const observation = { status: 200, route: { key: 'GET /orders/:id' }, user: null, credential: null, client: '', session: null, at: 0, add: (signal: Signal) => { if (told === 0 && signal.type === 'object_enumeration') told = asked } } as unknown as Observation
  /** @returns Objects after which the walk was told, 0 where it was not. */
  function visit (objects: number, key = Math.floor(2 ** 31 * random())): number {
    told = 0
    at += 1000
    const walk = new WalkTable(8, () => {}).of(key)
    walk.open(norms, 1, at)
    for (asked = 1; asked <= objects; asked++) {
      walk.ask(hashText(`object ${Math.floor(1e9 * random())}`, 5), Math.floor(1e9 * random()), false)
      norms.judge(walk, observation, true)
    }
    norms.close(walk, at)
    return told
  }
  return { visit, random }
}

for (const [name, objectsOf] of Object.entries(ROUTES)) {
  test(`ordinary windows stay silent: ${name}`, (t) => {
    let told = 0
    let windows = 0
    for (let seed = 1; seed <= 4; seed++) {
      const { visit, random } = routeOf(new WalkNorms(SETTINGS, new Habits()), seed)
      // The first 300 are judged by the fence: clerks who come for the first time are told then.
      for (let i = 0; i < 5000; i++, windows++) if (visit(objectsOf(random)) > 0 && i >= 300) told++
    }
    t.ok(told <= 4, `${told} of ${windows} windows`)
    t.end()
  })
}

test('how many unordered objects are a walk follows from the route: a dozen and a half where people have four (the fence alone: 42), more where some have more, never up to the floor', (t) => {
  const leastOf = (name: string, floor = 15): number => {
    const norms = new WalkNorms({ ...SETTINGS, objectsFloor: floor }, new Habits())
    const { visit, random } = routeOf(norms, 3)
    for (let i = 0; i < 2000; i++) visit((ROUTES[name] as (random: () => number) => number)(random))
    return visit(400)
  }
  const [few, some, clerks] = [leastOf('their own few orders'), leastOf('now and then some more'), leastOf('customers, and two clerks in a hundred')]
  t.comment(`${few}, ${some}, ${clerks}`)
  t.equal(few, 16)
  t.ok(some > few && some < 45, String(some))
  t.ok(clerks > 80, String(clerks))
  t.ok(leastOf('their own few orders', 40) > 36, 'to 5 %')
  t.end()
})

test('one walker who comes again and again does not become what is ordinary; a new screen of everybody\'s does', (t) => {
  const norms = new WalkNorms(SETTINGS, new Habits())
  const { visit, random } = routeOf(norms, 5)
  const ordinary = ROUTES['their own few orders'] as (random: () => number) => number
  for (let i = 0; i < 1000; i++) visit(ordinary(random))
  for (let round = 0; round < 20; round++) {
    visit(30, 77)
    for (let i = 0; i < 20; i++) visit(ordinary(random))
  }
  t.ok(visit(25) > 0, 'another walker')
  let told = 0
  for (let i = 0; i < 2000; i++) if (visit(24) > 0 && i >= 1000) told++
  t.equal(told, 0, 'once all do')
  t.end()
})

test('snapshots have the tail; older ones, without, are taken', (t) => {
  const norms = new WalkNorms(SETTINGS, new Habits())
  const { visit, random } = routeOf(norms, 3)
  for (let i = 0; i < 1000; i++) visit(1 + Math.floor(4 * random()))
  const json = JSON.parse(JSON.stringify(norms.toJSON()))
  const merged = new WalkNorms(SETTINGS, new Habits())
  merged.merge(json)
  t.same(merged.toJSON().tail, json.tail)
  t.ok(routeOf(merged, 9).visit(20) > 0)
  const { tail, ...old } = json
  const restored = new WalkNorms(SETTINGS, new Habits())
  restored.restore(old)
  t.equal(routeOf(restored, 9).visit(20), 0)
  t.ok(routeOf(restored, 9).visit(60) > 0)
  t.end()
})
