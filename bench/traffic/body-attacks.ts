import type { Draft } from './draft'
import type { Random } from './random'
import type { Change } from './tampering'

/* Tampering with JSON bodies: one place of an ordinary body is changed. */

type Json = Record<string, unknown>

/** One member or element of a body, and how to replace it. */
interface Place { name: string, value: unknown, holder: Json | unknown[], set: (value: unknown) => void }

/** All members and elements of a body, the outermost first. */
export function placesOf (body: unknown): Place[] {
  const places: Place[] = []
  collect(body)
  return places

  function collect (value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    const holder = value as Json
    for (const name of Object.keys(holder)) {
      places.push({ name, value: holder[name], holder, set: (changed) => { holder[name] = changed } })
      collect(holder[name])
    }
  }
}

function bodyOf (draft: Draft): Json | null {
  if (draft.json === undefined) return null
  draft.json = structuredClone(draft.json)
  return draft.json
}

/** Changes one place for which `change` gives another value than `undefined`. */
export function onPlace (change: (place: Place, random: Random) => unknown): (body: unknown, random: Random) => boolean {
  return (body, random) => {
    const places = placesOf(body)
    while (places.length > 0) {
      const [place] = places.splice(random.int(places.length), 1) as [Place]
      const changed = change(place, random)
      if (changed === undefined) continue
      place.set(changed)
      return true
    }
    return false
  }
}

/** Members of the second application whose own members' names are data: one more is what ordinary bodies have. */
const maps = /^(?:shortcuts|counts)$/

const newField = (body: unknown, random: Random): boolean => {
  const holders = [body, ...placesOf(body).filter(({ name }) => !maps.test(name)).map(({ value }) => value)].filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) as Json[]
  if (holders.length === 0) return false
  random.pick(holders)[random.pick(['debug', 'user_id', 'discount', 'verified', 'internal', '$where', 'constructor', 'overridePrice', random.text('abcdefghij', 7)])] = random.pick([true, 1, 'x', {}, [], null, 'true'])
  return true
}

const nestedRole = (body: unknown, random: Random): boolean => {
  const nested = placesOf(body).map(({ value }) => value).filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) as Json[]
  const holder = nested.length > 0 ? random.pick(nested) : body
  if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return false
  Object.assign(holder, random.pick<Json>([{ role: 'admin' }, { isAdmin: true }, { user: { role: 'admin' } }, { roles: ['admin'] }, { permissions: { admin: true } }]))
  return true
}

const wrongType = onPlace(({ value }, random) => {
  if (typeof value === 'string') return random.pick<unknown>([random.between(0, 9999), true, { $ne: '' }, [value]])
  if (typeof value === 'number') return random.pick<unknown>([String(value), true, { $gt: 0 }, [value]])
  if (typeof value === 'boolean') return random.pick<unknown>([String(value), value ? 1 : 0, { $ne: null }])
  return undefined
})

/** Members of the second application that may be null; of maps any value. */
const nullable = /^(?:recurrence|device|phone|email|closedUntil|[A-Z]{3}-\d{5})$/

const nulled = onPlace(({ name, value }) => value === null || nullable.test(name) ? undefined : null)

const outOfRange = onPlace(({ value }, random) => typeof value !== 'number'
  ? undefined
  : random.pick([-random.between(1000, 100_000), random.between(50_000_000, 2_147_483_647) * 1_000_000, 1e15, -1e9, Number.MAX_SAFE_INTEGER]))

const overLong = onPlace(({ value }, random) => typeof value !== 'string' || value === ''
  ? undefined
  : value.repeat(Math.ceil(20_000 / value.length)).slice(0, Math.round(Math.min(100_000, random.logNormal(20_000, 0.6) + 8000))))

