import type { Pairs } from './entry'
import { crlf, command, jndi, ldap, serverSideInclude, sqli, ssti, traversal, xss } from './grammars'
import type { LegacyDraft } from './legacy-shop'
import type { Random } from './random'

/** Changes a draft in place; false where this draft does not have what the attack needs. */
type Change = (draft: LegacyDraft, random: Random) => boolean

const stems = ['/shop/public/add', '/shop/public/register', '/shop/index', '/shop/public/pay', '/shop/members/edit', '/shop/public/authenticate', '/shop/global/menu', '/shop/WEB-INF/web', '/shop/public/products']
const unknown = ['/admin/', '/phpmyadmin/', '/shop/WEB-INF/web.xml', '/manager/html', '/.git/config', '/cgi-bin/test.cgi', '/shop/backup.zip', '/server-status', '/shop/old/index.jsp', '/.htaccess', '/shop/META-INF/context.xml', '/console', '/shop/install.jsp', '/test/', '/shop/public/config.inc', '/shop/.svn/entries']

const kinds: Record<string, Change> = {
  'sql-injection': inject(sqli),
  'cross-site-scripting': inject(xss),
  'crlf-injection': inject(crlf),
  'server-side-include': inject(serverSideInclude),
  'path-traversal': inject(traversal),
  'command-injection': inject(command),
  'template-injection': inject(ssti),
  'ldap-injection': inject(ldap),
  'lookup-injection': inject(jndi),
  'probe-known-stem': (draft, random) => probe(draft, random.pick(stems) + random.pick(['.jsp', '.jsp', '']) + random.pick(['.bak', '.old', '.inc', '~', '.orig', '.save', '.swp', '.txt', '.BAK', '.zip'])),
  'probe-unknown-stem': (draft, random) => probe(draft, random.chance(0.6) ? random.pick(unknown) : `/shop/${random.text('abcdefghijklmnop', random.between(3, 9))}${random.pick(['.jsp', '.php', '.asp', '.bak', '.old', '/', '.cfg', '.xml'])}`),
  'path-in-file': (draft, random) => probe(draft, `/shop/images/${random.pick(['../', '..%2f', '%2e%2e/', '..\\']).repeat(random.between(1, 6))}${random.pick(['WEB-INF/web.xml', 'etc/passwd', 'conf/server.xml'])}`),
  'path-parameter': (draft, random) => probe(draft, `${random.pick(stems)}.jsp${random.pick([';', '/', '%00', '%3f', '::$DATA', '.'])}${random.text('abcxyz', random.between(1, 5))}`),
  'over-long-value': onField(/./, (value, random) => (value === '' ? 'a' : value).repeat(Math.ceil(random.between(256, 3000) / Math.max(1, value.length)))),
  'parameter-renamed': (draft, random) => {
    const pair = draft.fields === null ? undefined : random.pick(draft.fields)
    if (pair === undefined) return false
    pair[0] = random.pick([`${pair[0]}${random.pick(['A', '2', '_', 's', '%'])}`, pair[0].toUpperCase(), random.text('abcdefghij', random.between(2, 7)), pair[0].slice(0, -1) + 'x'])
    return true
  },
  'parameter-missing': (draft, random) => {
    if (draft.fields === null || draft.fields.length < 2) return false
    draft.fields.splice(random.int(draft.fields.length), 1)
    return true
  },
  'parameter-added': (draft, random) => {
    if (draft.fields === null) return false
    draft.fields.splice(random.int(draft.fields.length + 1), 0, [random.pick(['admin', 'debug', 'role', 'user', 'discount', random.text('abcdefghij', 6)]), random.pick(['1', 'true', 'on', 'root'])])
    return true
  },
  'parameter-doubled': (draft, random) => {
    if (draft.fields === null) return false
    const [name, value] = random.pick(draft.fields)
    draft.fields.push([name, random.chance(0.4) ? value : random.pick(['0', '1', value + '1', 'x'])])
    return true
  },
  'hidden-value-changed': onField(/^(mode|send|remember|msg)$/, (value, random) => random.pick(['delete', 'admin', 'list', value + 'x', value.slice(0, -1), 'Enviar', random.text('abcdefghijklm', 6), value.toUpperCase(), 'yes'])),
  'letters-in-number': onField(/^(id|price|quantity|zip|card)$/, (value, random) => random.pick([random.text('abcdefghij', random.between(1, 6)), value + random.text('abcxyz', 1), value.slice(0, -1) + random.text('ABCDEF', 1), `0x${random.hex(3)}`, 'NaN', 'uno'])),
  'symbols-in-number': onField(/^(id|price|quantity|zip|card)$/, (value, random) => random.pick([`-${value}`, `${value}${random.pick(['!', '/', '*', '$', '\'', ';'])}`, `+${value}`, `${value}=1`])),
  'symbols-in-name': onField(/^(name|surnames|town|province)$/, (value, random) => insert(random, value, random.pick(['!', '$', '%', '=', '?', '#', '*', '|', '+', '{', '<', '^', '~', ':']))),
  'digits-in-name': onField(/^(name|surnames|province)$/, (value, random) => insert(random, value, random.digits(random.between(1, 3)))),
  'zip-tampered': onField(/^zip$/, (value, random) => random.pick([value.slice(0, random.between(1, 3)), value + random.digits(random.between(1, 4)), `${value.slice(0, 2)}-${value.slice(2)}`, insert(random, value, ' '), ''])),
  'nif-tampered': onField(/^nif$/, (value, random) => random.pick([value.slice(0, 8), value.slice(1), value + random.text('ABC', 1), value.slice(8) + value.slice(0, 8), insert(random, value, random.pick(['.', '/', '%', '$', ' '])), value.replace(/\d/, () => random.text('ABCDEF', 1)), value.slice(0, 8) + random.pick(['+', '?', '!'])])),
  'card-tampered': onField(/^card$/, (value, random) => random.pick([value.slice(0, random.between(1, 14)), value + random.digits(random.between(1, 6)), value.replace(/(\d{4})(?=\d)/g, '$1-'), insert(random, value, random.text('abcdef', 1))])),
  'email-tampered': onField(/^email$/, (value, random) => random.pick([value.replace('@', ''), value.replace('@', '@@'), value + '@' + value.split('@', 2)[1], insert(random, value, random.pick(['(', ' ', ',', ';', '<', '|', '"', '\\', '!'])), value.replace('@', ' at '), value.split('@', 1)[0] + '@', value.replaceAll('.', '')])),
  'unexpected-method': (draft, random) => {
    draft.method = random.pick(['PUT', 'DELETE', 'TRACE', 'OPTIONS', 'PATCH', 'PROPFIND'])
    return true
  }
}

