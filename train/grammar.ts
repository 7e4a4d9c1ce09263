import { readFileSync } from 'node:fs'
import { KNOWN_WORDS } from '../lib/text/injection-words'
import type { SeededRandom } from './random'

/** How deep productions may stand in each other; beyond it they become nothing. */
const MAX_DEPTH = 12

/**
 * Texts from a grammar file: `= name` begins a production, the lines below it, two spaces in, are its alternatives; `«name»` stands for another
 * production. Names that every grammar has: `«n»` a number up to 20, `«N»` one up to 9,999, `«w»` and `«W»` a word, `«hex»` hexadecimal digits, `«a-b»` a
 * number from a to b.
 */
export class Grammar {
  readonly #productions: ReadonlyMap<string, readonly string[]>

  readonly #knownShare: number

  /** @param knownShare Share of made-up words that are words of some language of injections: where nothing is meant by them, they mean nothing. */
  constructor (file: string, knownShare: number) {
    this.#knownShare = knownShare
    const productions = new Map<string, string[]>()
    let alternatives: string[] = []
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line.startsWith('= ')) {
        alternatives = []
        productions.set(line.slice(2), alternatives)
      } else if (line.startsWith('  ')) {
        alternatives.push(unescape(line.slice(2)))
      }
    }
    this.#productions = productions
  }

  make (random: SeededRandom, name = 'start', depth = 0): string {
    const alternatives = this.#productions.get(name)
    if (alternatives === undefined) return builtIn(random, name, this.#knownShare)
    if (depth > MAX_DEPTH) return ''
    return random.pick(alternatives).replace(/«([^»]+)»/g, (_, inner: string) => this.make(random, inner, depth + 1))
  }
}

/** `\\`, `\n`, `\r`, `\t`, `\uXXXX`. */
function unescape (text: string): string {
  return text.replace(/\\(u[0-9a-f]{4}|.)/g, (_, code: string) => code.startsWith('u')
    ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
    : code === 'n' ? '\n' : code === 'r' ? '\r' : code === 't' ? '\t' : code)
}

/** Words that nobody writes but to a shell or about a scanner. */
const TECHNICAL = new Set(`whoami uname ifconfig ipconfig netstat nslookup printenv chmod chown chgrp wget curl netcat telnet busybox systeminfo tasklist taskkill powershell
  certutil bitsadmin wmic mshta cscript wscript schtasks crontab systemctl socat mkfifo mknod traceroute lsof dmesg useradd adduser usermod getcap iptables vssadmin bcdedit icacls cacls
  takeown findstr nohup xxd sqlmap nikto nuclei acunetix nessus openvas wpscan dirbuster gobuster ffuf wfuzz zgrab masscan arachni netsparker jaeles morfeus zmeu metasploit meterpreter
  commix skipfish webshag feroxbuster whatweb randomblob zeroblob xmltype updatexml extractvalue outfile dumpfile`.split(/\s+/))

/** Known words that are words of English or of file and host names as well. */
const PLAIN_WORDS = KNOWN_WORDS.filter((word) => /^[a-z]{2,12}$/.test(word) && !/^on[a-z]{4}|script$/.test(word) && !TECHNICAL.has(word))
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

function builtIn (random: SeededRandom, name: string, knownShare: number): string {
  if (name === 'n') return String(random.below(21))
  if (name === 'N') return String(random.below(10_000))
  if (name === 'w' && random.chance(knownShare)) return random.pick(PLAIN_WORDS)
  if (name === 'W' && random.chance(knownShare)) return random.pick(PLAIN_WORDS).replace(/^./, (first) => first.toUpperCase())
  if (name === 'w') return word(random, 2 + random.below(7))
  if (name === 'W') return word(random, 4).replace(/^./, (first) => first.toUpperCase())
  if (name === 'hex') return Array.from({ length: 2 * (1 + random.below(10)) }, () => random.pick('0123456789abcdef')).join('')
  const range = /^(\d+)-(\d+)$/.exec(name)
  if (range !== null) return String(Number(range[1]) + random.below(Number(range[2]) - Number(range[1]) + 1))
  throw new RangeError(`no production is named '${name}'`)
}

function word (random: SeededRandom, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += random.pick(LETTERS)
  return text
}
