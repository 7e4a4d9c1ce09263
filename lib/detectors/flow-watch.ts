import type { Observation } from '../observation'
import { BANDWIDTH_SPIKE, EXFILTRATION, SCRAPING, UPLOAD } from './flow-signals'
import { subjectOf } from './flow-episode'
import type { Gravity } from './flow-episode'
import { Habits } from './habits'
import type { IdentityFlow } from './identity-flow'
import { RateTable } from './rate-table'
import { SizeFence } from './size-fence'
import type { SizeFenceJson } from './size-fence'

const MINUTE_MS = 60_000
/** Ratio of a fence to the 99th percentile of all senders' windows, at the least. */
const FENCE_RATIO = 3
/** Share of the floor up to which a sender's minutes count as none for its own level. */
const LIGHT = 16
/** Bytes that a request stands for besides its body: its line and headers. */
const ENVELOPE = 300
/** Beyond so many times what is too much, how it compares with the other direction does not matter. */
const WHATEVER = 3
/** Share of requests that read something new, and variation of gaps, of a scraper: people come back, and pause. */
const BREADTH = 0.8
const STEADY = 1.2
/** Windows known up to which a norm is young. */
const YOUNG = 300
/** Own levels of senders, and what keeps their habits apart. */
const HABIT = { bandwidth: 0x2545f491, exfiltration: 0x4f6cdd1d, upload: 0x6a09e667, pages: 0x9b05688c } as const
/** Numbers of their episodes. */
const EPISODE = { bandwidth: 0, exfiltration: 1, upload: 2, pages: 3 } as const

const GRAVITY: Readonly<Record<keyof typeof EPISODE, Gravity>> = {
  bandwidth: { severity: 7, risk: 25, charge: 25 },
  exfiltration: { severity: 9, risk: 40, charge: 40 },
  upload: { severity: 7, risk: 35, charge: 35 },
  pages: { severity: 6, risk: 40, charge: 40 }
}

export interface FlowSettings {
  /** Time over which volumes and pages are counted, milliseconds. */
  readonly window: number
  /** Bytes a minute that are never too many. */
  readonly bandwidthFloor: number
  /** Bytes of one direction and window that are never too many. */
  readonly volumeFloor: number
  /** Pages of a window that are never too many. */
  readonly pagesFloor: number
  /** Milliseconds from which on what a sender does again is another occasion. */
  readonly habitAfter: number
}

/** The plain form of a `FlowWatch`. */
export interface FlowWatchJson { fences: Record<Norm, SizeFenceJson> }

type Norm = 'minute' | 'received' | 'sent' | 'ratio' | 'pages'

/**
 * How much single senders move: bytes a minute, bytes of either direction within a window, and pages. Each is held against what hardly any sender reaches (three
 * times the 99th percentile of all senders' windows, and a floor) and against what this sender does again and again (`Habits`). While fewer than 30 windows are known nothing
 * is judged. The open window is judged, request by request; what a closed one had is learned, clipped to what is ordinary.
 *
 * Exfiltration and upload also ask for one direction to outweigh the other unusually (received for each byte sent; twice the 99th percentile), unless the
 * volume is three times too much anyway. Scraping asks for mostly new pages and for an even pace.
 *
 * Of a sender's own level only minutes of a sixteenth of the floor and more are part: no others can matter.
 *
 * Time: O(1), 0.1 µs. Memory: 36 bytes a sender (`RateTable`), 3 kB of norms; the senders' own records are the caller's.
 */
export class FlowWatch {
  /** Whether nothing is learned. */
  isFrozen = false
  readonly #settings: FlowSettings
  readonly #habits: Habits
  readonly #minutes: RateTable
  /** Bytes up to which a minute is too light to be looked up. */
  readonly #light: number
  readonly #norms: Readonly<Record<Norm, SizeFence>>

