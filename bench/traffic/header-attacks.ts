import type { Draft } from './draft'
import type { NameValue, Pairs } from './entry'
import { command, grammars, jndi, sqli, xss } from './grammars'
import type { Random } from './random'
import { fieldsOf } from './targets'
import { insert } from './tampering'
import type { Change } from './tampering'

const usual = /^(accept|accept-language|accept-encoding|user-agent|sec-fetch-site|sec-fetch-mode|sec-fetch-dest|referer|x-app-version|x-device-id)$/i

/** What a header may hold on the wire. */
export function headerSafe (text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => encodeURIComponent(char.toWellFormed()))
}

function edit (draft: Draft, change: (headers: NameValue[]) => NameValue[]): true {
  draft.editHeaders = change
  return true
}

function setOrAdd (headers: NameValue[], name: string, value: string): NameValue[] {
  const found = headers.find((header) => header.name.toLowerCase() === name)
  if (found === undefined) headers.splice(Math.min(4, headers.length), 0, { name: name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()), value })
  else found.value = value
  return headers
}

/** A payload in a header that clients have, or that proxies and applications read. */
export function payloadHeader (payload: (random: Random) => string): Change {
  return (draft, random) => {
    const name = random.pick(['user-agent', 'user-agent', 'x-forwarded-host', 'x-forwarded-for', 'accept-language', 'referer', 'x-api-version', 'accept', 'origin', 'true-client-ip', 'sec-fetch-dest'])
    const text = headerSafe(payload(random))
    return edit(draft, (headers) => {
      const before = headers.find((header) => header.name.toLowerCase() === name)?.value ?? ''
      return setOrAdd(headers, name, random.chance(0.4) ? `${before}${text}` : text)
    })
  }
}

export const headerLookup = payloadHeader(jndi)

/** A browser without what browsers always send. */
export const headerMissing: Change = (draft, random) => {
  if (!draft.client.agent.isForm) return false
  const gone = random.pick([['accept-language'], ['accept'], ['accept-encoding'], ['user-agent'], ['accept-language', 'accept-encoding'], ['sec-fetch-mode', 'sec-fetch-site', 'sec-fetch-dest'], ['accept', 'accept-language', 'connection']])
  return edit(draft, (headers) => headers.filter(({ name }) => !gone.includes(name.toLowerCase())))
}

export const headerUnexpected: Change = (draft, random) => {
  const [name, value] = random.pick([['X-Original-URL', '/admin'], ['X-Rewrite-URL', '/admin/report'], ['X-Forwarded-Host', `${random.text('abcdef', 6)}.example`], ['X-HTTP-Method-Override', 'DELETE'], ['X-Custom-IP-Authorization', '127.0.0.1'], ['X-Debug', '1'], ['Proxy', `http://${random.text('abc', 5)}.example:3128`],
    ['X-Forwarded-Scheme', 'nothttps'], ['Transfer-Encoding-X', 'chunked'], ['X-Middleware-Subrequest', 'middleware'], [`X-${random.text('ABCDEFGH', 1)}${random.text('abcdefgh', random.between(3, 8))}`, random.text('abcdef', 6)]] as [string, string][])
  return edit(draft, (headers) => {
    headers.splice(random.between(1, headers.length), 0, { name, value })
    return headers
  })
}

export const headerDuplicate: Change = (draft, random) => edit(draft, (headers) => {
  const doubles = headers.filter(({ name }) => usual.test(name))
  const { name, value } = doubles.length === 0 ? { name: 'Accept', value: '*/*' } : random.pick(doubles)
  headers.splice(random.between(1, headers.length), 0, { name, value: random.chance(0.5) ? value : random.pick(['127.0.0.1', '*/*', 'x', 'identity']) })
  if (doubles.length === 0) headers.push({ name, value })
  return headers
})

/** A script that says it is a browser: the browser's user agent, the script's list. */
export const headerOrder: Change = (draft, random) => {
  if (!draft.client.agent.isForm) return false
  return edit(draft, (headers) => {
    const valueOf = (wanted: string, fallback: string): string => headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? fallback
    const own = headers.filter(({ name }) => /^(content-type|content-length|cookie|authorization|x-csrf-token)$/i.test(name))
    const pair = (name: string, value: string): NameValue => ({ name, value })
    const [agent, language] = [valueOf('user-agent', ''), valueOf('accept-language', 'en-US')]
    const list = random.pick([
      () => [pair('Host', valueOf('host', '')), pair('User-Agent', agent), pair('Accept-Encoding', 'gzip, deflate'), pair('Accept', '*/*'), pair('Connection', 'keep-alive'), pair('Accept-Language', language), ...own],
      () => [pair('host', valueOf('host', '')), pair('user-agent', agent), pair('accept', '*/*'), pair('accept-language', language), ...own, pair('connection', 'close')],
      () => [pair('Accept', 'text/html,*/*'), pair('Accept-Language', language), pair('User-Agent', agent), ...own, pair('Accept-Encoding', 'gzip'), pair('Host', valueOf('host', ''))],
      () => random.shuffled(headers)
    ])
    return list()
  })
}

