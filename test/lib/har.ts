import { test } from 'tap'
import fc from 'fast-check'
import { entryFault, exchangeOf, routedPath, targetOf } from '../../lib/har'
import type { HarEntry } from '../../lib/har'

const request = { method: 'GET', url: 'http://shop.test/a?b=1', headers: [{ name: 'Host', value: 'shop.test' }] }

function exchange (entry: Partial<HarEntry> & { request?: object }): ReturnType<typeof exchangeOf> {
  return exchangeOf({ ...entry, request: { ...request, ...entry.request } })
}

test('what is not a HAR entry is told from one, with the reason', async (t) => {
  const faults: [entry: unknown, reason: string | null][] = [
    [{ request }, null],
    [{ request, response: { status: 0 }, startedDateTime: '2026-01-05T08:00:00Z', _label: 'benign' }, null],
    [{ request, response: null, _clientIp: null }, null],
    [17, 'not an object'],
    [[], 'not an object'],
    [{ level: 'info', message: 'GET /' }, 'no request'],
    [{ request: { url: '/' } }, 'request.method is not a text'],
    [{ request: { method: 'GET', url: '' } }, 'request.url is not a text'],
    [{ request: { method: 'GET', url: 'data:image/png;base64,iVBORw0KGgo=' } }, 'data: is nothing that a server was asked for'],
    [{ request: { method: 'GET', url: 'chrome-extension://abc/x.js' } }, 'chrome-extension: is nothing that a server was asked for'],
    [{ request: { method: 'GET', url: '/data:x' } }, null],
    [{ request: { ...request, headers: { host: 'a' } } }, 'request.headers is not a list'],
    [{ request: { ...request, headers: [{ name: 'a', value: 'b' }, { name: 'a' }] } }, 'request.headers[1] is not a name and a value'],
    [{ request: { ...request, postData: 'a=1' } }, 'request.postData is not an object'],
    [{ request: { ...request, postData: { text: 1 } } }, 'request.postData.text is not a text'],
    [{ request, response: 200 }, 'response is not an object'],
    [{ request, response: { status: '200' } }, 'response.status is not a number'],
    [{ request, response: { status: 200, content: { text: {} } } }, 'response.content.text is not a text'],
    [{ request, startedDateTime: 'yesterday' }, 'startedDateTime is not a date'],
    [{ request, _clientIp: 7 }, '_clientIp is not a text'],
    [{ request, _label: 'malicious' }, "_label is neither 'benign' nor 'attack'"],
    [{ request, _attack: 1 }, '_attack is not a text']
  ]
  for (const [entry, reason] of faults) t.equal(entryFault(entry), reason, JSON.stringify(entry))
})

test('nothing that JSON can hold makes the check throw', async () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
    entryFault(value)
    entryFault({ request: value, response: other })
    entryFault({ request: { ...request, headers: value, postData: other }, _label: value })
    return true
  }))
})

test('whatever has no fault can be replayed', async () => {
  const any = fc.jsonValue()
  const postData = fc.oneof(any, fc.record({ text: fc.option(fc.string()), mimeType: fc.oneof(any, fc.constant('application/x-www-form-urlencoded')), params: any, encoding: any }))
  const content = fc.oneof(any, fc.record({ text: fc.option(fc.string()), mimeType: any, size: any, encoding: any }))
  fc.assert(fc.property(any, any, postData, content, (time, bodySize, postData, content) => {
    const entry = { time, request: { ...request, bodySize, postData }, response: { status: 200, bodySize, content } }
    if (entryFault(entry) !== null) return
    const { elapsedMs, body, reply } = exchangeOf(JSON.parse(JSON.stringify(entry)))
    if (!(elapsedMs >= 0) || !(body === null || Buffer.isBuffer(body)) || !((reply?.bytes ?? 0) >= 0)) throw new Error('not what it promised')
  }), { numRuns: 500 })
})

