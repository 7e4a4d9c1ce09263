import { Buffer } from 'node:buffer'
import { SIZE_HIGH } from '../../lib/detectors/endpoint-signals'
import { OVERSIZED_REQUEST, OVERSIZED_RESPONSE } from '../../lib/detectors/flow-signals'
import { subjectOf } from '../../lib/detectors/flow-episode'
import type { Gravity } from '../../lib/detectors/flow-episode'
import { FlowWatch } from '../../lib/detectors/flow-watch'
import { ReplySecrets, isTextual } from '../../lib/detectors/reply-secrets'
import type { IdentityFlow } from '../../lib/detectors/identity-flow'
import type { Observation } from '../../lib/observation'
import type { Signal } from '../../lib/signal'
import { TYPE } from '../../lib/detectors/signal-types'
import { SECRET_KINDS, scanSecrets } from '../../lib/text/secret-scan'
import { finishHash } from '../../lib/text/value-shape'
import type { TrendsContext, Watcher } from './watcher'

const REQUEST: Gravity = { severity: 5, risk: 20, charge: 5 }
const RESPONSE: Gravity = { severity: 3, risk: 15, charge: 5 }
/** Numbers of their episodes in `IdentityFlow`. */
const REQUEST_EPISODE = 5
const RESPONSE_EPISODE = 6
/** Keeps apart in `Habits` what senders send, and are sent, that is oversized; by route. */
const HABIT_REQUEST = 0x3c6ef372
const HABIT_RESPONSE = 0x510e52e1
const NOTHING = new Uint8Array(SECRET_KINDS.length)

/** Watches what flows: sizes, bandwidth, sensitive data in replies. */
export function watchFlow (context: TrendsContext): Watcher<ReplySecrets | null> {
  const { settings, senders, habits, store, fastify: { anomalies } } = context
  const watch = new FlowWatch(settings.senders, settings, habits)
  const looksFor = SECRET_KINDS.map((kind) => settings.dlp === true || (Array.isArray(settings.dlp) && settings.dlp.includes(kind)))
  const looks = looksFor.includes(true)
  const kindHashes = SECRET_KINDS.map((kind) => anomalies.hash.hash(kind))
  const found = new Uint8Array(SECRET_KINDS.length)
  /** The media type of the last reply: the next has mostly the same. */
  let lastType: string | null = null
  let wasTextual = false
  /** Room for the bytes of a reply. */
  const room = Buffer.alloc(settings.dlpBytes)
  senders.onWindow((flow, at) => watch.close(flow, at))
  SECRET_KINDS.forEach((kind, i) => store.name(kindHashes[i] as number, kind))

  return { name: 'flow', createRoute: (own) => own.dlp === false ? null : new ReplySecrets(), onSend: judge, shared: { halve, toJSON, restore, merge, describe } }

  function judge (secrets: ReplySecrets | null, observation: Observation): void {
    watch.isFrozen = anomalies.routes.frozen
    const flow = senders.of(observation)
    const isPage = observation.method === 'GET' && observation.status < 300
    watch.observe(flow, observation, isPage ? anomalies.hash.hash(observation.url) || 1 : 0)
    if (observation.signals !== null) judgeSizes(flow, observation)
    if (looks && secrets !== null) judgeReply(secrets, observation)
  }

  /** What endpoint-profiler found far larger than ordinary on this route is oversized where it is large at all, unless this sender does it again and again. */
  function judgeSizes (flow: IdentityFlow, observation: Observation): void {
    const signals = observation.signals as Signal[]
    const { length } = signals
    for (let i = 0; i < length; i++) {
      const { kind, field, expected, actual } = signals[i] as Signal
      if (kind !== SIZE_HIGH || !(Number(actual) >= settings.sizeFloor)) continue
      const isRequest = field === 'request.size'
      const habit = finishHash(flow.key ^ anomalies.hash.hash(observation.route.key) ^ (isRequest ? HABIT_REQUEST : HABIT_RESPONSE))
      const isHabit = habits.covers(habit, Number(actual))
      if (!watch.isFrozen && !observation.route.frozen) habits.note(habit, Number(actual), observation.at, settings.habitAfter)
      if (isHabit) continue
      flow.episode(isRequest ? REQUEST_EPISODE : RESPONSE_EPISODE).report(isRequest ? OVERSIZED_REQUEST : OVERSIZED_RESPONSE, field as string, isRequest ? REQUEST : RESPONSE,
        observation, `${subjectOf(observation)} ${observation.route.key}`, observation.at, Number(expected), Number(actual), { bytes: Number(actual), fence: Number(expected) })
    }
  }

  function judgeReply (secrets: ReplySecrets, observation: Observation): void {
    const { payload, route } = observation
    const isString = typeof payload === 'string'
    if ((!isString && !Buffer.isBuffer(payload)) || observation.status >= 400 || !isText(observation.responseType)) return
    const bytes = isString ? room : payload
    const text = isString ? written(payload, observation.responseBytes) : payload.toString('latin1', 0, settings.dlpBytes)
    const isFrozen = route.frozen || anomalies.routes.frozen
    if (scanSecrets(text, settings.dlpBytes, found, bytes) === 0) {
      if (!isFrozen) secrets.learn(null, 0)
      return
    }
    for (let kind = 0; kind < found.length; kind++) {
      if (looksFor[kind] !== true) found[kind] = 0
      else if ((found[kind] as number) > 0) store.add(TYPE.dlp_match, kindHashes[kind] as number, observation.clientHash, observation.credential === null ? 0 : observation.principal, observation.at)
    }
    secrets.judge(found, observation)
    if (!isFrozen) secrets.learn(found, observation.principal)
    found.set(NOTHING)
  }

  function isText (type: string | null): boolean {
    if (type !== lastType) {
      lastType = type
      wasTextual = isTextual(type)
    }
    return wasTextual
  }

  /** Writes a text into the room. @param length Its bytes, -1 where unknown. @returns The text with one character for each of its bytes. */
  function written (text: string, length: number): string {
    if (length === text.length) {
      room.write(text, 'latin1')
      return text
    }
    return room.toString('latin1', 0, room.write(text, 'utf8'))
  }

  function halve (): void { watch.halve() }
  function toJSON (): unknown { return { watch: watch.toJSON(), habits: habits.toJSON() } }
  function restore (json: never): void { each(json, (own) => { watch.restore(own.watch); habits.restore(own.habits) }) }
  function merge (json: never): void { each(json, (own) => { watch.merge(own.watch); habits.merge(own.habits) }) }
  function describe (): Record<string, unknown> { return watch.describe() }
}

function each (json: never, take: (own: { watch: ReturnType<FlowWatch['toJSON']>, habits: number[] }) => void): void { take(json) }
