import { makeAgent } from './agents'
import type { Agent } from './agents'
import { choosePassword, makeApiKey, makeBearer, makeSession, userOf } from './credentials'
import type { Pairs } from './entry'
import type { LocalePool, Pools } from './pools'
import { Weighted } from './random'
import type { Random } from './random'

export interface Person {
  firstName: string
  lastName: string
  email: string
  password: string
  street: string
  houseNumber: string
  postalCode: string
  city: string
  phone: string
  card: string
  cardExpiry: string
}

/** One installation of one program at one address, and whoever sits before it. */
export interface Client {
  agent: Agent
  ip: string
  pool: LocalePool
  person: Person
  /** The account, as credentials carry it. */
  user: string
  isMember: boolean
  /** Cookies in the order in which the browser sends them. */
  cookies: Pairs
  /** `Bearer …` or `Basic …`; '' for none. */
  authorization: string
  refreshToken: string
  /** Headers that the application's own client adds to each request. */
  own: Pairs
  /** Articles in the cart, by SKU. */
  cart: string[]
  /** Paths of files the browser holds copies of. */
  cached: Set<string>
}

const browserShares = new Weighted([['chrome', 30], ['chrome-android', 24], ['safari-ios', 20], ['firefox', 11], ['edge', 8], ['safari', 7]] as const)

export function drawBrowser (random: Random): string { return browserShares.draw(random) }

/** A new client of a program family, with a person of a drawn locale before it. */
export function makeClient (random: Random, pools: Pools, family: string): Client {
  const pool = pools.draw(random)
  const agent = makeAgent(random, family, pool.tag)
  const person = makePerson(random, pools, pool)
  const user = userOf(person.email)
  const client: Client = { agent, ip: address(random), pool, person, user, isMember: random.chance(family.startsWith('app-') ? 0.85 : 0.6), cookies: [], authorization: '', refreshToken: '', own: [], cart: [], cached: new Set() }
  if (agent.isForm) client.cookies = browserCookies(random, pool)
  if (family.startsWith('app-')) {
    const device = random.uuid()
    client.own = [['X-App-Version', random.pick(['5.3.1', '5.3.1', '5.3.0', '5.2.8'])], ['X-Device-Id', family === 'app-ios' ? device.toUpperCase() : device]]
  }
  if (family.startsWith('sdk-')) client.own = [['X-Api-Key', makeApiKey(random.int(40))]]
  return client
}

export function signIn (client: Client, nonce: string): void {
  client.cookies = client.cookies.filter(([name]) => name !== 'sid')
  client.cookies.push(['sid', makeSession(client.user, nonce)])
}

export function signOut (client: Client): void {
  client.cookies = client.cookies.filter(([name]) => name !== 'sid')
}

export function takeTokens (client: Client, nonce: string): void {
  client.authorization = `Bearer ${makeBearer(client.user, nonce)}`
  client.refreshToken = makeSession(client.user, 'refresh ' + nonce)
}

export function isSignedIn (client: Client): boolean {
  return client.authorization !== '' || client.cookies.some(([name]) => name === 'sid')
}

export function makePerson (random: Random, pools: Pools, pool: LocalePool): Person {
  const firstName = random.skewed(pool.firstNames, 1.3)
  const lastName = random.skewed(pool.lastNames, 1.3)
  const email = pools.email(random, pool, firstName, lastName)
  return {
    firstName,
    lastName,
    email,
    password: choosePassword(random, email, pool.nouns),
    street: random.pick(pool.streets),
    houseNumber: random.pick(pool.houseNumbers),
    postalCode: random.pick(pool.postalCodes),
    city: random.pick(pool.cities),
    phone: random.pick(pool.phones),
    card: cardNumber(random),
    cardExpiry: `${String(random.between(1, 12)).padStart(2, '0')}/${random.between(25, 31)}`
  }
}

/** 15 or 16 digits with a right check digit, some with a blank after each four. */
export function cardNumber (random: Random): string {
  const amex = random.chance(0.08)
  const start = (amex ? random.pick(['34', '37']) : random.pick(['4', '4', '51', '52', '55'])) + random.digits(14)
  const body = start.slice(0, amex ? 14 : 15)
  let sum = 0
  for (let i = 0; i < body.length; i++) {
    const digit = body.charCodeAt(body.length - 1 - i) - 48
    sum += i % 2 === 1 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  const digits = body + String((10 - sum % 10) % 10)
  return !amex && random.chance(0.12) ? digits.replace(/(\d{4})(?=\d)/g, '$1 ') : digits
}

export function address (random: Random): string {
  if (random.chance(0.22)) return `2a0${random.hex(1)}:${hextet(random)}:${hextet(random)}:${hextet(random)}::${hextet(random)}`
  return `${random.pick([24, 31, 46, 62, 71, 77, 80, 84, 85, 89, 91, 93, 95, 109, 151, 176, 178, 187, 188, 201, 212, 217])}.${random.int(256)}.${random.int(256)}.${random.between(1, 254)}`
}

function hextet (random: Random): string { return random.between(1, 65_535).toString(16) }

function browserCookies (random: Random, pool: LocalePool): Pairs {
  const cookies: Pairs = [['vid', random.uuid()]]
  if (random.chance(0.85)) cookies.push(['consent', random.pick(['all', 'all', 'necessary', 'necessary.statistics'])])
  if (random.chance(0.6)) cookies.push(['_ga', `GA1.1.${random.between(100_000_000, 2_147_483_647)}.${random.between(1_690_000_000, 1_731_000_000)}`])
  if (random.chance(0.4)) cookies.push(['locale', pool.tag])
  cookies.push(['cart', random.base64url(22)])
  return cookies
}
