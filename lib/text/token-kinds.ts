import { MEANING_NAMES } from './injection-words'

/** Kinds of tokens: the symbols of ASCII twice (without and with space before), what follows here, then the meanings of words. */
const NAMES = [
  'start', 'end', 'word', 'letter', 'name', 'long', 'foreign', 'id', 'zero-one', 'digit', 'number', 'decimal', 'hex', 'version', 'address', 'loopback', 'private', 'link-local',
  'quote-in', 'quote-open', 'quote-close', 'quote-free', 'double-in', 'double-open', 'double-close', 'double-free',
  '--', '---', '||', '&&', '==', '!=', '<>', '<=', '>=', ':=', '/*', '*/', '/*!', '</', '<!', '<!--', '-->', '<?', '?>', '/>', '<%', '%>',
  '${', '#{', '{{', '}}', '{%', '%}', '$(', '@@', '*{', '../', '..\\', '...', '//', '://', '::', '=>', '->', '\\\\', '()', ')(', '*)', '(|', '(&', '(*', '>>', '<<', '++',
  'newline', 'break', 'control', 'sign', 'handler-like', 'escape', '~{', '@{', '!!', '|;', '[[', ']]', '=-', '<-', '.[', '.(', '?.', '`', '#!', '??', ';;', '<(', '>&', '0.', '$word'
] as const

type Name = typeof NAMES[number]

/** The symbols of ASCII, in the order of their kinds: twice the place, and one more where space comes before. */
export const SYMBOLS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

const FIRST_NAME = 2 * SYMBOLS.length
/** First number of the kinds that are meanings of words. */
export const FIRST_MEANING = FIRST_NAME + NAMES.length
/** Number of kinds; each fits a byte. */
export const KINDS = FIRST_MEANING + MEANING_NAMES.length

/** Number of a kind by its name, of a meaning by its name, or of a symbol. @throws RangeError Where there is no such kind. */
export function kindNamed (name: string): number {
  if (SYMBOLS.includes(name) && name.length === 1 && name !== '`') return SYMBOLS.indexOf(name) * 2
  const at = NAMES.indexOf(name as Name)
  if (at >= 0) return FIRST_NAME + at
  const meaning = MEANING_NAMES.indexOf(name)
  if (meaning < 0) throw new RangeError(`no kind of token is named '${name}'`)
  return FIRST_MEANING + meaning
}

/** Name of a kind, for people. */
export function nameOfKind (kind: number): string {
  if (kind < FIRST_NAME) return SYMBOLS.charAt(kind >> 1)
  if (kind < FIRST_MEANING) return NAMES[kind - FIRST_NAME] as string
  return MEANING_NAMES[kind - FIRST_MEANING] as string
}

/** Names of the symbols that consist of two or three characters. */
export const LONGER_SYMBOLS: readonly string[] = NAMES.filter((name) => name.length > 1 && !/[a-z0]/.test(name))
