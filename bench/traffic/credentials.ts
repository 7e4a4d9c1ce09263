import { Random, hash32, uuidFrom } from './random'

/**
 * Credentials that carry their own proof, so that the example shop keeps no state: whether a session, token, key or password is good,
 * and whose it is, follows from its text. Fit for made-up traffic only.
 */

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Eight hexadecimal digits: the account that belongs to an e-mail address. */
export function userOf (email: string): string { return hex8(hash32(email.toLowerCase(), 7)) }

/** 32 hexadecimal digits: the account, a nonce, a check. */
export function makeSession (user: string, nonce: string): string {
  const body = user + (hex8(hash32(nonce, 3)) + hex8(hash32(nonce, 5)) + hex8(hash32(nonce, 11))).slice(0, 20)
  return body + hex8(hash32(body, 13)).slice(0, 4)
}

/** The session's account; '' when the session is not ours (made up, cut, expired). */
export function sessionUser (session: string): string {
  if (session.length !== 32) return ''
  return hex8(hash32(session.slice(0, 28), 13)).slice(0, 4) === session.slice(28) ? session.slice(0, 8) : ''
}

/** In the form of a JSON web token. `expired` ones are signed otherwise. */
export function makeBearer (user: string, nonce: string, expired = false): string {
  const payload = Buffer.from(`{"sub":"${user}","jti":"${hex8(hash32(nonce, 17))}","exp":${1_900_000_000 + hash32(nonce) % 90_000_000}}`).toString('base64url')
  return `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${payload}.${signature(payload, expired ? 1 : 0)}`
}

export function bearerUser (token: string): string {
  const [, payload = '', sign = ''] = token.split('.', 3)
  if (payload === '' || signature(payload, 0) !== sign) return ''
  return Buffer.from(payload, 'base64url').toString('latin1').slice(8, 16)
}

export function makeApiKey (partner: number): string {
  const body = hex8(hash32(`partner ${partner}`, 19)) + hex8(hash32(`partner ${partner}`, 23)) + hex8(hash32(`partner ${partner}`, 29))
  return `pk_live_${body}${hex8(hash32(body, 31))}`
}

export function isApiKey (key: string): boolean {
  return key.length === 40 && key.startsWith('pk_live_') && hex8(hash32(key.slice(8, 32), 31)) === key.slice(32)
}

/** One in 64 of all passwords would open an account: rare enough for those who guess. */
export function isPassword (email: string, password: string): boolean { return password !== '' && hash32(email.toLowerCase() + '\n' + password, 37) % 64 === 0 }

export function choosePassword (random: Random, email: string, words: readonly string[]): string {
  for (;;) {
    const password = random.chance(0.35) ? random.text('ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%&*+-./:=?@_', random.between(10, 22)) : wordy(random, words)
    if (isPassword(email, password)) return password
  }
}

function wordy (random: Random, words: readonly string[]): string {
  const word = random.pick(words)
  const capital = random.chance(0.6) ? word.charAt(0).toUpperCase() + word.slice(1) : word
  return `${capital}${random.pick(['', '', '-', '_', '.', '!', ' '])}${random.chance(0.3) ? random.pick(words) : ''}${random.between(1, 2020)}${random.pick(['', '', '', '!', '?', '#', '$'])}`
}

/** The orders of an account: one to six. */
export function orderIds (user: string): string[] {
  const random = new Random(`orders:${user}`)
  return Array.from({ length: random.between(1, 6) }, () => uuidFrom(random.hex(32)))
}

function signature (payload: string, salt: number): string {
  let out = ''
  for (let part = 0; out.length < 43; part++) {
    let hash = hash32(payload, 41 + salt * 100 + part)
    for (let i = 0; i < 5 && out.length < 43; i++, hash >>>= 6) out += base64url[hash & 63]
  }
  return out
}

function hex8 (hash: number): string { return (hash + 4294967296).toString(16).slice(1) }
