import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { Failure, reasonOf } from './failure'

/** Writes one JSON object a line, and holds the writer back where the disk is slower. */
export class VerdictFile {
  readonly #file: string
  readonly #stream: WriteStream
  #failure: Failure | null = null

  private constructor (file: string, stream: WriteStream) {
    this.#file = file
    this.#stream = stream
    stream.on('error', (error) => { this.#failure = this.#failureOf(error) })
  }

  /** @throws Failure Where the file cannot be written. */
  static async open (file: string): Promise<VerdictFile> {
    const stream = createWriteStream(file)
    try {
      await once(stream, 'open')
    } catch (error) {
      throw new Failure(`${file}: ${reasonOf(error)}`)
    }
    return new VerdictFile(file, stream)
  }

  /** @returns What to wait for, `undefined` where there is nothing. */
  write (verdict: object): Promise<unknown> | undefined {
    if (this.#failure !== null) throw this.#failure
    if (this.#stream.write(`${JSON.stringify(verdict)}\n`)) return undefined
    return once(this.#stream, 'drain')
  }

  async close (): Promise<void> {
    this.#stream.end()
    try {
      await finished(this.#stream)
    } catch (error) {
      throw this.#failureOf(error)
    }
  }

  #failureOf (error: unknown): Failure { return new Failure(`${this.#file}: ${reasonOf(error)}`) }
}
