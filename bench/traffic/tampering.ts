import type { Draft } from './draft'
import type { Pairs } from './entry'
import type { Random } from './random'
import { anyField } from './targets'
import type { Field, FieldKind } from './targets'

/** Changes a draft in place; false where the draft has nothing that this could change. */
export type Change = (draft: Draft, random: Random) => boolean

const all: FieldKind[] = ['number', 'code', 'enum', 'date', 'sku', 'slug', 'uuid', 'email', 'name', 'postal', 'phone', 'card', 'expiry', 'token']

export function onField (kinds: readonly FieldKind[], change: (field: Field, random: Random) => string): Change {
  return (draft, random) => {
    const field = anyField(draft, kinds, random)
    if (field === undefined) return false
    const changed = change(field, random)
    if (changed === field.value || changed === '' || changed === '.' || changed === '..') return false
    field.set(changed)
    return true
  }
}

export function insert (random: Random, text: string, part: string): string {
  const at = random.int(text.length + 1)
  return text.slice(0, at) + part + text.slice(at)
}

export const char = onField(all, (field, random) => insert(random, field.value, random.pick(['<', '>', '{', '}', '$', ';', '|', '\\', '`', '^', '*', '\u0000', '\t', '"', '=', '~', '€', '!'])))

export const charset = onField(['enum', 'slug', 'sku', 'uuid', 'date', 'name', 'expiry'], (field, random) => {
  switch (field.kind) {
    case 'enum': return random.chance(0.5) ? field.value.toUpperCase() + random.digits(1) : insert(random, field.value, random.digits(2))
    case 'slug': return insert(random, field.value, random.pick(['A', 'Z', 'é', '_', ' ']))
    case 'sku': return field.value.toLowerCase()
    case 'uuid': return insert(random, field.value.slice(1), random.pick(['Z', 'g', 'ß', '_']))
    case 'date': return field.value.replace(/-\d\d-/, random.pick(['-Mar-', '-oct-', '-V-']))
    case 'name': return insert(random, field.value, random.digits(random.between(1, 4)))
    default: return field.value.replace('/', random.pick(['a', ' b ', '_']))
  }
})

export const shape = onField(['date', 'sku', 'uuid', 'expiry', 'email', 'slug'], (field, random) => {
  switch (field.kind) {
    case 'date': return random.pick([field.value.split('-').reverse().join('.'), field.value.replaceAll('-', '/'), field.value.replaceAll('-', ''), `${field.value}T00:00:00Z`])
    case 'sku': return random.pick([field.value.replace('-', ''), field.value.split('-').reverse().join('-'), `${field.value}-${random.text('ABC', 2)}`])
    case 'uuid': return random.pick([field.value.replaceAll('-', ''), String(random.between(1, 99_999)), `${field.value}-${random.hex(4)}`])
    case 'expiry': return random.pick([field.value.replace('/', ''), field.value.replace('/', '-'), `${field.value}/01`])
    case 'email': return random.pick([field.value.replace('@', ''), field.value.split('@', 1)[0] as string, `@${field.value}`])
    default: return random.pick([`${field.value}-`, `-${field.value}`, field.value.replace('-', '--')])
  }
})

/** Runs of another length in the same order: an id of another kind. */
export const shapeExact = onField(['sku', 'uuid', 'card', 'date', 'expiry', 'code', 'token'], (field, random) => {
  switch (field.kind) {
    case 'sku': return random.pick([field.value + random.digits(random.between(1, 3)), random.text('ABCDEFGH', random.between(1, 3)) + field.value, field.value.slice(0, -random.between(1, 3))])
    case 'uuid': return random.pick([field.value.slice(0, -random.between(1, 6)), field.value + random.hex(random.between(1, 4)), field.value.slice(random.between(1, 3))])
    case 'card': return random.pick([field.value.replaceAll(' ', '').slice(0, random.between(6, 13)), field.value.replaceAll(' ', '') + random.digits(random.between(2, 5))])
    case 'date': return field.value.replace(/-(\d\d)-(\d\d)$/, (_, month: string, day: string) => `-${Number(month)}-${day}${random.digits(1)}`)
    case 'expiry': return random.pick([field.value + random.digits(3), field.value.slice(1)])
    case 'code': return random.pick([random.digits(random.between(1, 2)), random.digits(random.between(5, 9))])
    default: return random.pick([field.value.slice(0, random.between(3, 14)), field.value + random.base64url(random.between(15, 50))])
  }
})

