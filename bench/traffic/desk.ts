import { bodyChanges } from './body-attacks'
import type { TrafficEntry } from './entry'
import { Pools } from './pools'
import type { LocalePool as Pool } from './pools'
import { prose } from './prose'
import { Random } from './random'

type Json = Record<string, unknown>
interface Route { method: string, url: string, path: (random: Random) => string, body: (maker: Maker) => unknown, reply: (maker: Maker, body: unknown) => unknown }

/** What bodies are made from. */
interface Maker { random: Random, pool: Pool, person: Person, count: number }
interface Person { id: string, name: string, email: string, phone: string, note: boolean }

const start = 1_772_438_400_000
const optional = (random: Random, share: number, part: () => Json): Json => random.chance(share) ? part() : {}
const when = (random: Random, count: number): string => new Date(start + count * 60_000 + random.int(90 * 86_400_000)).toISOString()
const day = (random: Random): string => when(random, 0).slice(0, 10)
const sentence = ({ random, pool, person }: Maker, sentences: number): string => prose(random, pool, sentences, person.name, random.pick(pool.nouns))

/** Routes of a service desk that rents rooms and devices: nested, of variants, with maps, nulls, rare members, numbers that grow. */
export const deskRoutes: readonly Route[] = [
  {
    method: 'POST',
    url: '/v2/bookings',
    path: () => '/v2/bookings',
    body: ({ random, pool, person, count }) => ({
      room: { id: random.between(100, 340), floor: random.between(-1, 6) },
      from: when(random, count),
      minutes: random.pick([30, 30, 45, 60, 60, 90, 120, 240]),
      guests: Array.from({ length: Math.min(40, Math.ceil(random.logNormal(2, 0.7))) }, () => ({ name: `${random.pick(pool.firstNames)} ${random.pick(pool.lastNames)}`, email: random.chance(0.8) ? person.email : null, ...optional(random, 0.02, () => ({ diet: random.pick(['vegan', 'kosher', 'none']) })) })),
      recurrence: random.chance(0.12) ? { every: random.pick(['day', 'week', 'month']), until: day(random) } : null,
      ...optional(random, 0.3, () => ({ title: sentence({ random, pool, person, count }, 1).slice(0, 80) })),
      ...optional(random, 0.004, () => ({ costCentre: `C${random.digits(4)}` }))
    }),
    reply: ({ random, count }) => ({ id: count, state: random.pick(['held', 'confirmed']), price: Math.round(random.logNormal(40, 0.6) * 100) / 100, expiresAt: when(random, count) })
  },
  {
    method: 'POST',
    url: '/v2/tickets',
    path: () => '/v2/tickets',
    body: (maker) => {
      const { random } = maker
      return {
        subject: sentence(maker, 1).slice(0, 120),
        text: sentence(maker, Math.ceil(random.logNormal(3, 0.7))),
        priority: random.skewed([3, 2, 4, 1, 5], 1.3),
        tags: Array.from({ length: random.int(5) }, () => random.pick(['network', 'printer', 'access', 'laptop', 'phone', 'other', 'projector', 'mail', 'vpn', 'noise'])),
        device: random.chance(0.5) ? { serial: `SN${random.text('ABCDEFGHJKLMNPQRSTUVWXYZ0123456789', 10)}`, model: random.pick(['T14', 'X1', 'M2 Air', 'XPS 13', 'Pixel 9']) } : null,
        ...optional(random, 0.05, () => ({ attachments: Array.from({ length: random.between(1, 3) }, () => ({ url: `https://files.example.net/${random.hex(24)}`, bytes: Math.round(random.logNormal(200_000, 1.2)), sha256: random.hex(64) })) })),
        ...optional(random, 0.01, () => ({ onBehalfOf: maker.person.id }))
      }
    },
    reply: ({ count, random }) => ({ ticket: { number: 5000 + count, opened: when(random, count), url: `https://desk.example.net/t/${5000 + count}` } })
  },
  {
    method: 'PUT',
    url: '/v2/people/:id/settings',
    path: (random) => `/v2/people/${random.hex(24)}/settings`,
    body: ({ random, pool, person }) => ({
      locale: pool.tag,
      timezone: random.pick(['Europe/Berlin', 'Europe/Paris', 'America/New_York', 'Asia/Tokyo', 'Europe/Warsaw']),
      displayName: person.name,
      phone: random.chance(0.6) ? person.phone : null,
      theme: random.pick(['light', 'dark', 'system']),
      notifications: { mail: random.chance(0.7), push: random.chance(0.4), digest: random.pick(['never', 'daily', 'weekly']) },
      shortcuts: Object.fromEntries(Array.from({ length: random.int(6) }, () => [random.text('abcdefghijklmnopqrstuvwxyz', random.between(3, 12)), random.between(1, 900)])),
      ...optional(random, 0.02, () => ({ signature: sentence({ random, pool, person, count: 0 }, 2) }))
    }),
    reply: () => ({ saved: true })
  },
  {
    method: 'POST',
    url: '/v2/payments',
    path: () => '/v2/payments',
    body: ({ random, person, count }) => {
      const method = random.pick(['card', 'card', 'iban', 'voucher'])
      const variants: Record<string, Json> = {
        card: { type: 'card', token: `tok_${random.base64url(22)}`, last4: random.digits(4) },
        iban: { type: 'iban', iban: `DE${random.digits(20)}`, holder: person.name },
        voucher: { type: 'voucher', code: random.text('ABCDEFGHJKMNPQRSTUVWXYZ23456789', 12) }
      }
      return { amount: Math.round(random.logNormal(4500, 1)), currency: random.skewed(['EUR', 'CHF', 'GBP', 'USD'], 2), method: variants[method], booking: count, idempotencyKey: random.uuid(), createdAt: start + count * 60_000 + random.int(5000) }
    },
    reply: ({ random, count }) => ({ id: random.uuid(), status: random.skewed(['succeeded', 'pending', 'failed'], 3), receipt: random.chance(0.9) ? `R-${100_000 + count}` : null })
  },
  {
    method: 'POST',
    url: '/v2/telemetry',
    path: () => '/v2/telemetry',
    body: ({ random, count }) => Array.from({ length: random.between(1, 20) }, (_, i) => ({
      sensor: `s-${random.between(1, 400)}`, at: start + count * 1000 + i, values: { temperature: Math.round(random.normal() * 60 + 200) / 10, humidity: random.int(101), ...optional(random, 0.1, () => ({ co2: random.between(380, 2200) })) }, ok: random.chance(0.97)
    })),
    reply: (_, body) => ({ accepted: (body as unknown[]).length })
  },
  {
    method: 'POST',
    url: '/v2/stock/counts',
    path: () => '/v2/stock/counts',
    body: ({ random, person }) => ({ site: random.pick(['north', 'harbour', 'old-town']), by: person.id, counts: Object.fromEntries(Array.from({ length: random.between(1, 30) }, () => [`${random.text('ABCDEFGH', 3)}-${random.digits(5)}`, random.chance(0.05) ? null : random.int(500)])) }),
    reply: ({ random }) => ({ differences: Array.from({ length: random.int(4) }, () => ({ sku: `${random.text('ABCDEFGH', 3)}-${random.digits(5)}`, by: random.between(-9, 9) })) })
  },
  {
    method: 'PATCH',
    url: '/v2/rooms/:id',
    path: (random) => `/v2/rooms/${random.between(100, 340)}`,
    body: (maker) => {
      const { random } = maker
      const all: Json = { name: `${random.pick(maker.pool.nouns)} ${random.between(1, 40)}`, capacity: random.between(2, 60), equipment: random.shuffled(['beamer', 'whiteboard', 'phone', 'camera', 'piano']).slice(0, random.int(4)), closedUntil: random.chance(0.5) ? day(random) : null, area: Math.round(random.logNormal(30, 0.4) * 10) / 10, remark: sentence(maker, 1) }
      return Object.fromEntries(Object.entries(all).filter(() => random.chance(0.35)))
    },
    reply: ({ random }) => ({ version: random.between(1, 90) })
  }
]