export const headerLong: Change = (draft, random) => {
  const length = Math.round(random.logNormal(1800, 0.5)) + 700
  const name = random.pick(['user-agent', 'accept', 'accept-language', 'referer', 'accept-encoding'])
  return edit(draft, (headers) => {
    const before = headers.find((header) => header.name.toLowerCase() === name)?.value ?? 'a'
    return setOrAdd(headers, name, (random.chance(0.5) && before !== '' ? before : random.pick(['A', 'x', '0 ', 'en,'])).repeat(length).slice(0, Math.min(length, 6000)))
  })
}

export const headerEntropy: Change = (draft, random) => {
  const name = random.pick(['accept-language', 'accept', 'user-agent', 'accept-encoding', 'connection'].filter((one) => one !== 'connection'))
  return edit(draft, (headers) => setOrAdd(headers, name, random.base64url(random.between(40, 160))))
}

function ownCookies (draft: Draft): Pairs {
  draft.cookies = draft.cookies.map(([name, value]) => [name, value])
  return draft.cookies
}

export const cookieInjection: Change = (draft, random) => {
  const cookies = ownCookies(draft)
  if (cookies.length === 0) return false
  const pair = random.pick(cookies)
  const text = headerSafe(random.pick([sqli, xss, command, grammars.traversal, grammars.nosql])(random)).replaceAll(';', random.pick(['%3B', '%3b']))
  pair[1] = random.chance(0.5) ? text : insert(random, pair[1], text)
  return true
}

export const cookieObject: Change = (draft, random) => {
  const cookies = ownCookies(draft)
  if (cookies.length === 0) return false
  const name = random.text('abcdefgh', random.between(3, 8))
  const object = random.pick([
    () => Buffer.from(`O:${random.between(4, 12)}:"${name}":1:{s:4:"${random.text('abc', 4)}";s:5:"${random.text('xyz', 5)}";}`).toString('base64'),
    () => 'rO0ABXNy' + random.base64url(random.between(60, 300)),
    () => 'gASV' + random.base64url(random.between(40, 200)),
    () => encodeURIComponent(`O:8:"stdClass":1:{s:5:"admin";b:${random.int(2)};}`),
    () => encodeURIComponent(JSON.stringify({ __proto: { isAdmin: true }, user: name })),
    () => 'BAhv' + random.base64url(random.between(40, 160)) + '--' + random.hex(40)
  ])
  random.pick(cookies)[1] = object()
  return true
}

export const cookieUnknown: Change = (draft, random) => {
  const cookies = ownCookies(draft)
  if (cookies.length === 0) return false
  cookies.splice(random.int(cookies.length + 1), 0, [random.pick(['admin', 'is_admin', 'debug', 'role', 'PHPSESSID', 'auth', 'user', 'JSESSIONID', random.text('abcdefghij', 6)]), random.pick(['1', 'true', 'admin', random.hex(16)])])
  return true
}

/** A payload where the route takes something with a form of its own: a parameter, a path, a header or a cookie. */
export function structured (payload: (random: Random) => string): Change {
  const header = payloadHeader(payload)
  return (draft, random) => {
    const way = random.next()
    if (way < 0.15) return header(draft, random)
    if (way < 0.25) {
      const cookies = ownCookies(draft)
      if (cookies.length === 0) return false
      random.pick(cookies)[1] = headerSafe(payload(random)).replaceAll(';', '%3B')
      return true
    }
    const fields = fieldsOf(draft, ['number', 'code', 'enum', 'date', 'sku', 'slug', 'uuid', 'email', 'name', 'postal', 'phone', 'card', 'expiry', 'token'])
    if (fields.length === 0) return false
    const field = random.pick(fields)
    const text = payload(random)
    const value = random.chance(0.5) ? text : field.value + text
    field.set(field.isPath ? value.slice(0, 98) : value)
    return true
  }
}

const freeTexts = ['q', 'message', 'gift_note', 'company', 'name', 'street']

/** A payload where people write what they like. Novelty cannot tell here: see docs/detection.md. */
export function inFreeText (payload: (random: Random) => string): Change {
  return (draft, random) => {
    const pair = [...draft.query, ...draft.form ?? []].find(([name]) => freeTexts.includes(name))
    if (pair === undefined) return false
    pair[1] = random.chance(0.5) ? payload(random) : `${pair[1]} ${payload(random)}`
    return true
  }
}

export function inJson (payload: (random: Random) => string): Change {
  return (draft, random) => {
    if (draft.json === undefined) return false
    draft.json[random.pick(Object.keys(draft.json))] = payload(random)
    return true
  }
}

export const jsonUnexpected: Change = (draft, random) => {
  if (draft.json === undefined) return false
  draft.json[random.pick(['isAdmin', 'role', 'price', 'user_id', 'discount', 'verified', random.text('abcdefghij', 6)])] = random.pick([true, 'admin', 0, { $gt: '' }, [1, 2]])
  return true
}
