import fc from 'fast-check'
import { test } from 'tap'
import { hasLuhn, isAadhaar, isCardNumber, isCpf, isIban, isNir, isResidentNumber, isSocialSecurity } from '../../lib/text/checksums'
import { SECRET_KINDS, scanSecrets } from '../../lib/text/secret-scan'
import type { SecretKind } from '../../lib/text/secret-scan'

function found (text: string, most = 1e6): Partial<Record<SecretKind, number>> {
  const counts = new Uint8Array(SECRET_KINDS.length)
  const all = scanSecrets(text, most, counts)
  const kinds = Object.fromEntries(SECRET_KINDS.map((kind, i) => [kind, counts[i] as number] as const).filter(([, n]) => n > 0))
  if (Object.values(kinds).reduce((sum, n) => sum + n, 0) !== Math.min(all, 255)) throw new Error('the sum is not that of the kinds')
  return kinds
}

/** Luhn digit, the textbook way. */
function withLuhn (digits: string): string {
  let sum = 0
  const reversed = [...digits].reverse()
  reversed.forEach((digit, i) => { sum += i % 2 === 0 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(digit)] as number : Number(digit) })
  return digits + String((10 - sum % 10) % 10)
}

const digits = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })

test('a Luhn digit is the one that the textbook gives, and no other', (t) => {
  fc.assert(fc.property(digits(15), fc.integer({ min: 1, max: 9 }), (text, other) => {
    const whole = withLuhn(text)
    return hasLuhn(whole) && !hasLuhn(text + String((Number(whole.at(-1)) + other) % 10))
  }))
  t.end()
})

test('an IBAN is one whose remainder by 97 is 1, computed by big integers', (t) => {
  fc.assert(fc.property(digits(18), (account) => {
    const check = 98n - BigInt(`${account}131400`) % 97n
    return isIban(`DE${String(check).padStart(2, '0')}${account}`) && !isIban(`DE${String((check + 1n) % 100n).padStart(2, '0')}${account}`)
  }))
  t.end()
})

test('published examples are what they are', (t) => {
  for (const card of ['4111111111111111', '5500005555555559', '378282246310005', '6011000990139424', '3530111333300000', '2223003122003222']) t.ok(isCardNumber(card), card)
  for (const none of ['4111111111111112', '1234567812345670', '0000000000000000', '411111111111111', '9999999999999995']) t.notOk(isCardNumber(none), none)
  for (const iban of ['GB29NWBK60161331926819', 'DE89370400440532013000', 'FR1420041010050500013M02606', 'NO9386011117947', 'NL91ABNA0417164300']) t.ok(isIban(iban), iban)
  t.ok(isSocialSecurity('078051120'))
  t.notOk(isSocialSecurity('666051120') || isSocialSecurity('900051120') || isSocialSecurity('078001120') || isSocialSecurity('078050000'))
  t.ok(isCpf('11144477735') && !isCpf('11144477736') && !isCpf('11111111111'))
  t.ok(isAadhaar('234123412346') && !isAadhaar('234123412347') && !isAadhaar('134123412346'))
  t.ok(isResidentNumber('11010519491231002X') && !isResidentNumber('110105194912310021') && !isResidentNumber('110105194913310023'))
  t.ok(isNir('255081416802538') && !isNir('255081416802539') && !isNir('355081416802538'))
  t.end()
})

test('a card is found wherever it stands, grouped or not, and only by its check digit', (t) => {
  const filler = fc.string({ unit: fc.constantFrom(...'abcdefgh {}",:'), maxLength: 60 })
  fc.assert(fc.property(filler, filler, digits(11), fc.constantFrom('', ' ', '-'), (before, after, rest, by) => {
    const card = withLuhn(`4539${rest}`)
    if (new Set(card).size < 2) return true
    const written = card.replace(/(?<=^(?:.{4})+)/g, by).slice(0, card.length + 3 * by.length)
    const wrong = written.slice(0, -1) + String((Number(written.at(-1)) + 5) % 10)
    return found(`${before}"${written}"${after}`).card === 1 && found(`${before}"${wrong}"${after}`).card === undefined
  }))
  t.end()
})