function pairsOf (draft: Draft): Pairs | null {
  if (draft.form !== null) return draft.form
  return draft.method === 'GET' ? draft.query : null
}

export const unexpectedParameter: Change = (draft, random) => {
  const pairs = pairsOf(draft)
  if (pairs === null) return false
  const name = random.pick(['debug', 'admin', 'role', 'is_admin', 'callback', 'template', 'redirect', 'file', 'cmd', 'user_id', '__proto__', 'constructor', '_method', 'XDEBUG_SESSION_START', `${random.text('abcdefghijklmnop', random.between(3, 9))}`])
  pairs.splice(random.int(pairs.length + 1), 0, [name, random.pick(['1', 'true', 'admin', 'on', String(random.between(1, 9999)), random.text('abcxyz', 5)])])
  return true
}

/** Parameters that each ordinary request of the route has. */
const always: Record<string, readonly string[]> = {
  search: ['q'],
  suggest: ['q'],
  products: ['per_page'],
  quote: ['country', 'postal_code'],
  login: ['email', 'password', '_csrf'],
  logout: ['_csrf'],
  register: ['first_name', 'last_name', 'email', 'password', '_csrf'],
  contact: ['name', 'email', 'subject', 'message', '_csrf'],
  checkout: ['first_name', 'last_name', 'street', 'postal_code', 'city', 'country', 'phone', 'email', 'card_number', 'card_expiry', 'card_cvc', 'delivery', '_csrf'],
  'partner-orders': ['from', 'limit'],
  'partner-export': ['format'],
  report: ['from', 'to', 'group']
}

export const missingParameter: Change = (draft, random) => {
  const names = always[draft.route.name]
  const pairs = pairsOf(draft)
  if (names === undefined || pairs === null) return false
  const gone = random.pick(names)
  const kept = pairs.filter(([name]) => name !== gone)
  if (draft.form !== null) draft.form = kept
  else draft.query = kept
  return kept.length < pairs.length
}

export const duplicateParameter: Change = (draft, random) => {
  const pairs = pairsOf(draft)
  if (pairs === null || pairs.length === 0) return false
  const [name, value] = random.pick(pairs)
  pairs.splice(random.int(pairs.length + 1), 0, [name, random.chance(0.4) ? value : random.pick(['1', '0', 'true', 'admin', value + '1'])])
  return true
}

export const overLong: Change = (draft, random) => {
  const field = anyField({ ...draft, params: [] }, all, random)
  if (field === undefined) return false
  const part = random.chance(0.5) ? field.value : field.value.charAt(random.int(field.value.length))
  const length = Math.round(Math.min(6000, random.logNormal(900, 0.8) + 260))
  field.set((part === '' ? 'A' : part).repeat(Math.ceil(length / Math.max(1, part.length))).slice(0, length))
  return true
}

export const enumerated = onField(['enum'], (field, random) => random.pick(['internal', 'hidden', 'all', 'none', 'owner', 'system', 'secret', 'deleted', 'any', random.text('abcdefghijklmnoprstuw', random.between(3, 9))]))

export const nonNumber = onField(['number'], (field, random) => random.pick(['abc', 'NaN', 'null', 'undefined', `${field.value}a`, `${field.value}e5`, `0x${random.hex(3)}`, 'true', `-${field.value}`, `${field.value}.${random.digits(2)}`, `[${field.value}]`, 'Infinity', `${field.value},1`, 'one']))

export const outOfRange = onField(['number'], (field, random) => random.chance(0.5) ? '9'.repeat(random.between(8, 15)) : String(random.between(20_000_000, 2_147_483_647)))

export const symbolCount = onField(['email', 'date', 'sku', 'uuid', 'expiry'], (field, random) => {
  switch (field.kind) {
    case 'email': return random.pick([field.value.replace('@', '@@'), `${field.value}@${random.text('abcdef', 5)}.com`, field.value.replace('@', '@...'), `${field.value.slice(0, 3)}@${field.value}`])
    case 'date': return field.value + '-' + random.digits(2)
    case 'sku': return field.value + '-' + random.digits(2)
    case 'uuid': return insert(random, field.value, '-')
    default: return field.value + '/' + random.digits(2)
  }
})

