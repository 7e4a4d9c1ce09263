import type { Pairs, TrafficEntry } from './entry'
import { legacyAttack } from './legacy-attacks'
import { LegacyPool, latin1Pairs } from './legacy-fields'
import { Random, Weighted } from './random'

export interface LegacyOptions {
  seed: number
  requests: number
  /** Share of attacks, 0 to 1; 0 by default. */
  attackShare?: number
}

/** A request to the old shop before it is written. */
export interface LegacyDraft {
  method: string
  path: string
  /** null where the page takes no parameters (and then no body either). */
  fields: Pairs | null
  /** Already encoded, in place of `fields`. */
  raw: string | null
}

type FieldsMaker = (pool: LegacyPool, random: Random) => Pairs

const registration: (mode: string, label: string) => FieldsMaker = (mode, label) => (pool, random) => {
  const { login, password, name, surnames, email, nif, street, town, zip, province, card } = pool.customer(random)
  return [['mode', mode], ['login', login], ['password', password], ['name', name], ['surnames', surnames], ['email', email], ['nif', nif], ['street', street], ['town', town], ['zip', zip], ['province', province], ['card', card], ['send', label]]
}

const forms: [path: string, weight: number, make: FieldsMaker][] = [
  ['/shop/public/add.jsp', 10, (pool, random) => { const [id, name, price] = pool.good(random); return [['id', id], ['product', name], ['price', price], ['quantity', String(Math.min(99, Math.ceil(random.logNormal(6, 1.2))))], ['send', 'Añadir al carrito']] }],
  ['/shop/public/authenticate.jsp', 10, (pool, random) => { const { login, password } = pool.customer(random); return [['mode', 'enter'], ['login', login], ['password', password], ['remember', random.pick(['on', 'off'])], ['send', 'Entrar']] }],
  ['/shop/public/features.jsp', 8, (pool, random) => [['id', pool.good(random)[0]]]],
  ['/shop/public/enter.jsp', 6, (_, random) => [['msg', random.pick(['Credenciales incorrectas', 'Debe identificarse primero', 'La sesión ha caducado'])]]],
  ['/shop/public/pay.jsp', 7, (_, random) => [['mode', 'insert'], ['price', String(Math.ceil(random.logNormal(900, 1)))], ['send', random.pick(['Pasar por caja', 'Confirmar'])]]],
  ['/shop/public/empty.jsp', 5, () => [['send', 'Vaciar carrito']]],
  ['/shop/public/register.jsp', 8, registration('register', 'Registrar')],
  ['/shop/members/edit.jsp', 7, registration('change', 'Modificar')]
]

const pages: [path: string, weight: number][] = [
  ['/shop/index.jsp', 4], ['/shop/public/products.jsp', 4], ['/shop/public/cart.jsp', 3], ['/shop/public/register.jsp', 2], ['/shop/public/enter.jsp', 2], ['/shop/members/index.jsp', 2], ['/shop/members/leave.jsp', 1.2], ['/shop/public/help.jsp', 0.8], ['/shop/public/offers.jsp', 0.7],
  ['/shop/global/style.css', 3], ['/shop/global/menu.css', 1.6], ['/shop/global/menu.js', 1.6], ['/favicon.ico', 1]
]
const pictures = ['1.gif', '2.gif', '3.jpg', 'logo.gif', 'bag.gif', 'cross.gif', 'edge.gif', 'wine.jpg', 'ham.jpg']

const draws = new Weighted<(pool: LegacyPool, random: Random) => LegacyDraft>([
  ...forms.flatMap(([path, weight, make]) => [['GET', weight] as const, ['POST', weight * 0.9] as const].map(([method, share]) => [
    (pool: LegacyPool, random: Random): LegacyDraft => ({ method, path, fields: make(pool, random), raw: null }), share] as const)),
  ...pages.map(([path, weight]) => [(): LegacyDraft => ({ method: 'GET', path, fields: null, raw: null }), weight] as const),
  ...pictures.map((name, i) => [(): LegacyDraft => ({ method: 'GET', path: `/shop/images/${name}`, fields: null, raw: null }), 2.6 / (i + 1) + 0.4] as const)
])

