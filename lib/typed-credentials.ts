import type { Signal } from './signal'
import { isSecretName, isUserName } from './text/login-body'
import { CONTROL, DIGIT, LETTER, LOWER, SYMBOL, symbolMask, UPPER } from './text/value-shape'

/** Severity from which a deviation is more than a weak one. */
const MEDIUM = 4
/** Type of a field sent more than once: its number is none of characters, and nobody types that. */
const REPEATED = 'param_count_anomaly'
/** Fields of what was sent. */
const SENT = /^(?:body|form|query)\./
/** Severity of a value in which an ingredient was found that flags alone. */
const STRONG = 6
/** Longer ones are nothing that somebody types. */
const LONGEST_NAME = 64
const LONGEST_SECRET = 128

const OF_NAMES = DIGIT | LOWER | UPPER | LETTER | SYMBOL
const PUNCTUATION = symbolMask('-._+@')

/** What is known of the route that a signal is about. */
export interface LoginKnowledge {
  /** Whether it is known to be a login. */
  readonly isLogin: boolean
  /** A field that is known to hold the user, whatever its name. */
  readonly userField: string | null
}

/**
 * Whether a signal only says that somebody typed another user or another password than others did.
 *
 * On a login that is what everybody does, and what is odd about it (wrong, too often, too many) is counted as logins, not as values: a password is never one of few, and
 * a user name is mostly new. What no name looks like stands (characters never seen, a symbol that all have in one number, such as the `@` of addresses, in
 * another; far too long), and so does all else about the body: its members, their types, what reads as an injection. So does a user that has not the format
 * which users here must have (an e-mail address): where people do type something else, three of them make it known.
 *
 * Elsewhere passwords are chosen (who registers, who changes one): which characters one has, and where, is up to its owner. Control characters stand, letters where all
 * others are numbers (a PIN), what is far too long, and what reads as an injection.
 */
export function isMerelyTyped (signal: Signal, { isLogin, userField }: LoginKnowledge): boolean {
  const { type, field, actual } = signal
  if (field === undefined || type === REPEATED || !SENT.test(field)) return false
  const name = field.slice(field.lastIndexOf('.') + 1)
  const isSecret = isSecretName(name)
  if (!isSecret && !(isLogin && (name === userField || isUserName(name)))) return false
  if (typeof actual === 'number') return actual <= (isSecret ? LONGEST_SECRET : LONGEST_NAME)
  const text = (actual ?? {}) as Partial<TextFound>
  if (!Array.isArray(text.ingredients) || typeof text.length !== 'number') return false
  if (!isSecret) return isAName(text as TextFound, signal.severity)
  return text.length <= LONGEST_SECRET && (isLogin || isChosen(text as TextFound))
}

/** What a signal says of a text. */
interface TextFound { ingredients: readonly string[], length: number, parts?: readonly number[], isEnforced?: boolean }

function isChosen ({ ingredients, parts }: TextFound): boolean { return !ingredients.includes('numeric') && ((parts?.[1] ?? 0) & CONTROL) === 0 }

function isAName ({ ingredients, length, parts, isEnforced }: TextFound, severity: number): boolean {
  if (isEnforced === true) return false
  if (severity < MEDIUM) return true
  if (length > LONGEST_NAME || (severity >= STRONG && ingredients.includes('symbol-count'))) return false
  return !ingredients.includes('char') || isOfNames(parts)
}

/** Whether the characters never seen are such as names and addresses have. */
function isOfNames (parts: readonly number[] | undefined): boolean {
  const [, kinds = -1, symbols = -1] = parts ?? []
  return (kinds & ~OF_NAMES) === 0 && (symbols & ~PUNCTUATION) === 0
}
