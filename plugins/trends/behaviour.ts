import { SHOWN } from '../../lib/detectors/auth-coverage'
import { cookieSessionOf } from '../../lib/detectors/cookie-session'
import type { Gravity } from '../../lib/detectors/flow-episode'
import { subjectOf } from '../../lib/detectors/flow-episode'
import { TIMING, VELOCITY_SPIKE } from '../../lib/detectors/flow-signals'
import { GAPS } from '../../lib/detectors/gap-rhythm'
import type { IdentityFlow } from '../../lib/detectors/identity-flow'
import type { ObjectWalk } from '../../lib/detectors/object-walk'
import { RouteBehaviour } from '../../lib/detectors/route-behaviour'
import { SignalVelocity } from '../../lib/detectors/signal-velocity'
import type { RateChange, RateWatch } from '../../lib/detectors/rate-watch'
import type { SessionRecord } from '../../lib/detectors/session-record'
import { Senders } from '../../lib/detectors/senders'
import { isFruitless } from '../../lib/detectors/walk-norms'
import type { WalkNorms } from '../../lib/detectors/walk-norms'
import { WalkTable } from '../../lib/detectors/walk-table'
import type { Observation } from '../../lib/observation'
import type { RouteState } from '../../lib/route-state'
import { Signal } from '../../lib/signal'
import { TYPE } from '../../lib/detectors/signal-types'
import { hashText } from '../../lib/text/keyed-hash'
import { finishHash } from '../../lib/text/value-shape'
import type { FastifyRequest } from 'fastify'
import type { TrendsSettings } from './options'
import type { TrendsContext, Watcher } from './watcher'

const REGULAR: Gravity = { severity: 3, risk: 10, charge: 0 }
/** Number of its episode in `IdentityFlow`. */
const REGULAR_EPISODE = 7
/** Keep what a sender does apart in `Habits`. */
const HABIT_RHYTHM = 0x510e527f
const HABIT_SEQUENCE = 0x1f83d9ab
const HABIT_COVERAGE = 0x5be0cd19
/** Rhythms known on a route up to which each regular one is an occasion by itself. */
const YOUNG = 300
/** Time after the start within which nobody has a past yet. */
const NO_PAST_MS = 1_800_000
/** Requests of a sender after which the pattern of its last routes is a signal. */
const PATTERN = 5

/** What was read beforehand: nobody asks, but what nobody takes is not read. */
const seen = new Float64Array(1)

