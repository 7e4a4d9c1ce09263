import { Faker, base, en } from '@faker-js/faker'
import { Random } from './random'

const length = 96_000
let prose = ''
let code = ''

/** `size` characters of English prose that depend on `hash` alone. */
export function fillerProse (hash: number, size: number): string {
  if (prose === '') prose = makeProse()
  const start = hash % (length - Math.min(size, length - 1))
  return prose.slice(start, start + size)
}

/** The same for style sheets and scripts. */
export function fillerCode (hash: number, size: number): string {
  if (code === '') code = makeCode()
  const start = hash % (length - Math.min(size, length - 1))
  return code.slice(start, start + size)
}

/** A skewed size that depends on `hash` alone: log-normal around `median`. */
export function skewedSize (hash: number, median: number, sigma: number, most: number): number {
  const first = ((hash & 0xffff) + 1) / 65537
  const second = ((hash >>> 16) + 1) / 65537
  const normal = Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second)
  return Math.min(most, Math.round(median * Math.exp(sigma * normal)))
}

function makeProse (): string {
  const faker = new Faker({ locale: [en, base], seed: 77 })
  let out = ''
  while (out.length < length) out += faker.lorem.sentence() + ' '
  return out.slice(0, length)
}

function makeCode (): string {
  const random = new Random('code')
  let out = ''
  while (out.length < length) out += `.${random.text('abcdefghijklmnop', 6)}{margin:${random.between(0, 40)}px;color:#${random.hex(6)};width:calc(100% - ${random.between(1, 9)}rem)}`
  return out.slice(0, length)
}