export const legacyAttackKinds = Object.keys(kinds)

/** An attack of a kind, or of any, on a drawn request. */
export function legacyAttack (draw: () => LegacyDraft, random: Random, kind: string | null): { draft: LegacyDraft, attack: string } {
  const attack = kind ?? random.pick(legacyAttackKinds)
  for (;;) {
    const draft = draw()
    if ((kinds[attack] as Change)(draft, random)) return { draft, attack }
  }
}

function inject (grammar: (random: Random) => string): Change {
  return onField(/./, (value, random) => random.chance(0.5) ? grammar(random) : value + grammar(random))
}

/** Changes one field whose name fits. */
function onField (names: RegExp, change: (value: string, random: Random) => string): Change {
  return (draft, random) => {
    const fitting: Pairs = (draft.fields ?? []).filter(([name]) => names.test(name))
    if (fitting.length === 0) return false
    const pair = random.pick(fitting)
    const changed = change(pair[1], random)
    if (changed === pair[1]) return false
    pair[1] = changed
    return true
  }
}

function probe (draft: LegacyDraft, path: string): boolean {
  draft.path = path
  draft.method = 'GET'
  draft.fields = null
  return true
}

function insert (random: Random, text: string, part: string): string {
  const at = random.int(text.length + 1)
  return text.slice(0, at) + part + text.slice(at)
}
