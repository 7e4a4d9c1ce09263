import { CAPACITY } from './injection-tokens'
import type { TokenScanner } from './injection-tokens'
import { COMMENTED, SPACED } from './token'
import { FIRST_MEANING, kindNamed, nameOfKind } from './token-kinds'

/**
 * The pattern classes that SQL injection detectors have named ever since, found in tokens instead of letters, so that comments, tabs, case and
 * encoding make no difference. They explain a finding; whether there is one is the model's business.
 */
export const PATTERNS = ['classic_or_payload', 'union_select', 'comment_escape', 'stacked_queries', 'time_based_blind', 'information_schema_probe'] as const

const kind = kindNamed
const OR = new Set([kind('or'), kind('and'), kind('xor'), kind('||'), kind('&&')])
const QUOTES = new Set(['quote-in', 'quote-open', 'quote-close', 'quote-free', 'double-in', 'double-open', 'double-close', 'double-free'].map(kind))
const COMPARISONS = new Set([kind('='), kind('=') + SPACED, kind('<'), kind('<') + SPACED, kind('>'), kind('>') + SPACED, ...['==', '!=', '<>', '<=', '>=', 'like', 'is', 'between', 'in'].map(kind)])
const VALUES = new Set(['zero-one', 'digit', 'number', 'decimal', 'hex', 'bool', 'null', 'word', 'letter', 'name', 'id'].map(kind))
const STATEMENTS = new Set(['select', 'write', 'define', 'execute', 'values'].map(kind))
/** What a statement goes on with, where a sentence goes on with a word. */
const SKIPPED = new Set([kind('('), kind('(') + SPACED, kind(')'), kind(')') + SPACED, kind('not'), kind('-'), kind('-') + SPACED, kind('+'), kind('+') + SPACED, kind('~'), kind('!'), kind('*/'), kind('newline'), kind('break')])
const UNION = kind('union')
const SELECT = kind('select')
const ALL = kind('all')
const DELAY = kind('delay')
const CATALOGUE = kind('catalogue')
const SEMICOLON = kind(';')
const HASH = kind('#')
const DASHES = kind('--')
const RULE = kind('---')
const PARENTHESIS = kind('(')
const OPEN_COMMENT = kind('/*')
const LIVE = kind('/*!')
const PROSE = new Set(['word', 'letter', 'foreign'].map(kind))

/** Names of the patterns in the tokens of a scanner's last call, each once. */
export function patternsIn (scanner: TokenScanner): string[] {
  const found = new Set<string>()
  const { kinds, count } = scanner
  for (let i = 0; i < count; i++) {
    const here = kinds[i] as number
    if (OR.has(here) && isTautology(scanner, i + 1)) found.add('classic_or_payload')
    else if (here === UNION && isFollowedBySelect(kinds, i + 1, count)) found.add('union_select')
    else if (QUOTES.has(here) && isCommentAfter(scanner, i + 1)) found.add('comment_escape')
    else if ((here | SPACED) === (SEMICOLON | SPACED) && isStatement(scanner, i + 1)) found.add('stacked_queries')
    else if (here === DELAY && (((kinds[i + 1] as number) | SPACED) === (PARENTHESIS | SPACED) || kinds[i + 1] === DELAY)) found.add('time_based_blind')
    else if (here === CATALOGUE) found.add('information_schema_probe')
  }
  return PATTERNS.filter((name) => found.has(name))
}

/** A comparison of two values, or one constant, after quotes, brackets and signs. */
function isTautology ({ kinds, count }: TokenScanner, from: number): boolean {
  let at = from
  let quotes = 0
  while (at < count && at < from + 4 && (QUOTES.has(kinds[at] as number) || SKIPPED.has(kinds[at] as number))) if (QUOTES.has(kinds[at++] as number)) quotes++
  if (COMPARISONS.has(kinds[at] as number)) return quotes > 0
  const value = kinds[at] as number
  if (!VALUES.has(value) && value < FIRST_MEANING) return false
  if (nameOfKind(value) === 'bool') return true
  for (at++; at < count && at < from + 8 && (QUOTES.has(kinds[at] as number) || SKIPPED.has(kinds[at] as number)); at++);
  return COMPARISONS.has(kinds[at] as number) && !PROSE.has(value)
    ? true
    : COMPARISONS.has(kinds[at] as number) && quotes > 0
}

function isFollowedBySelect (kinds: Uint8Array, from: number, count: number): boolean {
  for (let at = from; at < count && at < from + 4; at++) {
    if (kinds[at] === SELECT) return true
    if (kinds[at] !== ALL && kinds[at] !== LIVE && !SKIPPED.has(kinds[at] as number)) return false
  }
  return false
}

function isCommentAfter ({ kinds, flags, count }: TokenScanner, from: number): boolean {
  if (from >= count) return false
  let at = from
  if (((kinds[at] as number) | SPACED) === (SEMICOLON | SPACED)) at++
  const next = kinds[at] as number
  if (next === DASHES || next === RULE || next === OPEN_COMMENT || next === LIVE) return true
  if (((flags[at] as number) & COMMENTED) !== 0) return true
  return next === HASH && at === from
}

/** A statement that goes on as one: after `select`, `drop` and their like another keyword, a sign or a number, not a mere word. */
function isStatement ({ kinds, count }: TokenScanner, from: number): boolean {
  let at = from
  while (at < count && at < from + 3 && SKIPPED.has(kinds[at] as number)) at++
  const first = kinds[at] as number
  if (first === kind('delay') || first === kind('procedure')) return true
  if (!STATEMENTS.has(first)) return false
  const next = kinds[at + 1] as number
  return next >= FIRST_MEANING || !PROSE.has(next)
}

if (CAPACITY < 64) throw new RangeError('too few tokens for a pattern')