/**
 * A second application, unlike the first: an old server-rendered shop. 36 pages and files, the same parameters by GET and by POST, ISO-8859-1, one browser,
 * a new session on each request, no client address, no replies on record. It stands in for a judge that nobody has seen: it is never tuned to help detection.
 */
export function * generateLegacy (options: LegacyOptions): Generator<TrafficEntry> {
  const random = new Random(`legacy:${options.seed}`)
  const pool = new LegacyPool(random)
  const attacks = random.fork('attacks')
  let at = 1_709_280_000_000
  for (let made = 0; made < options.requests; made++) {
    at += Math.ceil(random.exponential(400))
    if (attacks.chance(options.attackShare ?? 0)) yield attackEntry(pool, attacks, at, null)
    else yield writeLegacy(legacyDraft(pool, random), random, at)
  }
}

/** `perKind` attacks of every kind, for measuring: the same seed makes the same customers as `generateLegacy`. */
export function * legacyAttackSuite (options: { seed: number, perKind: number, kinds: readonly string[] }): Generator<TrafficEntry> {
  const pool = new LegacyPool(new Random(`legacy:${options.seed}`))
  const random = new Random(`legacy attacks:${options.seed}`)
  let at = 1_712_000_000_000
  for (let i = 0; i < options.perKind; i++) {
    for (const kind of options.kinds) yield attackEntry(pool, random, at += 900, kind)
  }
}

function attackEntry (pool: LegacyPool, random: Random, at: number, kind: string | null): TrafficEntry {
  const { draft, attack } = legacyAttack(() => legacyDraft(pool, random), random, kind)
  return { ...writeLegacy(draft, random, at), _label: 'attack', _attack: attack }
}

function legacyDraft (pool: LegacyPool, random: Random): LegacyDraft { return draws.draw(random)(pool, random) }

const host = 'localhost:8080'

function writeLegacy (draft: LegacyDraft, random: Random, at: number): TrafficEntry {
  const text = draft.raw ?? (draft.fields === null ? '' : latin1Pairs(draft.fields))
  const isBody = text !== '' && (draft.method === 'POST' || draft.method === 'PUT')
  const url = text === '' || isBody ? draft.path : `${draft.path}?${text}`
  const headers = [
    { name: 'User-Agent', value: 'Opera/9.80 (X11; Linux i686; U; es-ES) Presto/2.8.131 Version/11.11' }, { name: 'Host', value: host },
    { name: 'Accept', value: 'text/html, application/xml;q=0.9, application/xhtml+xml, image/png, image/jpeg, image/gif, image/x-xbitmap, */*;q=0.1' }, { name: 'Accept-Language', value: 'es-ES,es;q=0.9,en;q=0.8' },
    { name: 'Accept-Charset', value: 'iso-8859-1, utf-8, utf-16, *;q=0.1' }, { name: 'Accept-Encoding', value: 'deflate, gzip, x-gzip, identity, *;q=0' }, { name: 'Cookie', value: `JSESSIONID=${random.hex(32).toUpperCase()}` },
    { name: 'Cache-Control', value: 'no-cache' }, { name: 'Connection', value: 'close' }
  ]
  if (isBody) headers.push({ name: 'Content-Length', value: String(text.length) }, { name: 'Content-Type', value: 'application/x-www-form-urlencoded' })
  return {
    startedDateTime: new Date(at).toISOString(),
    time: 0,
    request: {
      method: draft.method,
      url: `http://${host}${url}`,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers,
      queryString: isBody || text === '' ? [] : text.split('&').map((pair) => ({ name: pair.split('=', 1)[0] as string, value: pair.slice((pair.split('=', 1)[0] as string).length + 1) })),
      ...(isBody ? { postData: { mimeType: 'application/x-www-form-urlencoded', text } } : {}),
      headersSize: -1,
      bodySize: isBody ? text.length : 0
    },
    response: { status: 0, statusText: '', httpVersion: '', cookies: [], headers: [], content: { size: 0, mimeType: '', text: '' }, redirectURL: '', headersSize: -1, bodySize: -1 },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _label: 'benign'
  }
}