test('the target is cut from the URL and left as it was recorded', async (t) => {
  const targets: Record<string, string> = {
    'http://127.0.0.1:5000/a/../../etc/passwd': '/a/../../etc/passwd',
    'https://shop.test': '/',
    'https://shop.test?x=1': '/?x=1',
    'https://shop.test#x': '/#x',
    'https://user:pass@[::1]:8080//a//b?x=http://c/d': '//a//b?x=http://c/d',
    '/a b?c=%zz': '/a b?c=%zz',
    '/redirect?to=http://evil.test/': '/redirect?to=http://evil.test/',
    '*': '*',
    'http://api.test/é%0D%0A': '/é%0D%0A'
  }
  for (const [url, target] of Object.entries(targets)) t.equal(targetOf(url), target, url)
})

test('the routed path is decoded as the router does it, and null where it refuses', async (t) => {
  t.equal(routedPath('/caf%C3%A9?x=%zz'), '/café')
  t.equal(routedPath('/a%2Fb%25'), '/a%2Fb%25')
  t.equal(routedPath('/a#b'), '/a')
  t.equal(routedPath('/%zz'), null)
  t.equal(routedPath('/%C3'), null)
})

test('headers keep order, case and repetition; the client, label and class are taken over', async (t) => {
  const headers = [{ name: 'X-A', value: '1' }, { name: 'x-a', value: '2' }, { name: 'Cookie', value: 'a=b' }]
  const found = exchange({ request: { ...request, headers }, _clientIp: '10.0.0.1', _label: 'attack', _attack: 'sqli', startedDateTime: '2026-01-05T08:00:00.250Z', time: 12.5 })
  t.same(found.rawHeaders, ['X-A', '1', 'x-a', '2', 'Cookie', 'a=b'])
  t.same([found.client, found.label, found.attack, found.at, found.elapsedMs], ['10.0.0.1', 'attack', 'sqli', Date.UTC(2026, 0, 5, 8, 0, 0, 250), 12.5])
  const bare = exchange({ time: -1 })
  t.same([bare.client, bare.label, bare.attack, bare.at, bare.elapsedMs], [null, null, null, NaN, 0])
})

test('a body is its text, its base64 or its form fields; one that is not on record is said to be missing', async (t) => {
  t.equal(exchange({ request: { ...request, postData: { text: 'grüße' } } }).body?.toString(), 'grüße')
  t.same(exchange({ request: { ...request, postData: { text: 'AP8=', encoding: 'base64' } } }).body, Buffer.from([0, 255]))
  const params = [{ name: 'a', value: '1%20' }, { name: 'b' }]
  t.equal(exchange({ request: { ...request, postData: { mimeType: 'application/x-www-form-urlencoded; charset=utf-8', params } } }).body?.toString(), 'a=1%20&b=')
  t.equal(exchange({ request: { ...request, postData: { mimeType: 'multipart/form-data', params } } }).body, null)
  t.same([exchange({}).body, exchange({}).lacksBody], [null, false])
  t.equal(exchange({ request: { ...request, bodySize: 300, postData: { text: '' } } }).lacksBody, true)
})

test('a response without a final status is no response', async (t) => {
  for (const status of [0, -1, 101, 999, 200.5]) t.equal(exchange({ response: { status } }).reply, null, String(status))
  t.equal(exchange({}).reply, null)
})

test('a reply is its text, its base64, or only a size', async (t) => {
  const text = exchange({ response: { status: 404, headers: [{ name: 'content-type', value: 'text/plain' }], content: { size: 2, mimeType: 'text/html', text: 'grün' } } }).reply
  t.same([text?.status, text?.mediaType, text?.body, text?.bytes], [404, 'text/plain', 'grün', 5])
  const binary = exchange({ response: { status: 200, content: { text: 'AP8=', encoding: 'base64', mimeType: 'image/png' } } }).reply
  t.same([binary?.mediaType, binary?.body, binary?.bytes], ['image/png', Buffer.from([0, 255]), 2])
  const sized = exchange({ response: { status: 200, content: { size: 5000, text: '' } } }).reply
  t.same([sized?.body, sized?.bytes], [null, 5000])
  t.equal(exchange({ response: { status: 200, content: { size: -1 }, bodySize: 300 } }).reply?.bytes, 300)
  t.equal(exchange({ response: { status: 204, content: { size: 0, text: '' } } }).reply?.bytes, 0)
})