const familyNames = ['Okafor', 'Nguyen', 'Silva']

/** A second application, for JSON bodies unlike the shop's. The same seed makes the same entries. */
export class DeskBodies {
  readonly #random: Random
  readonly #pools: Pools
  readonly #people: { person: Person, pool: Pool, ip: string }[] = []
  #count = 0

  constructor (seed: number) {
    this.#random = new Random(`desk:${seed}`)
    this.#pools = new Pools(seed)
    for (let i = 0; i < 300; i++) {
      const pool = this.#pools.draw(this.#random)
      const name = `${this.#random.pick(pool.firstNames)} ${this.#random.chance(0.1) ? this.#random.pick(familyNames) : this.#random.pick(pool.lastNames)}`
      const handle = this.#random.text('abcdefghijklmnopqrstuvwxyz', this.#random.between(3, 12))
      this.#people.push({ pool, ip: `10.${i >> 8}.${i & 255}.${this.#random.int(250)}`, person: { id: this.#random.hex(24), name, email: `${handle}${this.#random.chance(0.4) ? `.${this.#random.text('aeiou', 4)}` : ''}@${this.#random.pick(['example.com', 'mail.example.org', 'corp-mail.example.net'])}`, phone: `+${this.#random.pick(['49', '33', '1', '48'])}${this.#random.digits(10)}`, note: false } })
    }
  }