  /** @param capacity Senders whose bytes a minute are counted. */
  constructor (capacity: number, settings: FlowSettings, habits: Habits) {
    this.#settings = settings
    this.#habits = habits
    this.#minutes = new RateTable(capacity, MINUTE_MS)
    this.#light = settings.bandwidthFloor / LIGHT
    this.#norms = {
      minute: new SizeFence(FENCE_RATIO, settings.bandwidthFloor, 0),
      received: new SizeFence(FENCE_RATIO, settings.volumeFloor, 0),
      sent: new SizeFence(FENCE_RATIO, settings.volumeFloor, 0),
      ratio: new SizeFence(2, 10, 0),
      pages: new SizeFence(FENCE_RATIO, settings.pagesFloor, 0)
    }
  }

  /** Counts a request that was answered, and says what is too much. @param page Hash of the page read, 0 for none. */
  observe (flow: IdentityFlow, observation: Observation, page: number): void {
    const sent = Math.max(0, observation.requestBytes)
    const received = Math.max(0, observation.responseBytes)
    const minute = Math.floor(observation.at / MINUTE_MS) | 0
    if (flow.minute !== minute) this.#turnMinute(flow, observation.at, minute)
    flow.count(sent, received)
    if (flow.minuteBytes > this.#light) this.#judgeMinute(flow, observation, sent + received)
    const norms = this.#norms
    if (flow.received > norms.received.high) this.#judgeVolume('exfiltration', flow, observation)
    if (flow.sent > norms.sent.high) this.#judgeVolume('upload', flow, observation)
    if (page === 0) return
    flow.read(page)
    if (flow.pageCount > norms.pages.high) this.#judgePages(flow, observation)
  }

  /** A sender's window is over: what it had is what windows have. */
  close (flow: IdentityFlow, at: number): void {
    if (flow.requests === 0 || this.isFrozen) return
    const { volumeFloor, pagesFloor } = this.#settings
    this.#learn('received', flow.received, volumeFloor, HABIT.exfiltration, flow, at)
    this.#learn('sent', flow.sent, volumeFloor, HABIT.upload, flow, at)
    if (flow.pageCount > 0) this.#learn('pages', flow.pageCount, pagesFloor, HABIT.pages, flow, at)
    this.#norms.ratio.learn(100 * ratioOf(flow))
  }

  /** One half-life. */
  halve (): void { for (const fence of Object.values(this.#norms)) fence.halve() }

  toJSON (): FlowWatchJson {
    return { fences: Object.fromEntries(Object.entries(this.#norms).map(([name, fence]) => [name, fence.toJSON()])) as Record<Norm, SizeFenceJson> }
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: FlowWatchJson): void { for (const [name, fence] of Object.entries(this.#norms)) fence.restore(json.fences[name as Norm]) }

  /** Adds what another process learned. @throws RangeError Where it is not what `toJSON` gave. */
  merge (json: FlowWatchJson): void { for (const [name, fence] of Object.entries(this.#norms)) fence.mergeJson(json.fences[name as Norm]) }

  /** What was learned, for people: per sender and window. */
  describe (): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.#norms).filter(([, fence]) => fence.n > 0)
      .map(([name, fence]) => [name, { windows: fence.n, p99: fence.quantile(0.99), fence: Number.isFinite(fence.high) ? Math.round(fence.high) : null }]))
  }

  #learn (norm: Norm, amount: number, floor: number, habit: number, flow: IdentityFlow, at: number): void {
    const fence = this.#norms[norm]
    if (amount > floor) this.#habits.note(flow.key ^ habit, amount, at, this.#apart(fence))
    fence.learn(amount)
  }

  /** A sender's minute is over: it is what minutes are like. One that was heavy is in the table, which says whether it teaches. */
  #turnMinute (flow: IdentityFlow, at: number, minute: number): void {
    const bytes = flow.minuteBytes
    if (flow.isHeavy) {
      this.#minutes.add(flow.key, at, 0, this.#norms.minute.high)
      this.#learnMinute(flow, this.#minutes.closed[0]!, at)
    } else this.#learnMinute(flow, bytes, at)
    flow.turnMinute(minute)
  }

  #learnMinute (flow: IdentityFlow, bytes: number, at: number): void {
    if (bytes === 0 || this.isFrozen) return
    const fence = this.#norms.minute
    fence.learn(bytes)
    if (bytes > this.#settings.bandwidthFloor) this.#habits.note(flow.key ^ HABIT.bandwidth, bytes, at, this.#apart(fence))
  }

  /** Judges a minute that is heavy: the lighter ones need no look-up, since no limit is below the floor. */
  #judgeMinute (flow: IdentityFlow, observation: Observation, bytes: number): void {
    const table = this.#minutes
    const fence = this.#norms.minute
    table.add(flow.key, observation.at, flow.isHeavy ? bytes : flow.minuteBytes, fence.high)
    flow.isHeavy = true
    if (table.over === 0) return
    const habit = flow.key ^ HABIT.bandwidth
    const amount = Math.round(table.over * table.limit)
    const isHabit = this.#habits.covers(habit, amount)
    if (!this.isFrozen) this.#habits.note(habit, amount, observation.at, this.#apart(fence))
    if (isHabit) return
    this.#report('bandwidth', BANDWIDTH_SPIKE, 'client.bytes', flow, observation, table.limit, amount, { seconds: 60 })
  }

  #judgeVolume (kind: 'exfiltration' | 'upload', flow: IdentityFlow, observation: Observation): void {
    const isOut = kind === 'exfiltration'
    const fence = this.#norms[isOut ? 'received' : 'sent']
    const amount = isOut ? flow.received : flow.sent
    const ratio = ratioOf(flow)
    const { ratio: norm } = this.#norms
    const isOneSided = isOut ? 100 * ratio > norm.high : flow.sent > 2 * flow.received && 100 * ratio < norm.quantile(0.01)
    if (!isOneSided && amount < WHATEVER * fence.high) return
    if (this.#habits.covers(flow.key ^ HABIT[kind], amount)) return
    const shown = isOut ? ratio : flow.sent / Math.max(1, flow.received)
    this.#report(kind, isOut ? EXFILTRATION : UPLOAD, isOut ? 'client.received' : 'client.sent', flow, observation, fence.high, amount, { requests: flow.requests, minutes: this.#minutesOf(), ratio: round(shown) })
  }

  #judgePages (flow: IdentityFlow, observation: Observation): void {
    const amount = flow.pageCount
    if (amount < BREADTH * flow.requests || !(flow.rhythm.variation <= STEADY)) return
    if (this.#habits.covers(flow.key ^ HABIT.pages, amount)) return
    this.#report('pages', SCRAPING, 'client.pages', flow, observation, this.#norms.pages.high, amount, { requests: flow.requests, minutes: this.#minutesOf(), variation: round(flow.rhythm.variation) })
  }

  #report (kind: keyof typeof EPISODE, signal: typeof UPLOAD, field: string, flow: IdentityFlow, observation: Observation, expected: number, actual: number, evidence: Record<string, number>): void {
    flow.episode(EPISODE[kind]).report(signal, field, GRAVITY[kind], observation, subjectOf(observation), flow.since, Math.round(expected), Math.round(actual), evidence)
  }

  /** While the norm is young, what a sender does is not yet told from what all do: each window of it is an occasion (they close with some delay). */
  #apart (fence: SizeFence): number { return fence.n < YOUNG ? this.#settings.window / 2 : this.#settings.habitAfter }

  #minutesOf (): number { return Math.max(1, Math.round(this.#settings.window / MINUTE_MS)) }
}

/** Bytes received for each one sent, with what headers take. */
function ratioOf (flow: IdentityFlow): number { return flow.received / (flow.sent + ENVELOPE * flow.requests) }

function round (value: number): number { return Number(value.toPrecision(3)) }