/** Watches how clients behave: pace, order and breadth of their requests. */
export function watchBehaviour (context: TrendsContext): Watcher<RouteBehaviour | null> {
  const { settings, senders, habits, store, fastify: { anomalies } } = context
  const routes = new Map<number, RouteBehaviour>()
  const walks = new WalkTable(2 * settings.senders, (walk) => closeWalk(walk, lastAt))
  /** Rises that are not told, because a finding tells of their cause. */
  const explained = new WeakSet<RateWatch>()
  const velocity = new SignalVelocity({ leastJump: settings.velocityJump, tellsRequests, isFrozen: () => anomalies.routes.frozen }, tellVelocity)
  anomalies.onSweep((at) => {
    if (store.total === 0) return
    store.advance(at)
    velocity.advance(at, store)
  })
  anomalies.onRelease(forget)
  let started = -1
  let lastAt = 0
  /** Window up to which walks were closed, and how many are still to be looked at. */
  let tidied = -1
  let left = 0

  return { name: 'behaviour', createRoute, prepare, onSend: judge, shared: velocity }

  /**
   * Reads one after the other what judging many requests in turn will read of their senders. No address depends on what another read gives, so the processor waits for all of them at
   * once; a request that is judged by itself waits for each (measured: docs/hot-path.md).
   */
  function prepare (observations: readonly Observation[], partOf: (observation: Observation) => RouteBehaviour | null): void {
    let sum = 0
    for (let i = 0; i < observations.length; i++) sum += observations[i]!.named === null ? 0 : 1
    for (let i = 0; i < observations.length; i++) {
      const named = observations[i]!.named
      if (named === null) continue
      if (named.session !== null) sum += (named.session as SessionRecord).touch()
      if (named.sender !== null) sum += (named.sender as IdentityFlow).key
    }
    for (let i = 0; i < observations.length; i++) {
      const flow = observations[i]!.named?.sender as IdentityFlow | null | undefined
      if (flow === null || flow === undefined) continue
      const own = partOf(observations[i]!)
      sum += flow.touch()
      if (own !== null && own.walks !== null) sum += walks.touch(walkKey(flow.key, own.hash))
    }
    seen[0] = sum
  }

  /** Who is released begins anew. */
  function forget (entity: string): void {
    const key = Senders.keyOf(anomalies.hash.hash(entity))
    senders.forget(key)
    for (const { hash } of routes.values()) walks.get(walkKey(key, hash))?.clear()
  }

  function createRoute (about: TrendsSettings, route: RouteState): RouteBehaviour | null {
    if (!route.matched) return null
    const own = new RouteBehaviour(route.key, anomalies.hash.hash(route.key) | 0 || 1, route.url.includes(':'), about, habits)
    routes.set(own.hash, own)
    return own
  }

  function judge (own: RouteBehaviour | null, observation: Observation, request: FastifyRequest): void {
    const { at } = observation
    if (started < 0) started = at
    if (at > lastAt) lastAt = at
    store.advance(at)
    velocity.advance(at, store)
    if (own === null || observation.method === 'OPTIONS') return
    const flow = senders.of(observation)
    const isFrozen = anomalies.routes.frozen || observation.route.frozen
    const shown = observation.user !== null || observation.credential !== null ? SHOWN.credential : request.headers.cookie !== undefined ? SHOWN.cookie : SHOWN.nothing
    if (own.settings.authCoverage) own.coverage.observe(shown, observation, habits, finishHash(flow.key ^ own.hash ^ HABIT_COVERAGE), isFrozen ? Infinity : settings.habitAfter)
    if (own.walks !== null && observation.params !== null) judgeWalk(own, own.walks, flow, observation, shown === SHOWN.credential)
    judgeRhythm(own, flow, observation, isFrozen)
    if (own.settings.sequence && observation.status < 400) judgeSequence(own, flow, observation, isFrozen)
    noteNavigation(own, flow, observation)
    flow.visit(own.hash)
  }

  function judgeWalk (own: RouteBehaviour, norms: WalkNorms, flow: IdentityFlow, observation: Observation, isKnown: boolean): void {
    const key = walkKey(flow.key, own.hash)
    const walk = walks.of(key)
    const { window } = senders
    if (walk.window !== window) {
      closeWalk(walk, lastAt)
      walk.open(norms, window, observation.at)
    }
    norms.isFrozen = observation.route.frozen
    if (window !== tidied) {
      tidied = window
      left = walks.size
    }
    if (left > 0) tidyWalks(key, window)
    const params = observation.params as Record<string, unknown>
    let object = anomalies.hash.seed
    let last = ''
    for (const name in params) {
      last = String(params[name])
      object = hashText(last, object)
    }
    walk.ask(object, numberOf(last), isFruitless(observation.status))
    norms.judge(walk, observation, isKnown || own.coverage.isGuarded)
  }

  /** Closes what was left open in the window before, of two walks a request. */
  function tidyWalks (key: number, window: number): void {
    for (let i = 0; i < 2; i++) {
      const idle = walks.next()
      left--
      if (idle === null || idle.key === key || idle.window < 0 || idle.window === window) continue
      closeWalk(idle, lastAt)
      idle.close()
    }
  }

  function closeWalk (walk: ObjectWalk, at: number): void {
    if (!anomalies.routes.frozen) walk.route?.close(walk, at)
  }

  function judgeRhythm (own: RouteBehaviour, flow: IdentityFlow, observation: Observation, isFrozen: boolean): void {
    const { at } = observation
    const { rhythm } = flow
    const verdict = rhythm.beat(at, own.settings.regularBelow)
    if (rhythm.gap >= 0) {
      flow.voteRhythm(own.hash)
      signal(TYPE.timing, rhythm.bin, observation)
    }
    if (verdict !== 'unknown') {
      const route = routes.get(flow.rhythmRoute) ?? own
      const habit = flow.key ^ HABIT_RHYTHM
      const isRegular = verdict === 'regular'
      flow.isRegular = isRegular && route.isRegularRare && !habits.covers(habit, 1)
      if (!isFrozen) {
        if (isRegular) habits.note(habit, 1, at, route.rhythms < YOUNG ? settings.window / 2 : settings.habitAfter)
        route.noteRhythm(isRegular)
      }
      flow.closeVote()
    }
    if (!flow.isRegular) return
    flow.episode(REGULAR_EPISODE).report(TIMING, 'client.timing', REGULAR, observation, subjectOf(observation), at - GAPS * rhythm.meanMs, settings.regularBelow, Number(rhythm.variation.toPrecision(2)), {
      gaps: GAPS, meanMs: Math.round(rhythm.meanMs)
    })
  }

  function judgeSequence (own: RouteBehaviour, flow: IdentityFlow, observation: Observation, isFrozen: boolean): void {
    const { at } = observation
    if (at - started >= NO_PAST_MS) own.sequence.judge(flow, observation, habits, finishHash(flow.key ^ own.hash ^ HABIT_SEQUENCE), isFrozen ? Infinity : settings.habitAfter)
    if (isFrozen || observation.signals !== null) return
    if (flow.routesSeen === 0) own.sequence.enter()
    if (observation.isDrawn) own.sequence.learn(flow, own.hash, nameOf)
  }

  function nameOf (hash: number): string { return routes.get(hash)?.name ?? 'a route' }

  function noteNavigation (own: RouteBehaviour, flow: IdentityFlow, observation: Observation): void {
    const last = flow.lastRoute
    if (last !== 0 && last !== own.hash) signal(TYPE.navigation, Math.imul(last, 31) ^ own.hash, observation)
    if (flow.requests % PATTERN !== 0) return
    let pattern = 0
    for (let i = 0; i < flow.routesSeen; i++) if (flow.firstOf(flow.routeAt(i)) === i) pattern ^= flow.routeAt(i)
    signal(TYPE.request_pattern, pattern, observation)
  }

  /** That requests rise is rate-spike's to tell. */
  function tellsRequests (): boolean { return !anomalies.detectors.some(({ name }) => name === 'rate-spike') }

  /** Signals as a whole come faster: that is nobody's. */
  function tellVelocity (name: string, watch: RateWatch, change: Exclude<RateChange, 'none'>, at: number): void {
    if (settings.silent.includes(VELOCITY_SPIKE.type)) return
    // Where a finding is open, it says whose they are.
    if (change === 'open' && anomalies.log.hasFinding(at)) explained.add(watch)
    if (explained.has(watch)) {
      if (change === 'close') explained.delete(watch)
      return
    }
    const mean = Math.round(watch.amount / watch.buckets)
    const found = new Signal(VELOCITY_SPIKE, `signals.${name}`, 5, 0, Number(watch.expected.toPrecision(3)), watch.extreme, {
      finding: { subject: name, count: Math.round(watch.amount), since: watch.since, quietMs: 0, evidence: { minutes: watch.buckets, mean, extreme: watch.extreme } }
    })
    anomalies.note(found, at, null, change, watch.since, Math.round(watch.amount))
  }

  function signal (type: number, value: number, observation: Observation): void {
    store.add(type, finishHash(value), observation.clientHash, observation.credential === null ? cookieSessionOf(observation)?.entity ?? 0 : observation.principal, observation.at)
  }
}

/** Key of what a sender asks of a route. */
function walkKey (sender: number, route: number): number { return finishHash(sender ^ route) | 0 || 1 }

/** A path parameter as a number, `NaN` where it is not one of digits alone. */
function numberOf (text: string): number {
  if (text.length === 0 || text.length > 15) return NaN
  let number = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return NaN
    number = 10 * number + digit
  }
  return number
}
