/** What every version is written as, by what parts it, every list of languages, and every media type. */
const VERSION = '9.9'
const LOW_VERSION = '9_9'
const LANGUAGES = 'en-GB,en;q=0.8'
const MEDIA_TYPE = 'application/json'

/** A media type of a registered kind, with nothing but the parameters that bodies of requests have; each part ends where the next one's first character is none of its own. */
const PLAIN_TYPE = /^(?:application|audio|font|image|message|model|multipart|text|video)\/[a-z\d][a-z\d.+-]{0,63}(?:; ?charset="?[a-z\d-]{1,20}"?)?(?:; ?boundary="?[\w'()+,./:=?-]{1,70}"?)?$/i

/** Characters of a version, and versions of one user agent; what has more is left as it is. */
const LONGEST_VERSION = 24
const MOST_VERSIONS = 16
/** Languages of one list, and letters or digits of one subtag. */
const MOST_LANGUAGES = 12
const LONGEST_SUBTAG = 8

const COMMA = 0x2c
const HYPHEN = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const SEMICOLON = 0x3b
const SPACE = 0x20

/**
 * A user agent with each version in it (`128.0.0.0`, `5.0.0-alpha.14`, `17_6_1`) written as `9.9`, or `9_9` where `_` parts it: products and platforms tell clients apart, versions change
 * with every release, and so do their lengths and what they are made of. A version begins with a digit that follows neither letter nor digit, and has
 * letters, digits, `.`, `_`, `-` and `+` only, 24 characters at the most, of which one is a digit's neighbour at each end. Linear; makes one text.
 *
 * Source: RFC 9110, section 10.1.5.
 */
export function withoutVersions (agent: string): string {
  let made = ''
  let from = 0
  let versions = 0
  for (let i = 0; i < agent.length; i++) {
    if (!isDigit(agent.charCodeAt(i)) || (i > 0 && isAlphanumeric(agent.charCodeAt(i - 1)))) continue
    const end = versionEnd(agent, i)
    if (end - i > LONGEST_VERSION || ++versions > MOST_VERSIONS) return agent
    made += agent.slice(from, i) + (agent.lastIndexOf('_', end - 1) > i ? LOW_VERSION : VERSION)
    from = end
    i = end - 1
  }
  return from === 0 ? agent : made + agent.slice(from)
}

/**
 * One list for all lists of languages as `Accept-Language` has them (`de-CH,de;q=0.9,en;q=0.8`), up to 12 languages: which and how many a person
 * reads is his own affair. What is no such list comes back as it is. Linear; makes nothing.
 *
 * Source: RFC 9110, section 12.5.4; RFC 4647, section 2.1.
 */
export function withoutLanguages (list: string): string {
  let at = 0
  for (let languages = 0; languages < MOST_LANGUAGES; languages++) {
    at = weightEnd(list, rangeEnd(list, at))
    if (at < 0) return list
    if (at === list.length) return LANGUAGES
    if (list.charCodeAt(at) !== COMMA) return list
    at++
    if (list.charCodeAt(at) === SPACE) at++
  }
  return list
}

/**
 * One media type for all that are well-formed (`multipart/form-data; boundary=…`): which one a body has is its route's affair, which `content_type_mismatch` tells, and
 * the first upload, form or beacon of an application that otherwise takes JSON is nothing odd. What is more than that comes back as it is. Linear; makes nothing.
 *
 * Source: RFC 9110, section 8.3; RFC 2046, section 5.1.1; RFC 6838, section 4.2.
 */
export function withoutMediaType (type: string): string { return type.length <= 200 && PLAIN_TYPE.test(type) ? MEDIA_TYPE : type }

/** Past a version that begins at `from`. */
function versionEnd (text: string, from: number): number {
  let end = from + 1
  for (let i = end; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isAlphanumeric(code)) end = i + 1
    else if (code !== POINT && code !== 0x5f && code !== HYPHEN && code !== 0x2b) break
    else if (end !== i) break
  }
  return end
}

/** Past a language range (`de`, `zh-Hant-TW`) that begins at `from`; -1 where there is none. */
function rangeEnd (text: string, from: number): number {
  let length = 0
  for (let i = from; ; i++) {
    if (i < text.length && isAlphanumeric(text.charCodeAt(i)) && (i !== from || !isDigit(text.charCodeAt(i)))) {
      if (++length > LONGEST_SUBTAG) return -1
      continue
    }
    if (length === 0) return -1
    if (text.charCodeAt(i) !== HYPHEN) return i
    length = 0
  }
}

/** Past a weight (`;q=0.8`) where there is one at `at`; -1 where what follows is none. */
function weightEnd (text: string, at: number): number {
  if (at < 0 || text.charCodeAt(at) !== SEMICOLON) return at
  let i = at + 1
  if (text.charCodeAt(i) === SPACE) i++
  if (!text.startsWith('q=', i)) return -1
  i += 2
  const whole = text.charCodeAt(i) - ZERO
  if (whole !== 0 && whole !== 1) return -1
  if (text.charCodeAt(i + 1) !== POINT) return i + 1
  let end = i + 2
  while (end < i + 5 && isDigit(text.charCodeAt(end))) end++
  return end
}

function isDigit (code: number): boolean { return code >= ZERO && code < ZERO + 10 }

function isAlphanumeric (code: number): boolean {
  const lower = code | 32
  return isDigit(code) || (lower >= 97 && lower <= 122)
}
