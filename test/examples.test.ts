import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'

const folder = join(__dirname, '../examples')

/** What each example has to print, so that it shows what its page says. */
const SHOWN: Readonly<Record<string, RegExp>> = {
  'admin-guard.ts': /^others: 404\noperators: 200$/m,
  'enforce.ts': /^attacker: \d+ x 401, \d+ x 429 \(retry after \d+ s\)\ncustomer: 60 x 200\nafter a trap: 403\nby hand: 403\nreleased: 200$/m,
  'first-minute.ts': /^(medium|high|critical) param_value_anomaly: query\.page /m,
  'login.ts': /^medium auth_password_spraying open: one client failed to log in as 12 users[\s\S]+^medium auth_distributed_guessing open: 12 clients/m,
  'learned-schema.ts': /^200 .*\n400 .*\n400 .*\n\[ '\/orders' \]$/m,
  'metrics.ts': /^text\/plain; version=0\.0\.4; charset=utf-8\nfastify_anomalies_requests_total 201\nfastify_anomalies_requests_flagged_total 1$/m,
  'per-route.ts': /^\/healthz 200\n\/search\?q=lamp 200\nGET \/search: learning, POST \/transfer: learning$/m,
  'trends.ts': /^high impossible_travel: one user was \d+ km away [\s\S]+^geo: 91 signals, 2 different [\s\S]+^bearer: 91 signals, 31 different/m,
  'own-findings.ts': /^1 \[ 'a coupon that was never issued' \]$/m
}

test('every example is known here', (t) => {
  t.same(readdirSync(folder).filter((file) => file.endsWith('.ts')).sort(), Object.keys(SHOWN).sort())
  t.end()
})

for (const [file, shown] of Object.entries(SHOWN)) {
  test(`examples/${file} runs, shows what it is about and ends by itself`, (t) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, join(folder, file)], { encoding: 'utf8', timeout: 60_000 })
    t.equal(status, 0, stderr)
    t.match(stdout, shown)
    t.end()
  })
}
