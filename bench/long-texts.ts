import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { seededRandom } from './random'

/** Texts of about 4 KB of one kind, no two alike. */
export interface LongTexts { kind: string, texts: string[] }

const LENGTH = 4096
/** Fastify's own files: code, Markdown and JSON as people write them, the same for everybody who installed the same version. */
const FASTIFY = dirname(require.resolve('fastify/package.json'))

const CONSONANTS = ['b', 'c', 'd', 'f', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'w', 'st', 'tr', 'ch', 'pl', 'th', 'sch']
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ea', 'ou', 'ie']
/** Words of ordinary sentences that mean something to some interpreter as well. */
const COMMON = ['the', 'a', 'of', 'to', 'and', 'or', 'in', 'is', 'on', 'from', 'by', 'not', 'all', 'with', 'select', 'order', 'update', 'where', 'table', 'like', 'this', 'new', 'if', 'when', 'for', 'I', 'you', 'it', 'that', 'was', 'at', 'find', 'more', 'group']
const ENDS = ['.', '.', '.', ',', ',', '?', '!', ';', ':', ' -', ' (twice)', '...', '\n', '.\r\n\r\n', ', "so to say",', ' 10%', ' £5.99', ' 3/4', ' O\'Brien', ' & sons']
const TAGS = ['p', 'li', 'td', 'strong', 'em', 'h2', 'span', 'div', 'blockquote', 'code']
const ENTITIES = ['&amp;', '&lt;', '&gt;', '&quot;', '&nbsp;', '&#39;', '&eacute;', '&#8211;', '&hellip;', '&copy;']
const COLUMNS = ['id', 'name', 'email', 'total', 'created_at', 'customer_id', 'price', 'status', 'country']
const ALPHABETS: Record<string, string> = {
  'prose, Russian': 'абвгдежзиклмнопрстуфхцчшыьэюя',
  'prose, Greek': 'αβγδεζηθικλμνξοπρστυφχψω',
  'prose, Arabic': 'ابتثجحخدذرزسشصضطظعغفقكلمنهوي',
  'prose, French': 'aaabcdeeeeéèêfghiiîjklmnoôpqrssttuuûvxyzç'
}

/** Draws texts; the same seed draws the same. */
class Writer {
  readonly random: () => number

  constructor (seed: number) { this.random = seededRandom(seed) }

  below (limit: number): number { return Math.floor(this.random() * limit) }

  pick<T> (list: readonly T[]): T { return list[this.below(list.length)] as T }

  /** A made-up word of one to four syllables; now and then with a digit, a capital or a low line. */
  word (): string {
    let word = ''
    for (let syllables = 1 + this.below(4); syllables > 0; syllables--) word += this.pick(CONSONANTS) + this.pick(VOWELS) + (this.random() < 0.4 ? this.pick(CONSONANTS) : '')
    return word
  }

  sentence (): string {
    const words = Array.from({ length: 4 + this.below(14) }, () => this.random() < 0.45 ? this.pick(COMMON) : this.word())
    return words.join(' ') + this.pick(ENDS)
  }

  name (): string {
    const roll = this.random()
    return roll < 0.4 ? this.word() : roll < 0.6 ? `${this.word()}_${this.word()}` : roll < 0.8 ? `${this.word()}${this.word().charAt(0).toUpperCase()}${this.word()}` : `${this.word().charAt(0)}${this.below(100)}`
  }

  json (depth: number): unknown {
    const roll = this.random()
    if (depth > 0 && roll < 0.3) return Object.fromEntries(Array.from({ length: 1 + this.below(6) }, () => [this.name(), this.json(depth - 1)]))
    if (depth > 0 && roll < 0.42) return Array.from({ length: this.below(6) }, () => this.json(depth - 1))
    if (roll < 0.65) return this.below(this.pick([2, 10, 1000, 1e9])) / this.pick([1, 1, 100])
    return roll < 0.72 ? null : roll < 0.8 ? this.random() < 0.5 : roll < 0.9 ? this.word() : roll < 0.95 ? new Date(1.7e12 + this.below(1e10)).toISOString() : this.sentence()
  }

  foreign (letters: string): string {
    return `${Array.from({ length: 4 + this.below(12) }, () => Array.from({ length: 1 + this.below(10) }, () => letters.charAt(this.below(letters.length))).join('')).join(' ')}${this.pick(ENDS)}`
  }

  html (): string {
    const tag = this.pick(TAGS)
    const attribute = this.random() < 0.3 ? ` class="${this.name()}"` : this.random() < 0.2 ? ` href="https://${this.word()}.example/${this.word()}?a=${this.below(99)}&amp;b=${this.below(9)}"` : ''
    return `<${tag}${attribute}>${this.sentence()} ${this.random() < 0.5 ? this.pick(ENTITIES) : ''}${this.word()}</${tag}>\n`
  }

