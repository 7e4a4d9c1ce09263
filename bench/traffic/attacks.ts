import { bodyChanges, jsonMissing, jsonTampering } from './body-attacks'
import * as browse from './browsing'
import type { Crowd } from './crowd'
import type { Draft } from './draft'
import { grammars } from './grammars'
import * as headers from './header-attacks'
import * as machines from './machines'
import * as order from './ordering'
import type { Random } from './random'
import { seriesKinds } from './series'
import { target, targetOf } from './targets'
import * as tampering from './tampering'
import type { Change } from './tampering'

export interface AttackKind {
  name: string
  /** What of detection.md's table is meant to see it, or `json-body` and `free-text` for what those models do not cover. */
  ingredient: string
  /** A series is one attack in many requests: judged as a whole, caught when anything of it is. */
  series: boolean
  description: string
}

const single: [name: string, ingredient: string, change: Change, description: string][] = [
  ['char', 'char', tampering.char, 'a symbol that the field never held'],
  ['charset', 'charset', tampering.charset, 'classes of characters that the field never held together'],
  ['shape', 'shape', tampering.shape, 'a value in another form: a date by dots, an id without hyphens'],
  ['shape-exact', 'shape-exact', tampering.shapeExact, 'an id or number of another length'],
  ['unexpected-parameter', 'parameter set', tampering.unexpectedParameter, 'a parameter that the route never got'],
  ['missing-parameter', 'parameter set', tampering.missingParameter, 'a parameter left out that is always there'],
  ['duplicate-parameter', 'parameter set', tampering.duplicateParameter, 'a parameter sent twice'],
  ['over-long-value', 'length', tampering.overLong, 'a value of some hundred to some thousand characters'],
  ['enum', 'enum', tampering.enumerated, 'an unseen word for a field with few values'],
  ['non-number', 'numeric', tampering.nonNumber, 'no number where numbers are'],
  ['out-of-range', 'range', tampering.outOfRange, 'a number far outside'],
  ['symbol-count', 'symbol count', tampering.symbolCount, 'a symbol more often than ever: two @ in an e-mail'],
  ['unseen-path', 'path', tampering.unseenPath, 'a path that no route has: backups, repositories, foreign software, traversal'],
  ['unseen-method', 'method', tampering.unseenMethod, 'a method that the path does not know'],
  ['header-lookup', 'header shape', headers.headerLookup, 'log4shell in one of the headers'],
  ['header-missing', 'header shape', headers.headerMissing, 'a browser without what browsers always send'],
  ['header-unexpected', 'header shape', headers.headerUnexpected, 'a header that no client sends'],
  ['header-duplicate', 'header shape', headers.headerDuplicate, 'a header sent twice'],
  ['header-order', 'header shape', headers.headerOrder, "a script's header list under a browser's name"],
  ['header-long', 'header shape', headers.headerLong, 'a header of some thousand characters'],
  ['header-entropy', 'header shape', headers.headerEntropy, 'random characters where words are'],
  ['cookie-injection', 'header shape', headers.cookieInjection, 'an injection in a cookie'],
  ['cookie-object', 'header shape', headers.cookieObject, 'a serialised object in a cookie'],
  ['cookie-unknown', 'header shape', headers.cookieUnknown, 'a cookie that the shop never set'],
  ['body-oversized', 'request size', tampering.oversizedBody, 'a body of 40 to 900 kB'],
  ['content-type', 'content type', tampering.contentType, 'a body of another media type'],
  ['reply-oversized', 'response size', incident('leak'), 'an ordinary request whose reply is far larger than ever'],
  ['reply-retyped', 'response type', incident('retype'), 'an ordinary request whose reply is of another media type'],
  ['reply-slow', 'response time', incident('slow'), 'an ordinary request that takes 5 to 20 s: blind, time-based injection'],
  ['sqli', 'injection', headers.structured(grammars.sqli), 'SQL in a parameter, path, header or cookie'],
  ['xss', 'injection', headers.structured(grammars.xss), 'markup and script likewise'],
  ['ssti', 'injection', headers.structured(grammars.ssti), 'template expressions likewise'],
  ['path-traversal', 'injection', headers.structured(grammars.traversal), 'paths likewise'],
  ['command', 'injection', headers.structured(grammars.command), 'shell commands likewise'],
  ['ldap', 'injection', headers.structured(grammars.ldap), 'LDAP filters likewise'],
  ['nosql', 'injection', headers.structured(grammars.nosql), 'query operators likewise'],
  ['free-text-sqli', 'free-text', headers.inFreeText(grammars.sqli), 'SQL in a search, message or note'],
  ['free-text-xss', 'free-text', headers.inFreeText(grammars.xss), 'markup and script in a search, message or note'],
  ['json-injection', 'json-body', headers.inJson((random) => random.pick([grammars.sqli, grammars.xss, grammars.nosql, grammars.command])(random)), 'an injection in a JSON value'],
  ['json-unexpected', 'json-body', headers.jsonUnexpected, 'a JSON member that the route never got'],
  ...Object.entries(bodyChanges).map(([name, { description }]): [string, string, Change, string] => [name, 'json-body', jsonTampering[name] as Change, `in a JSON body: ${description}`]),
  ['json-missing', 'json-body', jsonMissing, 'a JSON member left out that is always there']
]

/** Kinds that only some routes can show start from those. */
const starts: Record<string, readonly browse.DraftMaker[]> = {
  'missing-parameter': [browse.search, browse.suggest, browse.products, browse.quote, order.login, order.register, order.contact, order.checkout],
  'free-text-sqli': [browse.search, browse.suggest, order.contact, order.checkout],
  'free-text-xss': [browse.search, browse.suggest, order.contact, order.checkout],
  'reply-oversized': [browse.product, browse.products, browse.search, browse.reviews, browse.category, order.account, order.orders, order.order],
  'reply-slow': [browse.product, browse.products, browse.search, browse.suggest, browse.category, browse.productPage, order.cart, order.account],
  'reply-retyped': [browse.product, browse.products, browse.search, browse.reviews, browse.category, order.cart, order.account, order.orders]
}

/** Who starts from ordinary requests with a JSON body. */
const jsonStarts = [order.cartAdd, order.cartChange, order.coupon, order.token, order.refresh, order.returnOrder, order.accountChange, order.addressAdd, order.review, machines.partnerPrice, machines.paymentHook]
for (const name of ['json-injection', 'json-unexpected', 'json-missing', ...Object.keys(bodyChanges)]) starts[name] = jsonStarts

const changes = new Map(single.map(([name, , change]) => [name, change]))

/** All kinds: single requests first, then the series. */
export const attackKinds: AttackKind[] = [
  ...single.map(([name, ingredient, , description]) => ({ name, ingredient, series: false, description })),
  ...seriesKinds.map(({ name, ingredient, description }) => ({ name, ingredient, series: true, description }))
]

export const singleKinds = single.map(([name]) => name)

/** One attack of a single-request kind, made from an ordinary request. */
export function attackDraft (crowd: Crowd, kind: string, random: Random): Draft {
  const change = changes.get(kind)
  if (change === undefined) throw new RangeError(`no such kind of attack: ${kind}`)
  for (;;) {
    const start = starts[kind]
    const draft = start === undefined ? target(crowd) : targetOf(crowd, random.pick(start))
    if (change(draft, random)) return draft
  }
}

function incident (kind: NonNullable<Draft['incident']>): Change {
  return (draft) => {
    draft.incident = kind
    return true
  }
}
