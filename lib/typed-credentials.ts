import type { Signal } from './signal'
import { isSecretName, isUserName } from './text/login-body'
import { DIGIT, LETTER, LOWER, SYMBOL, symbolMask, UPPER } from './text/value-shape'

/** Severity from which a deviation is more than a weak one. */
const MEDIUM = 4
/** Type of a field sent more than once: its number is none of characters, and nobody types that. */
const REPEATED = 'param_count_anomaly'
/** Fields of what was sent. */
const SENT = /^(?:body|form|query)\./
/** Longer ones are nothing that somebody types. */
const LONGEST_NAME = 64
const LONGEST_SECRET = 128

const OF_NAMES = DIGIT | LOWER | UPPER | LETTER | SYMBOL
const PUNCTUATION = symbolMask('-._+@')

/**
 * Whether a signal only says that somebody typed another user or another password than others did. On a login that is what everybody does, and
 * what is odd about it (wrong, too often, too many) is counted as logins, not as values: a password is never one of few, and
 * a user name is mostly new. What no name looks like (characters never seen, or far too long) stands, and so does all else about the body: its
 * members, their types, what reads as an injection. So does a user that has not the format which users here must have (an e-mail address): where people do
 * type something else, three of them make it known.
 * @param userField A field that is known to hold the user, whatever its name.
 */
export function isMerelyTyped ({ type, field, actual, severity }: Signal, userField: string | null): boolean {
  if (field === undefined || type === REPEATED || !SENT.test(field)) return false
  const name = field.slice(field.lastIndexOf('.') + 1)
  const isSecret = isSecretName(name)
  if (!isSecret && name !== userField && !isUserName(name)) return false
  if (typeof actual === 'number') return actual <= (isSecret ? LONGEST_SECRET : LONGEST_NAME)
  const { ingredients, length, parts, isEnforced } = (actual ?? {}) as { ingredients?: unknown, length?: unknown, parts?: readonly number[], isEnforced?: boolean }
  if (!Array.isArray(ingredients) || typeof length !== 'number') return false
  if (isSecret) return length <= LONGEST_SECRET
  if (isEnforced === true) return false
  return severity < MEDIUM || (length <= LONGEST_NAME && (!ingredients.includes('char') || isOfNames(parts)))
}

/** Whether the characters never seen are such as names and addresses have. */
function isOfNames (parts: readonly number[] | undefined): boolean {
  const [, kinds = -1, symbols = -1] = parts ?? []
  return (kinds & ~OF_NAMES) === 0 && (symbols & ~PUNCTUATION) === 0
}