const formats: [RegExp, (value: string, random: Random) => string][] = [
  [/^\d{4}-\d\d-\d\dT/, (value, random) => random.pick([value.replace('T', ' at '), value.slice(0, 10), String(Date.parse(value)), 'now()'])],
  [/^\d{4}-\d\d-\d\d$/, (value, random) => random.pick([value.split('-').reverse().join('.'), value.replaceAll('-', '/'), `${value}T00:00:00Z`, 'tomorrow'])],
  [/^[0-9a-f]{8}-[0-9a-f]{4}-/, (value, random) => random.pick([value.replaceAll('-', ''), value.slice(0, 20), `${value}'`, '1 OR 1=1'])],
  [/^[^@\s]+@[a-z0-9.-]+\.[a-z]+$/, (value, random) => random.pick([value.replace('@', ' at '), value.replace('@', '@@'), `${value}\r\nBcc: x@y.example`, value.split('@', 1)[0] as string])],
  [/^[A-Z]{2,4}-\d{3,6}$/, (value, random) => random.pick([value.toLowerCase(), value.replace('-', '_'), `${value}-${value}`, '../etc/passwd'])],
  [/^[0-9a-f]{16,}$/, (value, random) => random.pick([`${value.slice(2)}zz`, `0x${value}`, value.toUpperCase() + '=='])],
  [/^https?:\/\//, (value, random) => random.pick([value.replace(/^https?:/, 'javascript:'), value.replace('//', '/'), 'file:///etc/passwd'])]
]

const wrongFormat = onPlace(({ value }, random) => {
  if (typeof value !== 'string') return undefined
  for (const [form, change] of formats) if (form.test(value)) return change(value, random)
  return undefined
})

const extraItems = onPlace(({ value }, random) => !Array.isArray(value) || value.length === 0
  ? undefined
  : Array.from({ length: value.length + random.between(60, 400) }, (_, i) => structuredClone(value[i % value.length])))

const objectForArray = onPlace(({ value }, random) => {
  if (Array.isArray(value)) return random.pick<Json>([Object.fromEntries(value.entries()), { length: value.length }, { $each: value }])
  return undefined
})

/** Kinds of tampering with a JSON body; `false` where the body has nothing that this could change. */
export const bodyChanges: Readonly<Record<string, { change: (body: unknown, random: Random) => boolean, description: string }>> = {
  'json-new-field': { change: newField, description: 'a member that no body has' },
  'json-wrong-type': { change: wrongType, description: 'a value of another type' },
  'json-null': { change: nulled, description: 'null where there is always a value' },
  'json-number': { change: outOfRange, description: 'a number far outside, or negative' },
  'json-long': { change: overLong, description: 'a string of some ten thousand characters' },
  'json-format': { change: wrongFormat, description: 'a date, id, address or number in another form' },
  'json-items': { change: extraItems, description: 'sixty to four hundred further elements in an array' },
  'json-role': { change: nestedRole, description: 'a role, deep inside' },
  'json-object-for-array': { change: objectForArray, description: 'an object where an array is' }
}

export const jsonTampering: Readonly<Record<string, Change>> = Object.fromEntries(Object.entries(bodyChanges).map(([name, { change }]): [string, Change] => [name, (draft, random) => {
  const body = bodyOf(draft)
  return body !== null && change(body, random)
}]))

/** Members that each ordinary body of the route has. */
const always: Readonly<Record<string, readonly string[]>> = {
  'cart-add': ['sku', 'quantity'],
  'cart-change': ['quantity'],
  coupon: ['code'],
  token: ['grant_type', 'username', 'password', 'device_id', 'nonce'],
  refresh: ['refresh_token'],
  return: ['reason', 'items'],
  'account-change': ['display_name', 'newsletter', 'language'],
  'address-add': ['name', 'street', 'house_number', 'postal_code', 'city', 'country'],
  review: ['rating', 'title', 'text', 'nickname'],
  'partner-price': ['amount', 'currency'],
  'payment-hook': ['id', 'type', 'created', 'livemode', 'payload']
}

export const jsonMissing: Change = (draft, random) => {
  const names = always[draft.route.name]
  const body = bodyOf(draft)
  if (names === undefined || body === null) return false
  const { [random.pick(names)]: _, ...kept } = body
  draft.json = kept
  return true
}
