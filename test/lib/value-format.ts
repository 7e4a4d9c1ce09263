import assert from 'node:assert/strict'
import Ajv2020 from 'ajv/dist/2020'
import fc from 'fast-check'
import { test } from 'tap'
import { FORMATS, formatOf, hasToken, isDay, isOfFormat, withoutTokens } from '../../lib/text/value-format'

const nameOf = (text: string): string => FORMATS[formatOf(text)] as string

const OF: Readonly<Record<string, readonly string[]>> = {
  uuid: ['123e4567-e89b-12d3-a456-426614174000', '123E4567-E89B-12D3-A456-426614174000'],
  'object-id': ['507f1f77bcf86cd799439011'],
  jwt: [`eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(30)}.${'b_-9'.repeat(8)}`],
  email: ['ann@example.com', "o'brien+tag@mail.example.co.uk", 'a.b@x-y.org'],
  'date-time': ['2026-03-02T08:00:00Z', '2026-03-02t08:00:00.123+02:00', '2024-02-29T23:59:59-00:30'],
  date: ['2026-03-02', '2024-02-29'],
  time: ['10:30:00', '10:30', '10:30:00.5Z', '23:59:59+02:00'],
  ipv4: ['192.0.2.1', '0.0.0.0', '255.255.255.255'],
  ipv6: ['2001:db8::1', '::1', '1:2:3:4:5:6:7:8', 'fe80::'],
  uri: ['https://example.com', 'https://example.com:8080/a/b?c=%20d#e', 'ftp://files.example.com/x.txt'],
  'card-number': ['4111111111111111', '4111 1111 1111 1111', '378282246310005'],
  e164: ['+4930123456', '+12025550123'],
  hex: ['d41d8cd98f00b204e9800998ecf8427e'],
  none: ['', 'a', 'hello world', '2023-02-29', '2026-13-01', '24:00:00', 'aa:bb:cc:dd:ee:ff', '1700000000000', '0000000000000000', '1234567', '999.999.999.999', '01.2.3.4', '::::', ':::', '1::2::3', "a'or'1'='1@x.y",
    "2024-01-15T10:30:00'; DROP TABLE x", '2024-01-15T10:30:00', '4111111111111112', 'http://', 'javascript:alert(1)', 'javascript://example.com/%0aalert(1)', 'JavaScript://example.com', 'vbscript://example.com/a', 'https://exa mple.com', 'https://x.y/<script>', 'a@b', '@x.org', 'a@@x.org', 'a..b@x.org', '+012345678', 'eyJ.a.b']
}

for (const [format, texts] of Object.entries(OF)) {
  test(`${format === 'none' ? 'what only looks like a format' : `each ${format}`} is found to be ${format}`, async (t) => {
    for (const text of texts) t.equal(nameOf(text), format, text)
  })
}

test('what has a format that JSON Schema knows passes ajv-formats as well', async () => {
  const ajv = new Ajv2020()
  // A dependency of Fastify, and what checks formats in its applications.
  const { default: addFormats } = await import('ajv-formats')
  addFormats.default(ajv as never)
  const near = fc.constantFrom(...Object.values(OF).flat()).chain((text) => fc.tuple(fc.constant(text), fc.nat({ max: 60 }), fc.constantFrom('', '-', '.', ':', '0', 'Z', '@', '/', '%', ' ', 'é', "'"), fc.boolean()).map(([whole, at, part, drops]) => whole.slice(0, at) + part + whole.slice(drops ? at + 1 : at)))
  for (const format of ['uuid', 'email', 'date-time', 'date', 'ipv4', 'ipv6', 'uri']) {
    const validate = ajv.compile({ type: 'string', format })
    const number = FORMATS.indexOf(format as 'uuid')
    fc.assert(fc.property(fc.oneof(near, fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.ipV6(), fc.emailAddress(), fc.date({ noInvalidDate: true }).map((date) => date.toISOString())), (text) => {
      if (isOfFormat(number, text)) assert.ok(validate(text), `${format}: ${text}`)
    }), { numRuns: 1500 })
  }
})

test('any text is looked at in linear time', async (t) => {
  for (const unit of ['a', '1', ':', '.', '@', '-', 'f:', '1.', '%2', 'a@a.']) {
    const started = process.hrtime.bigint()
    for (let i = 0; i < 20; i++) for (let format = 1; format < FORMATS.length; format++) isOfFormat(format, unit.repeat(100_000))
    t.ok(Number(process.hrtime.bigint() - started) < 2e9, unit)
  }
})

test('days are told in the ways in which forms write them', async (t) => {
  for (const text of ['2026-03-02', '2026-03-02T09:15', '2026-03-02T08:00:00Z', '02.03.2026', '02/28/2026', '31/12/1999']) t.ok(isDay(text), text)
  for (const text of ['', '2026-13-02', '2026-02-30', '31.31.2026', '00.01.2026', '2.3.2026', '02-03-2026', '2026-03-02 or 1', '02.03.2026x', 'tomorrow!!']) t.notOk(isDay(text), text)
})

test('tokens are told from words with a number', async (t) => {
  for (const text of ['3f9a1c02', 'app.9b12ff47.js', 'SG8w2qumUbKn']) t.ok(hasToken(text), text)
  for (const text of ['', 'step2024', 'covid19', '2026-03-02', 'page-12-of-30', '4th', 'abcdefgh', '12345678']) t.notOk(hasToken(text), text)
  t.equal(withoutTokens('/assets/app.9b12ff47.js'), '/assets/app.#.js')
  t.equal(withoutTokens('/a1b2c3d4/e5f6a7b8c9'), '/#/#')
  t.equal(withoutTokens('/assets/app.js'), null)
  t.equal(withoutTokens('a1'.repeat(1000))?.length, 1 + 2000 - 512, 'what is beyond the bound stays')
})
