import { EVENT_LEVELS } from '../lib/event-tally'
import { metricFamily } from '../lib/text/metric-family'
import type { MetricFamily, MetricSample } from '../lib/text/metric-family'
import type { Registry } from './registry-state'

/** Media type of what `metricsText` makes. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

interface Metric extends MetricFamily { read (registry: Registry): Iterable<MetricSample> }

/**
 * What operations watch. All of it is counted anyway: a request pays nothing for it. Labels are of closed lists, but for `type`, which an application that reports
 * findings may add to (512 are told apart). Nothing is told by route, entity or field: there may be any number of these, and `query` tells them.
 */
export const METRICS: readonly Metric[] = [
  counter('requests_total', 'requests observed', [], ({ observed }) => [[observed]]),
  counter('requests_flagged_total', 'requests whose score reached the flag threshold', [], ({ flagged }) => [[flagged]]),
  counter('actions_total', 'requests refused (mode enforce), and requests that would have been (mode observe)', ['action', 'mode'], ({ actions }) => [
    [actions.throttled, 'throttle', 'enforce'], [actions.blocked, 'block', 'enforce'], [actions.wouldThrottle, 'throttle', 'observe'], [actions.wouldBlock, 'block', 'observe']
  ]),
  counter('spared_total', 'requests let through in spite of their risk: the address is evidently not the client\'s, or on the allow list', ['reason'], ({ actions }) => [
    [actions.sparedByAddress, 'address'], [actions.sparedByList, 'allow_list']
  ]),
  counter('events_total', 'anomaly events recorded, by level', ['level'], ({ log }) => {
    const found = log.tally.byLevel()
    return EVENT_LEVELS.map((level): MetricSample => [found[level] ?? 0, level])
  }),
  counter('events_by_type_total', 'anomaly events recorded, by detector, type and level', ['detector', 'type', 'level'], ({ log }) =>
    Array.from(log.tally.all(), ({ detector, type, level, count }): MetricSample => [count, detector, type, level])),
  counter('signals_suppressed_total', 'signals that made no event of their own, since an episode tells them already', [], ({ log }) => [[log.suppressed]]),
  counter('events_dropped_total', 'events that the ring no longer holds', [], ({ log }) => [[log.dropped]]),
  counter('detector_faults_total', 'calls of a detector that threw', ['detector'], ({ detectors }) => detectors.map(({ name, faults }): MetricSample => [faults, name])),
  counter('entities_evicted_total', 'entities whose risk was forgotten, or not taken in, for want of room', [], ({ risks }) => [[risks.evictions]]),
  gauge('events_held', 'events that can be queried', [], ({ log }) => [[log.size]]),
  gauge('episodes_open', 'findings that last', [], ({ log }) => [[log.open]]),
  gauge('baselines', 'baselines of routes, by state', ['state'], ({ routes }) => Object.entries(routes.countStates()).map(([state, count]): MetricSample => [count, state])),
  gauge('entities_at_risk', 'entities with any risk, by the action that it calls for', ['action'], ({ entities, clock }) => {
    const [calm, throttle, block] = entities.levels(clock.now())
    return [[calm, 'allow'], [throttle, 'throttle'], [block, 'block']]
  }),
  gauge('busy', '1 while there are so many requests that work waits for others like it', [], ({ backlog }) => [[Number(backlog.isBusy)]]),
  gauge('client_address_fault', '1 while client addresses evidently are not those of clients, and nobody is refused by address', [], (registry) => [[Number(registry.addressFault() !== null)]])
]

/** All metrics in the text format of Prometheus. What waits is done first. O(routes × detectors + entities). */
export function metricsText (registry: Registry): string {
  registry.sweep()
  return METRICS.map((metric) => metricFamily(metric, metric.read(registry))).join('')
}

function counter (name: string, help: string, labels: readonly string[], read: Metric['read']): Metric { return { name: `fastify_anomalies_${name}`, type: 'counter', help, labels, read } }

function gauge (name: string, help: string, labels: readonly string[], read: Metric['read']): Metric { return { name: `fastify_anomalies_${name}`, type: 'gauge', help, labels, read } }