  /** One ordinary request of each route. */
  * ordinary (): Generator<TrafficEntry> { for (const route of deskRoutes) yield this.#entry(route, () => true, '') }

  /** One attack of a kind. */
  attack (kind: string): TrafficEntry {
    for (;;) {
      let done = false
      const route = this.#random.pick(deskRoutes)
      const change = kind === 'json-missing' ? missing : bodyChanges[kind]?.change
      const entry = this.#entry(route, (body) => { done = change?.(body, this.#random) === true }, kind)
      if (done) return entry
    }
  }

  #entry (route: Route, change: (body: unknown) => unknown, attack: string): TrafficEntry {
    const random = this.#random
    const { person, pool, ip } = random.pick(this.#people)
    const maker = { random, pool, person, count: ++this.#count }
    const body = route.body(maker)
    const reply = JSON.stringify(route.reply(maker, body))
    change(body)
    const text = JSON.stringify(body)
    const headers = [{ name: 'host', value: 'desk.example.net' }, { name: 'content-type', value: 'application/json' }, { name: 'content-length', value: String(Buffer.byteLength(text)) }]
    return {
      startedDateTime: new Date(start + this.#count * 500).toISOString(),
      time: 5,
      request: { method: route.method, url: `https://desk.example.net${route.path(random)}`, httpVersion: 'HTTP/1.1', cookies: [], headers, queryString: [], postData: { mimeType: 'application/json', text }, headersSize: -1, bodySize: text.length },
      response: { status: 200, statusText: 'OK', httpVersion: 'HTTP/1.1', cookies: [], headers: [{ name: 'content-type', value: 'application/json; charset=utf-8' }], content: { size: reply.length, mimeType: 'application/json; charset=utf-8', text: reply }, redirectURL: '', headersSize: -1, bodySize: reply.length },
      cache: {},
      timings: { send: 0, wait: 5, receive: 0 },
      _clientIp: ip,
      _label: attack === '' ? 'benign' : 'attack',
      ...attack === '' ? null : { _attack: attack }
    }
  }
}

const required = ['room', 'from', 'minutes', 'guests', 'subject', 'text', 'priority', 'tags', 'locale', 'timezone', 'displayName', 'theme', 'notifications', 'amount', 'currency', 'method', 'booking', 'idempotencyKey', 'site', 'by', 'counts']

function missing (body: unknown, random: Random): boolean {
  if (typeof body !== 'object' || body === null) return false
  const names = Object.keys(body).filter((name) => required.includes(name))
  if (names.length < 3) return false
  Reflect.deleteProperty(body, random.pick(names))
  return true
}