export const unseenMethod: Change = (draft, random) => {
  const others = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS'].filter((method) => method !== draft.method)
  draft.method = random.pick(others)
  draft.isForeign = true
  if (draft.method === 'GET' || draft.method === 'TRACE') { draft.form = null; draft.json = undefined }
  return !(draft.route.name === 'home' && draft.method === 'GET')
}

const secrets = ['/.git/config', '/.git/HEAD', '/.env', '/.env.production', '/.aws/credentials', '/.svn/entries', '/.DS_Store', '/.htpasswd', '/config.json', '/docker-compose.yml', '/id_rsa', '/server.key', '/dump.sql', '/backup.tar.gz', '/package.json', '/.npmrc']
const foreign = ['/wp-login.php', '/wp-admin/setup-config.php', '/xmlrpc.php', '/phpmyadmin/index.php', '/administrator/index.php', '/actuator/env', '/actuator/heapdump', '/console/', '/manager/html', '/solr/admin/info/system', '/cgi-bin/luci', '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php', '/owa/auth/logon.aspx', '/swagger-ui.html', '/graphql', '/api/v2/users', '/debug/pprof/', '/telescope/requests', '/_ignition/execute-solution', '/HNAP1/', '/boaform/admin/formLogin']

export function unseenPathText (random: Random): string {
  const way = random.int(6)
  if (way === 0) return random.pick(secrets)
  if (way === 1) return random.pick(foreign)
  if (way === 2) return `${random.pick(['/login', '/checkout', '/api/products', '/api/orders', '/register', '/admin/report', '/contact', '/index'])}${random.pick(['.bak', '.old', '~', '.orig', '.save', '.swp', '.zip', '.php', '.txt', '.1'])}`
  if (way === 3) return `/${random.pick(['assets', 'products', 'api', 'static', 'blog'])}/${random.pick(['../', '..%2f', '%2e%2e/', '..;/', '..%5c', '....//']).repeat(random.between(2, 8))}${random.pick(['etc/passwd', 'windows/win.ini', '.env', 'proc/self/environ', 'app/package.json'])}`
  if (way === 4) return `/${random.pick(['admin', 'old', 'test', 'dev', 'backup', 'tmp', 'private', 'internal'])}/${random.text('abcdefghijklmnop', random.between(3, 8))}${random.pick(['', '/', '.php', '.jsp', '.asp', '.sql', '.log'])}`
  return `/${random.text('abcdefghijklmnopqrstuvwxyz', random.between(4, 10))}${random.pick(['.php', '.bak', '.asp', '/', '.cfg', '.xml', ''])}`
}

export const unseenPath: Change = (draft, random) => {
  draft.path = unseenPathText(random)
  draft.method = 'GET'
  draft.query = []
  draft.form = null
  draft.json = undefined
  draft.isForeign = true
  return true
}

export const oversizedBody: Change = (draft, random) => {
  const text = random.pick(['A', 'ab ', '0', 'lorem ipsum ', random.base64url(40)])
  const length = Math.round(random.logNormal(120_000, 0.6) + 40_000)
  const large = text.repeat(Math.ceil(length / text.length)).slice(0, Math.min(length, 900_000))
  if (draft.form !== null && draft.form.length > 0) random.pick(draft.form)[1] = large
  else if (draft.json !== undefined) draft.json[random.pick(Object.keys(draft.json))] = large
  else return false
  return true
}

export const contentType: Change = (draft, random) => {
  if (draft.form !== null) {
    const text = JSON.stringify(Object.fromEntries(draft.form))
    draft.raw = random.pick([{ mimeType: 'application/json', text }, { mimeType: 'text/xml', text: `<form>${text.length}</form>` }, { mimeType: 'text/plain', text }, { mimeType: 'multipart/form-data; boundary=x', text: `--x\r\n\r\n${text}\r\n--x--` }])
  } else if (draft.json !== undefined) {
    const text = JSON.stringify(draft.json)
    draft.raw = random.pick([{ mimeType: 'application/x-www-form-urlencoded', text: `a=${text.length}` }, { mimeType: 'application/xml', text: '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>' }, { mimeType: 'text/plain', text }])
  } else {
    return false
  }
  return true
}