test('each kind is found in JSON, and what only looks like it is not', (t) => {
  const cases: [string, Partial<Record<SecretKind, number>>][] = [
    ['{"iban":"DE89 3704 0044 0532 0130 00","next":1}', { iban: 1 }],
    ['{"iban":"NL91ABNA0417164300"}', { iban: 1 }],
    ['GB29 NWBK 6016 1331 9268 19 is the account', { iban: 1 }],
    ['{"ssn":"123-45-6789"}', { national_id: 1 }],
    ['{"cpf":"111.444.777-35"}', { national_id: 1 }],
    ['{"id":"2341 2341 2346"}', { national_id: 1 }],
    ['{"id":"11010519491231002X"}', { national_id: 1 }],
    ['{"key":"AKIAIOSFODNN7EXAMPLE"}', { cloud_key: 1 }],
    ['{"key":"xAKIAIOSFODNN7EXAMPLE"}', {}],
    ['{"t":"ghp_16C7e42F292c6912E7710c838347Ae178B4a"}', { token: 1 }],
    ['{"t":"ghp_this_is_a_word_and_not_a_token_at_all"}', {}],
    ['{"t":"sk_live_4eC39HqLyjWDarjtT1zdp7dc"}', { token: 1 }],
    ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U', { jwt: 1 }],
    ['eyJhbGciOiJIUzI1NiJ9eyJzdWIiOiIxMjM0NTY3ODkwIn0dozjgNryP4J3jVmN', {}],
    ['"-----BEGIN RSA PRIVATE KEY-----\\nMIIEowIBAAKCAQEAwJbXo2MIIEowIBAAKCAQEAwJbXo2\\n-----END"', { private_key: 1 }],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAA\n', { private_key: 1 }],
    ['-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\n', {}],
    ['550e8400-e29b-41d4-a716-446655440000 1700000000000 2026-01-05T10:30:00.000Z 0.1234567890123456 192.168.100.100 +49 30 1234567', {}],
    ['INVOICE 1350930036', {}],
    ['VOICE1350930036', {}],
    [`{"cards":["${'4539 1488 0343 6467","'.repeat(5)}"]}`, { card: 5 }]
  ]
  for (const [text, expected] of cases) t.same(found(text), expected, text)
  t.end()
})

test('no more than the given number of characters is looked at', (t) => {
  const text = `${'a b '.repeat(100)}4539148803436467`
  t.same(found(text, 400), {})
  t.same(found(text, 1000), { card: 1 })
  t.end()
})

/** A text that counts the characters that are read of it. */
class Counted extends String {
  steps = 0
  override charCodeAt (at: number): number {
    this.steps++
    return super.charCodeAt(at)
  }

  override indexOf (wanted: string, from = 0): number {
    const place = super.indexOf(wanted, from)
    this.steps += (place < 0 ? this.length : place) - from
    return place
  }
}

test('characters read grow with the length, whatever the text', (t) => {
  const blob = 'Ab1-'.repeat(20)
  const kinds = ['a', '1', ' ', '-', '.', 'eyJ', 'AKIA', 'ghp_', '4111 ', 'DE89', 'DE89 ', '1.1-', 'x"', '-----', 'A1', 'MI', 'eyJ.', `${blob} `, `${blob}"`, `"${blob} `, `/${blob},`]
  for (const kind of kinds) {
    const steps = (length: number): number => {
      const text = new Counted(kind.repeat(Math.ceil(length / kind.length)))
      scanSecrets(text as unknown as string, Infinity, new Uint8Array(SECRET_KINDS.length))
      return text.steps
    }
    const [some, many] = [steps(20_000), steps(80_000)]
    t.ok(many < 4.2 * some && many < 40 * 80_000, `${JSON.stringify(kind.slice(0, 9))}: ${some} and ${many}`)
  }
  t.end()
})

test('of a long text no more is read than was asked for, nor searched', (t) => {
  const text = new Counted('An ALPHA Apple '.repeat(20_000))
  scanSecrets(text as unknown as string, 1000, new Uint8Array(SECRET_KINDS.length))
  t.ok(text.steps < 20_000, `${text.steps}`)
  t.end()
})
