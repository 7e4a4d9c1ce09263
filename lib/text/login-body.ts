/** Names under which forms and APIs send a password, compared without case, `_` and `-`. */
const SECRETS: readonly string[] = ['password', 'passwd', 'pass', 'pwd', 'pw', 'passwort', 'kennwort', 'motdepasse', 'mdp', 'contrasena', 'contraseña', 'clave', 'senha', 'parola', 'haslo', 'wachtwoord', 'passphrase', 'passcode', 'pin', 'jpassword', 'userpassword', 'loginpassword', 'secret', 'clientsecret']
/** Those that mean nothing else as a part of a name, and what stands beside them where there are several in a form. */
const PLAIN_SECRETS: readonly string[] = ['password', 'passwd', 'passwort', 'kennwort', 'pwd', 'motdepasse', 'contrasena', 'contraseña', 'senha', 'wachtwoord', 'passphrase', 'passcode']
const WHICH: readonly string[] = ['new', 'neu', 'neues', 'nueva', 'nova', 'nouveau', 'nieuw', 'old', 'alt', 'altes', 'antigua', 'ancien', 'oud', 'current', 'aktuell', 'aktuelles', 'actual', 'atual', 'actuel', 'confirm', 'confirmed', 'confirmation', 'confirmar',
  'confirmacion', 'repeat', 'repeated', 'retype', 'again', 'verify', 'check', 'wiederholen', 'wiederholt', 'wiederholung', 'wdh', 'bestaetigen', 'bestaetigung', 'bestätigung', 'user', 'login', 'account', 'a', 'b']
/** Names under which they send a code that is good once: to guess it is to guess a password. `code` alone may be anything. */
const CODES: readonly string[] = ['otp', 'otpcode', 'totp', 'totpcode', 'onetimecode', 'onetimepassword', 'onetimepasscode', 'mfacode', 'mfatoken', '2facode', 'twofactorcode', 'twofactortoken', 'verificationcode', 'smscode', 'backupcode', 'recoverycode']
/** Names under which they send whose it is, the most telling first. */
const NAMES: readonly string[] = ['username', 'email', 'login', 'user', 'emailaddress', 'userid', 'loginid', 'account', 'phone', 'phonenumber', 'mobile', 'identifier', 'identity', 'handle', 'jusername', 'log', 'usr', 'uid', 'clientid', 'name']
/** Names of those that belong to an application. */
const OF_CLIENT: readonly string[] = ['clientid', 'clientsecret']
const MAX_FIELDS = 32
const MAX_NAME = 256

/** What a request to log in holds: whose account, where that can be told. */
export interface LoginCredentials { user: string | null }

/**
 * Reads credentials from a body, as an object of fields or with one object of them inside (`{ user: { email, password } }`): there
 * must be a field that is named like a password, or like a code that is good once, and holds a text. Looks at no more than 32 fields. `null` where there are none.
 * @param isLogin Whether it is known to be a login: then a user alone will do.
 */
export function credentialsIn (body: unknown, isLogin = false): LoginCredentials | null {
  if (typeof body !== 'object' || body === null) return null
  const own = readFields(body as Record<string, unknown>, isLogin)
  if (own !== null) return own
  let seen = 0
  for (const name in body) {
    if (++seen > MAX_FIELDS) break
    const inner = (body as Record<string, unknown>)[name]
    if (typeof inner !== 'object' || inner === null) continue
    const found = readFields(inner as Record<string, unknown>, isLogin)
    if (found !== null) return found
  }
  return null
}

/** Reads the user of HTTP Basic authentication (RFC 7617). `null` for other headers. */
export function credentialsInHeader (authorization: string | undefined): LoginCredentials | null {
  if (authorization === undefined || authorization.length > 4096 || authorization.slice(0, 6).toLowerCase() !== 'basic ') return null
  const text = Buffer.from(authorization.slice(6).trim(), 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? null : { user: loginName(text.slice(0, colon)) }
}

/** A user name as it is counted: case, surrounding space and compatible characters make no other user. `null` for none. */
export function loginName (name: unknown): string | null {
  if (typeof name !== 'string' && typeof name !== 'number') return null
  const text = String(name).slice(0, MAX_NAME).normalize('NFKC').trim().toLowerCase()
  return text === '' ? null : text
}

/** The field of a body, or of an object in it, that holds this user. */
export function fieldOfUser (body: unknown, user: string, depth = 1): string | null {
  if (typeof body !== 'object' || body === null) return null
  let seen = 0
  for (const name in body) {
    if (++seen > MAX_FIELDS) break
    const value = (body as Record<string, unknown>)[name]
    if (loginName(value) === user) return name
    const inner = depth > 0 ? fieldOfUser(value, user, depth - 1) : null
    if (inner !== null) return inner
  }
  return null
}

/** Whether a field bears a name under which passwords are sent, be it a new one, the old one or the one typed again (`new_password`, `passwortWiederholen`, `pwd2`). */
export function isSecretName (name: string): boolean {
  if (name.length > 32) return false
  const plain = plainName(name)
  if (SECRETS.includes(plain)) return true
  for (const secret of PLAIN_SECRETS) {
    const at = plain.indexOf(secret)
    if (at >= 0) return isWhich(plain.slice(0, at)) && isWhich(plain.slice(at + secret.length))
  }
  return false
}

/** Whether what stands beside a password's name says which one it is, or nothing. */
function isWhich (text: string): boolean { return text === '' || WHICH.includes(text) || (text.length === 1 && text >= '0' && text <= '9') }

/** Whether a field bears a name under which it is said whose account it is. */
export function isUserName (name: string): boolean { return name.length <= 32 && NAMES.includes(plainName(name)) }

function readFields (fields: Record<string, unknown>, isLogin: boolean): LoginCredentials | null {
  let hasSecret = false
  let best = NAMES.length
  let user: unknown = null
  let seen = 0
  const isExchange = asksForToken(fields)
  for (const name in fields) {
    if (++seen > MAX_FIELDS) break
    if (name.length > 32) continue
    const plain = plainName(name)
    const value = fields[name]
    if (isExchange && OF_CLIENT.includes(plain)) continue
    if (SECRETS.includes(plain) || CODES.includes(plain)) {
      if (typeof value === 'string' || typeof value === 'number') hasSecret = true
      continue
    }
    const rank = NAMES.indexOf(plain)
    if (rank < 0 || rank >= best || (typeof value !== 'string' && typeof value !== 'number')) continue
    best = rank
    user = value
  }
  return hasSecret || (isLogin && user !== null) ? { user: loginName(user) } : null
}

/** Whether a token is asked for by another one (RFC 6749: `refresh_token`, `authorization_code`, ...): then what names the client is the same for all its users. */
function asksForToken (fields: Record<string, unknown>): boolean {
  const grant = fields.grant_type
  return typeof grant === 'string' && grant !== 'client_credentials'
}

/** In lower case, without `_`, `-`, `.` and brackets (`user[email]` ends in `email`). */
function plainName (name: string): string {
  const open = name.lastIndexOf('[')
  const inner = open > 0 && name.endsWith(']') ? name.slice(open + 1, -1) : name
  return inner.toLowerCase().replace(/[_.-]/g, '')
}
