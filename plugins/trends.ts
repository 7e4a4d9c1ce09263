import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Habits } from '../lib/detectors/habits'
import { Senders } from '../lib/detectors/senders'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { SignalStore } from '../lib/detectors/signal-store'
import type { Judge, SharedState, Stage } from './detector'
import { resolveOptions } from './options'
import { watchBehaviour } from './trends/behaviour'
import { watchFlow } from './trends/flow'
import { watchIdentity } from './trends/identity'
import { trendsOptions } from './trends/options'
import type { TrendsOptions, TrendsSettings } from './trends/options'
import { correlationPage, trendPage } from './trends/trend-page'
import { TrendsRoute, TrendsShared } from './trends/watcher'
import type { TrendsContext, Watcher } from './trends/watcher'

export type { TrendsOptions } from './trends/options'
export type { GeoReader, Place } from './trends/identity-options'

const STAGES: readonly Stage[] = ['onRequest', 'preValidation', 'preSerialization', 'onSend']

/** Keeps what traffic shows over time, and watches identities, devices, places, flows and behaviour. */
async function trends (fastify: FastifyInstance, options: TrendsOptions): Promise<void> {
  const settings = resolveOptions<TrendsSettings>('trends', trendsOptions, null, options)
  const context: TrendsContext = { fastify, settings, store: new SignalStore(settings.recent), senders: new Senders(settings.senders, settings.window), habits: new Habits() }
  const watchers: Watcher[] = [watchIdentity(context), watchFlow(context), watchBehaviour(context)]
  const names = watchers.map(({ name }) => name)

  const { clock, hash } = fastify.anomalies
  const detector = fastify.anomalies.detector<TrendsRoute>('trends', createRoute, { check: checkRoute, mode: options.mode })
    .learn(learn)
    .share(new TrendsShared(settings.snapshotBytes === 0 ? watchers : [...watchers, { name: 'signals', shared: keptSignals() }]))
  fastify.anomalies.onTrends({
    trends: (query) => trendPage(context.store, query, clock.now(), (entity) => hash.hash(entity)),
    correlations: (query) => correlationPage(context.store, query, clock.now(), (entity) => hash.hash(entity))
  })
  const parts = watchers.map((_, place) => (observation: Observation) => (observation.route.slots[detector.slot] as TrendsRoute | null | undefined)?.parts[place] ?? null)
  detector.prepare(prepare)
  // Of a connection that has gone nobody can read what it was.
  const canWait = settings.ja4 === undefined && settings.ja4h === undefined
  for (const stage of STAGES) {
    const judge = judgeAt(watchers, stage)
    if (judge !== null) detector.on(stage, judge, { canWait })
  }

  /** Signals over time, as snapshots have them. Minutes that are over are judged before another process's signals come to them. */
  function keptSignals (): SharedState {
    const { store } = context
    return {
      toJSON: () => store.toJSON(settings.snapshotBytes),
      restore: (json: never) => store.restore(json, clock.now()),
      merge (json: never) {
        fastify.anomalies.sweep()
        store.merge(json, clock.now())
      },
      reset: () => store.reset()
    }
  }

  function prepare (observations: readonly Observation[]): void {
    for (let i = 0; i < watchers.length; i++) (watchers[i] as Watcher).prepare?.(observations, parts[i] as never)
  }

  function createRoute (routeOptions: object | undefined, route: RouteState): TrendsRoute {
    const own = resolveOptions<TrendsSettings>('trends', trendsOptions, settings, routeOptions, route.key)
    return new TrendsRoute(names, watchers.map((watcher) => watcher.createRoute?.(own, route) ?? null), own.silent)
  }

  function checkRoute (routeOptions: object, route: string): void {
    resolveOptions('trends', trendsOptions, settings, routeOptions, route)
  }

  function learn (route: TrendsRoute, observation: Observation, several: boolean): void {
    route.samples++
    for (let i = 0; i < watchers.length; i++) (watchers[i] as Watcher).learn?.(route.parts[i] as never, observation, several)
  }
}

/** One function for all watchers that judge at a stage; `null` where none does. */
function judgeAt (watchers: readonly Watcher[], stage: Stage): Judge<TrendsRoute> | null {
  const seats = watchers.flatMap((watcher, place) => watcher[stage] === undefined ? [] : [{ place, judge: watcher[stage] as Judge<unknown> }])
  if (seats.length === 0) return null
  return function judge (route: TrendsRoute, observation: Observation, request: FastifyRequest, reply: FastifyReply): void {
    const before = route.silent === null || observation.signals === null ? 0 : observation.signals.length
    for (let i = 0; i < seats.length; i++) {
      const seat = seats[i] as { place: number, judge: Judge<unknown> }
      seat.judge(route.parts[seat.place], observation, request, reply)
    }
    if (route.silent !== null && observation.signals !== null) observation.withhold(before, route.silent)
  }
}

declare module 'fastify' {
  interface FastifyAnomaliesRouteConfig {
    /** `false`: the route's requests count nowhere in trends; or options that its own route-level parts take. */
    trends?: false | TrendsOptions
  }
}

export default fp(trends, { fastify: '5.x', name: 'fastify-anomalies-trends', dependencies: ['fastify-anomalies-registry'] })
