import { test } from 'tap'
import { DemoClock } from '../bench/demo/demo-clock'
import { runDemo } from '../bench/demo/run'
import { WatchedShop } from '../bench/demo/watched-shop'
import { requestBytes } from '../bench/demo/wire'
import { attackKinds } from '../bench/traffic/attacks'
import { generate } from '../bench/traffic/generate'
import type { TrafficEntry } from '../bench/traffic/entry'

const short = { seed: 11, requests: 300, attacksPerKind: 1, keep: false }

const ESCAPE = '\u001b'

class Page {
  text = ''
  write (text: string): void { this.text += text }
}

test('without a terminal the demo prints plain lines, ends by itself and tells of every kind of attack', async (t) => {
  const page = new Page()
  const { board, adminUrl } = await runDemo(short, page)

  t.notOk(page.text.includes(ESCAPE), 'no colours, no cursor')
  t.match(page.text, /^learning {2}\d+ of 300 ordinary requests .* routes active/m)
  t.match(page.text, /^watching /m)
  const table = page.text.slice(page.text.indexOf('\nattack ')).split('\n')
  for (const { name } of attackKinds) t.equal(table.filter((line) => new RegExp(`^${name}( \\*)? +[1-9]\\d* +\\d+ `).test(line)).length, 1, `one row for ${name}`)
  t.match(page.text, /^false alarms +[\d,]+ of [\d,]+ ordinary requests flagged \(\d+\.\d\d %\)/m)
  t.ok(page.text.includes(adminUrl), 'the admin URL')
  t.match(page.text, /^speed +[\d,]+ requests per second/m)
  await t.rejects(fetch(adminUrl), 'nobody listens any more')

  t.equal(board.learning.requests, 300)
  t.ok(board.watching.requests > 0, 'ordinary clients go on while attackers are there')
  const { sent, caught } = board.totals
  t.equal(sent, board.rows().reduce((sum, row) => sum + row.sent, 0))
  t.ok(caught > 0 && caught <= sent)
})

test('on a terminal the demo draws one picture over itself, and with `keep` it goes on serving', async (t) => {
  const page = Object.assign(new Page(), { isTTY: true, columns: 120, rows: 40 })
  const { adminUrl, close } = await runDemo({ seed: 12, requests: 200, attacksPerKind: 0, keep: true }, page)
  t.teardown(close)

  const frames = page.text.split(/(?=fastify-anomalies: the example shop)/).slice(1)
  t.ok(frames.length > 1)
  const last = (frames.at(-1) as string).slice(0, frames.at(-1)?.indexOf(`${ESCAPE}[?25h`))
  t.ok(last.includes('GET /api/products'), 'a bar for each route')
  t.match(last, /█░/)
  t.ok(last.split('\n').every((line) => line.replaceAll(`${ESCAPE}[K`, '').length <= 120), 'nothing is wider than the terminal')
  t.ok(page.text.startsWith(`${ESCAPE}[?25l`), 'the cursor is hidden')

  t.ok(page.text.includes(adminUrl), 'the admin URL, with its code')
  const opened = await fetch(adminUrl, { redirect: 'manual' })
  t.equal(opened.status, 303)
  const cookie = opened.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  const summary = await fetch(new URL('/__anomalies', adminUrl), { headers: { cookie } })
  t.equal(summary.status, 200)
  t.match(summary.headers.get('content-type'), 'application/json')
  t.equal((await fetch(new URL('/healthz', adminUrl))).status, 200, 'the shop itself')
})

test('the same seed gives the same verdicts', async (t) => {
  const options = { seed: 13, requests: 200, attacksPerKind: 0, keep: false }
  const scores = [await runDemo(options, new Page()), await runDemo(options, new Page())].map(({ board }) => board.learning)
  t.same(scores[0], scores[1])
})

test('a recorded request goes over the wire with its headers in their order and case, the client behind a proxy', (t) => {
  const sent = recorded([['Host', 'shop.example.net'], ['aCcept', '*/*'], ['X-Forwarded-For', '198.51.100.1'], ['accept', 'text/html']])
  t.equal(requestBytes(sent).toString(), 'GET /healthz HTTP/1.1\r\nHost: shop.example.net\r\naCcept: */*\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.9\r\naccept: text/html\r\n\r\n')
  t.end()
})

test('a live request gets the verdict and the status of its recording, and a refused one says that no hook saw it', async (t) => {
  const shop = new WatchedShop({ clock: new DemoClock(), secret: 'a secret of the tests', onEvent: () => {} })
  await shop.listen()
  t.teardown(async () => await shop.close())
  for (const entry of generate({ seed: 14, requests: 150 })) {
    const { status, observed } = await shop.ask(entry)
    if (status !== entry.response.status || !observed) t.fail(`${entry.request.method} ${entry.request.url}: ${status}`)
  }
  const malformed = recorded([['Host', 'shop.example.net']])
  malformed.request.url = 'https://shop.example.net/%zz'
  t.same(await shop.ask(malformed), { status: 400, flagged: false, signals: [], observed: false })
  t.match(await shop.ask(recorded([['Host', 'shop.example.net'], ['bad name', '1']])), { status: 400, observed: false })
  t.match(await shop.ask(recorded([['Host', 'shop.example.net']])), { status: 200, observed: true }, 'and the next one is served')
})

function recorded (headers: [name: string, value: string][]): TrafficEntry {
  const [entry] = generate({ seed: 1, requests: 1 })
  const copy = structuredClone(entry as TrafficEntry)
  copy.request = { ...copy.request, method: 'GET', url: 'https://shop.example.net/healthz', headers: headers.map(([name, value]) => ({ name, value })) }
  delete copy.request.postData
  copy._clientIp = '203.0.113.9'
  return copy
}