  sql (): string {
    const column = (): string => this.pick(COLUMNS)
    const statement = this.pick([
      () => `SELECT ${column()}, COUNT(*) FROM ${this.word()} WHERE ${column()} = '${this.word()}' AND ${column()} > ${this.below(1000)} GROUP BY ${column()} ORDER BY 2 DESC LIMIT ${this.below(50)};`,
      () => `UPDATE ${this.word()} SET ${column()} = ${this.below(99)}.${this.below(99)} WHERE ${column()} IN (${this.below(9)}, ${this.below(99)}, ${this.below(999)});`,
      () => `INSERT INTO ${this.word()} (${column()}, ${column()}) VALUES ('${this.word()}', ${this.below(100)}); -- ${this.sentence()}`,
      () => `CREATE TABLE ${this.word()} (\n  id SERIAL PRIMARY KEY,\n  ${this.word()} VARCHAR(${this.below(255)}) NOT NULL,\n  ${this.word()} INTEGER REFERENCES ${this.word()}(id)\n);`
    ])()
    return `${this.sentence()}\n\n${statement}\n\n`
  }

  log (): string {
    return `${new Date(1.7e12 + this.below(1e10)).toISOString()} ${this.pick(['INFO', 'WARN', 'DEBUG', 'ERROR'])} [${this.word()}-${this.below(20)}] ${this.word()}.${this.word()}: ${this.sentence().trim()} took ${this.below(5000)}ms from 192.0.2.${this.below(255)}\n`
  }

  csv (): string {
    return `${this.below(1e6)};${this.word()};"${this.word()} ${this.word()}";${this.below(100)}.${this.below(100)};2026-0${1 + this.below(9)}-1${this.below(10)};${this.name()}@${this.word()}.example\n`
  }

  base64 (): string { return Buffer.from(Array.from({ length: 3072 }, () => this.below(256))).toString('base64') }
}

/** Pieces joined until the text is long enough, then cut. */
function longOf (piece: () => string): string {
  let text = ''
  while (text.length < LENGTH) text += piece()
  return text.slice(0, LENGTH).toWellFormed()
}

/** Files cut anywhere. */
function cutsOf (files: readonly string[], count: number, writer: Writer): string[] {
  const all = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  return Array.from({ length: count }, () => {
    const at = writer.below(all.length - LENGTH)
    return all.slice(at, at + LENGTH).toWellFormed()
  })
}

function filesIn (folder: string, ending: string): string[] {
  return readdirSync(join(FASTIFY, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending)).sort().map((file) => join(FASTIFY, folder, file))
}

/** `count` texts of each kind that people and programs put into a field, 4,096 characters each. */
export function longTexts (count: number, seed: number): LongTexts[] {
  const writer = new Writer(seed)
  const many = (piece: () => string): string[] => Array.from({ length: count }, () => longOf(piece))
  const prose = many(() => `${writer.sentence()} `)
  const json = many(() => JSON.stringify(writer.json(4)))
  return [
    { kind: 'prose', texts: prose },
    ...Object.entries(ALPHABETS).map(([kind, letters]) => ({ kind, texts: many(() => `${writer.foreign(letters)} `) })),
    { kind: 'prose, Japanese', texts: many(() => `${Array.from({ length: 4 + writer.below(20) }, () => String.fromCharCode(writer.random() < 0.6 ? 0x3041 + writer.below(80) : 0x4e00 + writer.below(6000))).join('')}${writer.pick(['。', '、', '！', 'です。', ' 2026年'])}`) },
    { kind: 'JSON', texts: json },
    { kind: 'JSON, indented', texts: many(() => JSON.stringify(writer.json(4), null, 2)) },
    { kind: 'JSON in JSON', texts: json.map((text) => JSON.stringify(text).slice(0, LENGTH)) },
    { kind: 'HTML with entities', texts: many(() => writer.html()) },
    { kind: 'HTML, all escaped', texts: many(() => writer.html().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')) },
    { kind: 'percent-encoded', texts: many(() => encodeURIComponent(writer.sentence())) },
    { kind: 'code', texts: cutsOf(filesIn('lib', '.js'), count, writer) },
    { kind: 'Markdown', texts: cutsOf(filesIn('docs', '.md'), count, writer) },
    { kind: 'SQL tutorial', texts: many(() => writer.sql()) },
    { kind: 'log lines', texts: many(() => writer.log()) },
    { kind: 'CSV', texts: many(() => writer.csv()) },
    { kind: 'base64', texts: Array.from({ length: count }, () => writer.base64()) },
    { kind: 'base64 in a data address', texts: Array.from({ length: count }, () => `data:image/png;base64,${writer.base64()}`.slice(0, LENGTH)) }
  ]
}
