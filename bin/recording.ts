import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { entryFault, exchangeOf } from '../lib/har'
import type { Exchange, HarEntry } from '../lib/har'
import { Failure, reasonOf } from './failure'
import { readLines } from './line-reader'

const MAX_HAR_BYTES = 256 * 1024 * 1024
const GZIP = [0x1f, 0x8b]

/** Told of what is not an entry: where it stands (`file:line`), and why. */
export type OnSkipped = (place: string, reason: string) => void

/**
 * Reads recorded traffic one exchange after another: NDJSON line by line, so that memory does not grow with its length; HAR 1.2 whole,
 * up to 256 MB. Gzip is told by content, the format by the name (`.har`, `.json`, either with `.gz`, is HAR; anything else NDJSON).
 * Lines that are not entries are reported and passed over, blank lines passed over.
 *
 * @throws Failure Where the file cannot be read.
 */
export async function * readRecording (file: string, onSkipped: OnSkipped): AsyncGenerator<Exchange> {
  try {
    yield * /\.(?:har|json)(?:\.gz)?$/i.test(file) ? readHar(file, onSkipped) : readNdjson(file, onSkipped)
  } catch (error) {
    if (error instanceof Failure || !isReadingError(error)) throw error
    throw new Failure(`${file}: ${reasonOf(error)}`, { cause: error })
  }
}

async function * readNdjson (file: string, onSkipped: OnSkipped): AsyncGenerator<Exchange> {
  let number = 0
  for await (const lines of readLines(await bytesOf(file))) {
    for (const line of lines) {
      number++
      if (line?.trim() === '') continue
      const entry = line === null ? 'longer than 64 MiB' : parsed(line)
      if (typeof entry === 'string') onSkipped(`${file}:${number}`, entry)
      else yield exchangeOf(entry)
    }
  }
}

async function * readHar (file: string, onSkipped: OnSkipped): AsyncGenerator<Exchange> {
  const entries = entriesOf(await wholeText(file), file)
  for (const [index, entry] of entries.entries()) {
    const fault = entryFault(entry)
    if (fault === null) yield exchangeOf(entry as HarEntry)
    else onSkipped(`${file}: log.entries[${index}]`, fault)
    entries[index] = null
  }
}

function entriesOf (text: string, file: string): unknown[] {
  let har: unknown
  try {
    har = JSON.parse(text)
  } catch (error) {
    throw new Failure(`${file}: not JSON (${reasonOf(error)}); a file with one entry a line is to be called .ndjson`)
  }
  const entries = (har as { log?: { entries?: unknown } } | null)?.log?.entries
  if (Array.isArray(entries)) return entries
  throw new Failure(`${file}: not a HAR file, it has no log.entries`)
}

async function wholeText (file: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of await bytesOf(file)) {
    bytes += chunk.length
    if (bytes > MAX_HAR_BYTES) throw new Failure(`${file}: longer than 256 MB, which a .har file may not be: make it NDJSON, one entry a line (jq -c '.log.entries[]')`)
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** A line's entry, or why it is none. */
function parsed (line: string): HarEntry | string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return `not JSON (${reasonOf(error)})`
  }
  return entryFault(value) ?? value as HarEntry
}

/** The file's bytes, decompressed. */
export async function bytesOf (file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file)
  const head = Buffer.alloc(2)
  await handle.read(head, 0, 2, 0).finally(() => handle.close())
  const source = createReadStream(file, { highWaterMark: 1 << 18 })
  if (head[0] !== GZIP[0] || head[1] !== GZIP[1]) return source
  const plain = createGunzip({ chunkSize: 1 << 18 })
  source.on('error', (error) => plain.destroy(error))
  plain.on('close', () => source.destroy())
  return source.pipe(plain)
}

/** Errors of the file system and of zlib have a code. */
function isReadingError (error: unknown): boolean { return error instanceof Error && 'code' in error }
