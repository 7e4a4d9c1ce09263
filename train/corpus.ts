import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Grammar } from './grammar'
import type { SeededRandom } from './random'
import { mash, scatter } from './slips'

/** One text of the corpus; `kind` is a class of injection, or where a benign text comes from. */
export interface Sample { text: string, kind: string, isAttack: boolean }

/** Classes of injections, the grammars of each, and their shares of the corpus. */
const ATTACKS: readonly (readonly [kind: string, grammar: string, share: number])[] = [
  ['sql', 'sql', 15], ['sql', 'dialects', 7], ['markup', 'markup', 10], ['markup', 'script', 8], ['shell', 'shell', 5], ['shell', 'commands', 6], ['traversal', 'traversal', 5],
  ['template', 'template', 5], ['template', 'code', 7], ['nosql', 'nosql', 4], ['ldap', 'ldap', 3], ['xml', 'xml', 5], ['lines', 'lines', 5], ['ssrf', 'ssrf', 6], ['jndi', 'jndi', 3], ['probe', 'probe', 1.5], ['graphql', 'graphql', 0.3]
]
const BENIGN: readonly (readonly [grammar: string, share: number])[] = [
  ['prose', 26], ['names', 5], ['maths', 6], ['code', 14], ['rich', 10], ['machine', 16], ['slips', 9], ['hard', 26], ['operations', 11], ['sources', 12], ['programs', 14], ['tongues', 5], ['pictures', 2]
]
/** Share of made-up words in benign texts that mean something in some language; fewer where the texts have their own. */
const KNOWN_WORDS = 0.2
const HARD_WORDS = 0.05
/** Share of lines written by hand, and of lines in other languages. */
const LINES = 5
const LANGUAGES = 5

/** Where corpora stand, whether run from the sources or from dist/. */
const FOLDER = __dirname.includes('dist') ? join(__dirname, '../../train') : __dirname

