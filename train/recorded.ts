import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { parse } from 'fast-querystring'
import { InjectionText, Budget, SETTLED } from '../lib/detectors/injection-text'
import { InjectionWalk } from '../lib/detectors/injection-walk'
import type { TextPlace } from '../lib/detectors/text-place'
import { exchangeOf } from '../lib/har'
import type { Exchange, HarEntry } from '../lib/har'
import type { Observation } from '../lib/observation'
import { essenceOf, isUrlencoded } from '../lib/text/media-type'

/** What the model says of one recorded request. */
export interface Judged {
  /** Set that it belongs to, kind of attack (`benign` for none), and where its text stands. */
  set: string
  kind: string
  place: string
  isAttack: boolean
  /** Greatest log-odds of its texts. */
  logOdds: number
  /** Which text that is, and its field. */
  text: string
  field: string
  /** The text that was put there: the same in all places, but for percent-encoding in a header. */
  put: string
}

/** Fields that a payload set puts its texts in. */
const PUT = new Set(['query.q', 'body.text', 'form.message', 'header.x-context'])

function decoded (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** HAR entries, one a line, compressed or not. */
export async function * entriesOf (file: string): AsyncGenerator<HarEntry & { _dataset?: string, _placement?: string }> {
  const raw = createReadStream(file)
  const lines = createInterface({ input: file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw, crlfDelay: Infinity })
  for await (const line of lines) if (line !== '') yield JSON.parse(line) as HarEntry
}

/** Judges recorded requests by the model alone: nothing learned of any field. */
export class RecordedJudge {
  readonly #text = new InjectionText()
  readonly #budget = new Budget()
  readonly #walk = new InjectionWalk(1)

  judge (entry: HarEntry & { _dataset?: string, _placement?: string }): Judged {
    const observation = observationOf(exchangeOf(entry))
    const judged: Judged = { set: entry._dataset ?? '', kind: entry._attack ?? 'benign', place: entry._placement ?? 'request', isAttack: entry._label === 'attack', logOdds: SETTLED, text: '', field: '', put: '' }
    const visitor = {
      visit: (text: string, isName: boolean, place: TextPlace): boolean => {
        const field = place.field()
        if (!isName && PUT.has(field)) judged.put = text.includes('%') ? decoded(text) : text
        const logOdds = this.#text.logOdds(text, this.#budget)
        if (logOdds <= judged.logOdds) return false
        judged.logOdds = logOdds
        judged.text = text
        judged.field = `${field}${isName ? ' (name)' : ''}`
        return false
      }
    }
    this.#budget.start(262_144)
    this.#walk.arrival(observation, visitor, null)
    this.#budget.start(262_144)
    this.#walk.content(observation, visitor)
    return judged
  }
}

/** What of an observation texts are found in, as Fastify's parsers would give it. */
function observationOf (exchange: Exchange): Observation {
  const { target, rawHeaders, body } = exchange
  const mark = target.indexOf('?')
  const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type')
  const contentType = at < 0 ? null : rawHeaders[at + 1] as string
  return { url: target, rawHeaders, contentType, query: mark < 0 ? {} : parse(target.slice(mark + 1)), params: null, body: body === null ? null : bodyOf(body.toString('utf8'), contentType ?? ''), route: { matched: false } } as unknown as Observation
}

function bodyOf (text: string, contentType: string): unknown {
  if (isUrlencoded(contentType)) return parse(text)
  if (!essenceOf(contentType).endsWith('json')) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
