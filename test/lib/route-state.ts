import { test } from 'tap'
import { RouteState } from '../../lib/route-state'

const LESSON_MS = 2000

/** A route that has had so many lessons, which are to be two seconds apart. */
function settled (had = 4096): RouteState {
  const route = new RouteState('GET /a', 'GET', '/a', true, 'observe', 50)
  route.lessonMs = LESSON_MS
  for (let i = 0; i < had; i++) route.answer(200, i)
  return route
}

/** Asks whether so many requests teach, one every `everyMs`. @returns How many do. */
function lessons (route: RouteState, count: number, everyMs: number, from = 1e12): number {
  let drawn = 0
  for (let i = 0; i < count; i++) if (route.draws(from + i * everyMs)) drawn++
  return drawn
}

test('all requests of a young route teach, whatever their number', async (t) => {
  const route = new RouteState('GET /a', 'GET', '/a', true, 'observe', 50)
  route.lessonMs = LESSON_MS
  t.equal(lessons(route, 500, 1), 500)
})

test('until a route has had 4,096 lessons one in sixteen teaches, however many requests it has', async (t) => {
  for (const had of [512, 4095]) {
    const drawn = lessons(settled(had), 16_000, 1)
    t.ok(drawn > 850 && drawn < 1150, `${drawn} of 16,000`)
  }
})

test('of a route with few requests one in sixteen teaches, and of one whose time stands still', async (t) => {
  for (const everyMs of [1000, 0]) {
    const drawn = lessons(settled(), 16_000, everyMs)
    t.ok(drawn > 850 && drawn < 1150, `${drawn} of 16,000, one each ${everyMs} ms`)
  }
})

test('of a route with many requests, the more there are the smaller the share that teaches', async (t) => {
  for (const perSecond of [20, 100, 400]) {
    const drawn = lessons(settled(), 3600 * perSecond, 1000 / perSecond)
    t.ok(drawn > 3_600_000 / (5 * LESSON_MS) && drawn < 2 * 3_600_000 / LESSON_MS, `${drawn} of an hour with ${perSecond} requests a second`)
  }
})

test('where traffic abates, one in sixteen teaches again', async (t) => {
  const route = settled()
  lessons(route, 400_000, 2.5)
  lessons(route, 2000, 10_000, 1.1e12)
  const drawn = lessons(route, 16_000, 10_000, 1.2e12)
  t.ok(drawn > 850 && drawn < 1150, `${drawn} of 16,000`)
})

test('weak signals teach all, until fewer ordinary requests do: then no more than sixteen times their share', async (t) => {
  const slow = settled()
  lessons(slow, 1000, 1000)
  t.equal(Array.from({ length: 500 }, () => slow.drawsOdd()).filter(Boolean).length, 500)
  const busy = settled()
  const share = lessons(busy, 720_000, 5) / 720_000
  const odd = Array.from({ length: 20_000 }, () => busy.drawsOdd()).filter(Boolean).length / 20_000
  t.ok(odd < 40 * share && odd > 6 * share, `${odd}, of ordinary ones ${share}`)
})