/** Lines of a corpus file, without comments. */
function lines (file: string): string[] {
  return readFileSync(join(FOLDER, file), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

/** Attacks as a client sends them: `count` of all classes together. */
export function attacks (random: SeededRandom, count: number): Sample[] {
  const benign = new Benign(random)
  const samples: Sample[] = []
  const total = ATTACKS.reduce((sum, [, , share]) => sum + share, 0)
  for (const [kind, file, share] of ATTACKS) {
    const grammar = new Grammar(join(FOLDER, `attacks/${file}.grammar`), 0.04)
    const wanted = Math.round(count * share / total)
    for (let i = 0; i < wanted; i++) {
      const text = disguise(random, kind, grammar.make(random), benign)
      if (text.trim().length > 1) samples.push({ text, kind, isAttack: true })
    }
  }
  return samples
}

/** Benign texts: `count` of all sources together. */
export function benign (random: SeededRandom, count: number): Sample[] {
  const source = new Benign(random)
  return Array.from({ length: count }, () => source.make())
}

/** The same as they were written, without slips of the finger and cuts: the wide benign corpus that the rate of false alarms is measured on. */
export function plainBenign (random: SeededRandom, count: number): Sample[] {
  const source = new Benign(random)
  return Array.from({ length: count }, () => ({ ...source.withBreaks(), isAttack: false }))
}

class Benign {
  readonly #random: SeededRandom
  readonly #languages = lines('benign/languages.txt').map((line) => line.slice(line.indexOf('\t') + 1))
  readonly #lines = lines('benign/lines.txt')
  readonly #grammars = BENIGN.map(([kind, weight]) => ({ kind, weight, grammar: new Grammar(join(FOLDER, `benign/${kind}.grammar`), kind === 'hard' ? HARD_WORDS : KNOWN_WORDS) }))
  readonly #total: number

  constructor (random: SeededRandom) {
    this.#random = random
    this.#total = this.#grammars.reduce((sum, { weight }) => sum + weight, 0) + LINES + LANGUAGES
  }

  make (): Sample {
    const random = this.#random
    const { text, kind } = this.withBreaks()
    const roll = random.next()
    if (roll > 0.985) return { text: mash(random), kind: 'mash', isAttack: false }
    if (roll > 0.9) return { text: scatter(random, text), kind, isAttack: false }
    if (roll < 0.08) return { text: text.toUpperCase(), kind, isAttack: false }
    if (roll < 0.11) return { text: encodeURIComponent(text.toWellFormed()), kind, isAttack: false }
    if (roll < 0.15) return { text: text.replaceAll(' ', '+'), kind, isAttack: false }
    if (roll < 0.17) return { text: JSON.stringify({ [this.plain().text.slice(0, 12)]: text }), kind, isAttack: false }
    if (roll < 0.27) return { text: Array.from({ length: 2 + random.below(12) }, () => this.plain().text).join(random.pick([' ', '\n', '. ', '\n\n', '\r\n', '\r\n\r\n'])), kind, isAttack: false }
    if (roll < 0.29) return { text: text.toLowerCase(), kind, isAttack: false }
    if (roll < 0.31) return { text: text.slice(0, 1 + random.below(text.length)), kind, isAttack: false }
    return { text, kind, isAttack: false }
  }

  /** Line breaks are those of a web form as often as those of a file. */
  withBreaks (): { text: string, kind: string } {
    const { text, kind } = this.plain()
    const way = this.#random.next()
    if (way < 0.3) return { text: text.replaceAll('\n', '\r\n'), kind }
    return way < 0.36 ? { text: text.replaceAll(' ', (space) => this.#random.chance(0.15) ? '\r\n' : space), kind } : { text, kind }
  }

  plain (): { text: string, kind: string } {
    const random = this.#random
    let at = random.next() * this.#total
    for (const { kind, weight, grammar } of this.#grammars) {
      if (at < weight) return { text: grammar.make(random), kind }
      at -= weight
    }
    if (at < LINES) return { text: random.pick(this.#lines).replaceAll('\\n', '\n'), kind: 'lines' }
    return { text: Array.from({ length: 1 + random.below(3) }, () => random.pick(this.#languages)).join(' '), kind: 'languages' }
  }
}

const SPACES = ['/**/', '/**/', '+', '%20', '\t', '\n', '%09', '%0a', '  ', '/*x*/', '\u00a0', '%a0', '/*!*/', '\r\n', '%0b']

/** What an attacker does to a text so that filters miss it, and what an application puts around it. */
function disguise (random: SeededRandom, kind: string, plain: string, benign: Benign): string {
  let text = plain
  const isSql = kind === 'sql'
  if (random.chance(isSql ? 0.3 : 0.12)) text = changeCase(random, text, kind)
  if (isSql && random.chance(0.14)) text = text.replaceAll(' ', random.pick(SPACES))
  else if (isSql && random.chance(0.05)) text = text.replaceAll(' ', '')
  else if (random.chance(0.03)) text = text.replaceAll(' ', '+')
  if (kind === 'markup' && random.chance(0.03)) text = text.replace(/[<>"'(]/g, (c) => `&#${c.charCodeAt(0)};`)
  if (random.chance(0.05)) text = encode(random, text)
  if (random.chance(0.02)) text = encode(random, text)
  if (random.chance(0.1)) text = `${benign.plain().text} ${text}`
  if (random.chance(0.06)) text = `${text} ${benign.plain().text}`
  if (random.chance(0.015)) text = JSON.stringify({ x: text })
  if (random.chance(0.02)) text = text.slice(0, Math.ceil(text.length * (0.6 + 0.4 * random.next())))
  return text
}

function changeCase (random: SeededRandom, text: string, kind: string): string {
  const way = random.next()
  if (way < 0.5) return text.toUpperCase()
  if (way < 0.6) return text.toLowerCase()
  if (kind === 'shell' || kind === 'traversal') return text
  return text.replace(/[a-z]/gi, (letter) => random.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase())
}

function encode (random: SeededRandom, text: string): string {
  const well = text.toWellFormed()
  return random.chance(0.5) ? encodeURIComponent(well) : well.replace(/[^a-zA-Z0-9]/g, (c) => encodeURIComponent(c).replace(/[!'()*~._-]/g, (d) => `%${d.charCodeAt(0).toString(16)}`))
}
