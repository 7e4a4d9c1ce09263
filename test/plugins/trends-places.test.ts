import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'maxmind'
import { test } from 'tap'
import { buildApp } from '../fixtures/app'
import type { Ask } from '../fixtures/app'
import { MINUTE, ONLY_TRENDS, theOne } from '../fixtures/trends'

/** A folder with MaxMind's test databases; their licence is their own, so they are not ours to ship. */
const folder = process.env.FASTIFY_ANOMALIES_MMDB ?? ''
const [city, asn] = ['GeoIP2-City-Test.mmdb', 'GeoLite2-ASN-Test.mmdb'].map((name) => join(folder, name)) as [string, string]

test('readers of maxmind tell places and networks, and who cannot have travelled', existsSync(city) && existsSync(asn) ? {} : { skip: 'FASTIFY_ANOMALIES_MMDB names no folder with the databases' }, async (t) => {
  const web = await buildApp({ ...ONLY_TRENDS, key: (request) => String(request.headers['x-user']), trends: { geo: [await open(city), await open(asn)] } })
  const from = (client: string, user: string, agent = 'Browser/1.0'): Ask => ({ url: '/search', client, after: 5 * MINUTE, headers: { 'x-user': user, 'user-agent': agent } })
  for (const client of ['81.2.69.142', '81.2.69.142', '89.160.20.112', '175.16.199.37', '1.128.0.7', '2001:218::1']) await web.ask(from(client, `of ${client}`))
  const top = (type: 'geo' | 'asn'): [string, number][] => (web.app.anomalies.trends({ type }).trends[0]?.topValues ?? []).map(({ value, count }) => [value, count])
  t.same(top('geo').sort(), [['CN', 1], ['GB', 2], ['JP', 1], ['SE', 1]])
  t.ok(top('asn').some(([value]) => value === 'AS1221'), JSON.stringify(top('asn')))
  t.same((await web.ask(from('81.2.69.142', 'maria'))).types, [])
  t.match(theOne(await web.ask(from('175.16.199.37', 'maria', 'Other/2.0')), 'impossible_travel').toJSON(), { severity: 9, detail: /GB to CN/ })
  await web.app.close()
})
