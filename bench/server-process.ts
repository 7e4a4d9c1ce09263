import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startPinned } from './pinning'

/** What is asked of the server process. */
export type ServerQuestion = 'cpu' | 'state' | 'collect'

/** What the server process says: its port first, its answers to questions afterwards. */
export interface ServerMessage {
  port?: number
  /** CPU microseconds used so far, by all threads. */
  cpu?: number
  /** Baselines that are not active, and events recorded; only where the collection is registered. */
  learning?: number
  events?: number
}

/** One variant's server in a process of its own, on the server's core. */
export class ServerProcess {
  readonly port: number
  readonly #process: ChildProcess

  private constructor (port: number, child: ChildProcess) {
    this.port = port
    this.#process = child
  }

  /** @param profile Folder for the process's CPU profile, if one is wanted. */
  static async start (variant: string, profile: string | undefined): Promise<ServerProcess> {
    const child = startPinned(join(__dirname, 'server.js'), [variant], ['--expose-gc', ...profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]])
    const { port = 0 } = await answerOf(child)
    return new ServerProcess(port, child)
  }

  /** Microseconds of CPU, user and system, that the process has used. */
  async cpuTime (): Promise<number> {
    const { cpu = NaN } = await this.#ask('cpu')
    return cpu
  }

  /** Collects all garbage. */
  async collect (): Promise<void> { await this.#ask('collect') }

  /** What makes its figures doubtful: baselines that judge nothing yet, or ordinary requests taken for anomalies. */
  async doubts (): Promise<string[]> {
    const { learning = 0, events = 0 } = await this.#ask('state')
    return [...learning > 0 ? [`${learning} baselines are still learning`] : [], ...events > 0 ? [`${events} events were recorded`] : []]
  }

  #ask (question: ServerQuestion): Promise<ServerMessage> {
    this.#process.send(question)
    return answerOf(this.#process)
  }

  /** The process ends of itself when it is let go, and so can write its profile. */
  stop (): void {
    this.#process.disconnect()
  }
}

/** @throws Error When the process ends instead. */
async function answerOf (child: ChildProcess): Promise<ServerMessage> {
  const ended = new AbortController()
  const onExit = (code: number | null): void => ended.abort(new Error(`the server process ended with code ${code}`))
  child.once('exit', onExit)
  const [message] = await once(child, 'message', { signal: ended.signal }) as [ServerMessage]
  child.off('exit', onExit)
  return message
}
