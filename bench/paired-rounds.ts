import { LoadClient } from './load-client'
import { seededRandom } from './random'
import { RequestMix, wireFormat } from './request-mix'
import { ServerProcess } from './server-process'
import type { Variant } from './variants'

export interface RoundOptions {
  rounds: number
  /** Requests of one variant in one round. */
  requests: number
  /** Requests of each process before the first round. */
  warmUp: number
  connections: number
  /** Microseconds of silence between a reply and the next request. */
  pause: number
  /** Folder for CPU profiles of the server processes. */
  profile: string | undefined
}

/** CPU microseconds per request: one list per variant, one number per round. */
export type Rounds = Map<string, number[]>

const LEAD_IN = 25
const WARM_UP_CONNECTIONS = 8
const WARM_UP_SLICES = 5
const UNCOUNTED_ROUNDS = 3
const SEED = 20_251
const never = new Int32Array(new SharedArrayBuffer(4))

/**
 * One server process per variant, all alive at once; in each round every variant gets the same requests, one variant after the other,
 * forwards in even rounds and backwards in odd ones. So what the machine does meanwhile meets all variants alike, and variants are
 * compared within a round. Each turn starts with a few requests that are not counted: the caches belong to the previous one.
 *
 * @param pair Number of this set of processes: the order of the variants differs from set to set.
 */
export async function pairedRounds (variants: readonly Variant[], options: RoundOptions, pair: number): Promise<Rounds> {
  const turns: Turn[] = []
  try {
    for (const variant of shuffled(variants, SEED + pair)) turns.push(await start(variant, options))
    await warmUp(turns, options)
    const rounds = await measure(turns, options)
    for (const { variant, server } of turns) {
      for (const doubt of await server.doubts()) console.warn(`${variant.name}: ${doubt}`)
    }
    return rounds
  } finally {
    for (const { server, clients } of turns) {
      for (const client of clients) client.close()
      server.stop()
    }
  }
}

interface Turn {
  variant: Variant
  server: ServerProcess
  clients: LoadClient[]
}

async function start (variant: Variant, { connections, profile }: RoundOptions): Promise<Turn> {
  const server = await ServerProcess.start(variant.name, profile)
  return { variant, server, clients: await openClients(server.port, connections) }
}

/**
 * Ordinary traffic until code is compiled and baselines are active, to all in slices: a process that has lain idle for seconds gives
 * memory back and is 2 to 4 % dearer afterwards, so all have to be equally fresh. After the first slice all garbage is collected, several times: V8 forgets the
 * shape of Node's tick objects once no full collection has met one for a while, and never learns it again (each is then made by a call into the runtime, 2 to 3 us a request). That comes over every process sooner or later;
 * here it has to come over all of them.
 */
async function warmUp (turns: readonly Turn[], options: RoundOptions): Promise<void> {
  const slice = Math.ceil(options.warmUp / WARM_UP_SLICES)
  const mixes = turns.map(({ variant }) => new RequestMix(variant.routes, SEED))
  for (let count = 0; count < WARM_UP_SLICES; count++) {
    for (const [index, { server }] of turns.entries()) {
      const crowd = await openClients(server.port, WARM_UP_CONNECTIONS)
      await drive(crowd, mixes[index]!, slice, 0)
      for (const client of crowd) client.close()
      if (count === 0) await server.collect()
    }
  }
}

async function measure (turns: readonly Turn[], options: RoundOptions): Promise<Rounds> {
  const rounds: Rounds = new Map(turns.map(({ variant }) => [variant.name, []]))
  const backwards = [...turns].reverse()
  for (let round = -UNCOUNTED_ROUNDS; round < options.rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : backwards) {
      const cpu = await cpuPerRequest(turn, round, options)
      if (round >= 0) rounds.get(turn.variant.name)!.push(cpu)
    }
  }
  return rounds
}

async function cpuPerRequest ({ variant, server, clients }: Turn, round: number, { requests, pause }: RoundOptions): Promise<number> {
  const mix = new RequestMix(variant.routes, SEED + 100 + round)
  await drive(clients, mix, LEAD_IN, pause)
  const before = await server.cpuTime()
  await drive(clients, mix, requests, pause)
  return (await server.cpuTime() - before) / requests
}

function openClients (port: number, count: number): Promise<LoadClient[]> {
  return Promise.all(Array.from({ length: count }, () => LoadClient.open(port)))
}

function shuffled<T> (items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed)
  return items.map((item) => ({ item, rank: random() })).sort((a, b) => a.rank - b.rank).map(({ item }) => item)
}

/** Sends `count` requests, each connection its next one when it has its reply and the pause is over. */
async function drive (clients: readonly LoadClient[], mix: RequestMix, count: number, pause: number): Promise<void> {
  let left = count
  await Promise.all(clients.map(async function run (client) {
    while (left > 0) {
      left--
      const status = await client.send(wireFormat(mix.next()))
      if (status !== 200) throw new Error(`the server answered ${status}`)
      if (pause > 0) Atomics.wait(never, 0, 0, pause / 1000)
    }
  }))
}
