import { Faker, ar, base, cs_CZ as czech, de, en, en_GB as british, es, fr, it, ja, nl, pl, pt_BR as brazilian, sv, tr, zh_CN as chinese } from '@faker-js/faker'
import type { LocaleDefinition } from '@faker-js/faker'
import { Random, Weighted } from './random'

/** Words of one locale, drawn and combined by the clients. */
export interface LocalePool {
  /** As in Accept-Language. */
  tag: string
  country: string
  firstNames: string[]
  lastNames: string[]
  streets: string[]
  cities: string[]
  postalCodes: string[]
  phones: string[]
  nouns: string[]
  domains: string[]
  houseNumbers: string[]
}

const locales: [tag: string, country: string, share: number, definition: LocaleDefinition, domains: string[]][] = [
  ['en-US', 'US', 26, en, ['gmail.com', 'yahoo.com', 'outlook.com', 'icloud.com', 'proton.me']],
  ['en-GB', 'GB', 9, british, ['gmail.com', 'hotmail.co.uk', 'btinternet.com']],
  ['de-DE', 'DE', 15, de, ['gmail.com', 'web.de', 'gmx.de', 't-online.de', 'posteo.de']],
  ['fr-FR', 'FR', 10, fr, ['gmail.com', 'orange.fr', 'free.fr', 'laposte.net']],
  ['es-ES', 'ES', 9, es, ['gmail.com', 'hotmail.es', 'telefonica.net']],
  ['pl-PL', 'PL', 7, pl, ['gmail.com', 'wp.pl', 'onet.pl', 'interia.pl']],
  ['pt-BR', 'BR', 6, brazilian, ['gmail.com', 'uol.com.br', 'hotmail.com']],
  ['it-IT', 'IT', 4, it, ['gmail.com', 'libero.it', 'alice.it']],
  ['nl-NL', 'NL', 3, nl, ['gmail.com', 'ziggo.nl', 'xs4all.nl']],
  ['ja-JP', 'JP', 3, ja, ['gmail.com', 'yahoo.co.jp', 'docomo.ne.jp']],
  ['zh-CN', 'CN', 3, chinese, ['qq.com', '163.com', 'outlook.com']],
  ['ar-EG', 'EG', 2, ar, ['gmail.com', 'yahoo.com']],
  ['cs-CZ', 'CZ', 1.5, czech, ['seznam.cz', 'gmail.com']],
  ['sv-SE', 'SE', 1.5, sv, ['gmail.com', 'telia.com']],
  ['tr-TR', 'TR', 1, tr, ['gmail.com', 'hotmail.com']]
]

/** Pools of every locale, drawn by share; filled once by faker from the seed (some 0.1 s), after which drawing is cheap. */
export class Pools {
  readonly byTag = new Map<string, LocalePool>()
  readonly #weighted: Weighted<LocalePool>
  readonly #latinWords: string[]

  constructor (seed: number | string) {
    const random = new Random(`pools:${seed}`)
    this.#weighted = new Weighted(locales.map(([tag, country, share, definition, domains]) => {
      const pool = fill(random, tag, country, definition, domains)
      this.byTag.set(tag, pool)
      return [pool, share]
    }))
    this.#latinWords = (this.byTag.get('en-US') as LocalePool).nouns.filter((word) => /^[a-z]+$/.test(word))
  }

  draw (random: Random): LocalePool { return this.#weighted.draw(random) }

  latinWord (random: Random): string { return random.pick(this.#latinWords) }

  /** A local part and domain as people of the locale choose them; ASCII always. */
  email (random: Random, pool: LocalePool, firstName: string, lastName: string): string {
    const first = latin(firstName) || this.latinWord(random)
    const last = latin(lastName) || this.latinWord(random)
    const domain = random.chance(0.12) ? `${last}-${this.latinWord(random)}.${random.pick(['com', 'net', 'org', 'info', 'shop'])}` : random.pick(pool.domains)
    switch (random.int(9)) {
      case 0: return `${first}@${domain}`
      case 1: return `${first[0]}${last}@${domain}`
      case 2: return `${first}_${last}@${domain}`
      case 3: return `${first}${last}${random.between(1, 99)}@${domain}`
      case 4: return `${last}.${first}${random.between(1950, 2009)}@${domain}`
      case 5: return `${this.latinWord(random)}${random.between(1, 9999)}@${domain}`
      case 6: return `${first}-${last}@${domain}`
      case 7: return random.chance(0.25) ? `${first}.${last}+${random.pick(['shop', 'orders', 'news'])}@${domain}` : `${first[0]}.${last}@${domain}`
      default: return `${first}.${last}@${domain}`
    }
  }
}

function fill (random: Random, tag: string, country: string, definition: LocaleDefinition, domains: string[]): LocalePool {
  const faker = new Faker({ locale: [definition, en, base], seed: random.uint32() })
  const many = (count: number, make: () => string): string[] => Array.from({ length: count }, make)
  const lastNames = many(260, () => faker.person.lastName())
  return {
    tag,
    country,
    domains,
    firstNames: many(260, () => firstName(random, faker)),
    lastNames: lastNames.map((name) => random.chance(0.03) ? `${name}-${random.pick(lastNames)}` : rareSurname(random, tag, name)),
    streets: many(200, () => faker.location.street()),
    cities: many(160, () => faker.location.city()),
    postalCodes: many(240, () => postalCode(random, tag, faker)),
    phones: many(240, () => faker.phone.number({ style: random.pick(['human', 'human', 'national', 'international']) })),
    nouns: many(160, () => faker.word.noun().toLowerCase()),
    houseNumbers: many(80, () => houseNumber(random))
  }
}

function firstName (random: Random, faker: Faker): string {
  const name = faker.person.firstName()
  return random.chance(0.025) ? `${name}${random.pick([' ', '-'])}${faker.person.firstName()}` : name
}

function rareSurname (random: Random, tag: string, name: string): string {
  if (!random.chance(0.04)) return name
  if (tag.startsWith('en')) return random.pick(["O'Brien", "O'Connor", "D'Souza", 'St. John', "O'Neil", 'McDonald', 'van Dyke', "D'Angelo"])
  if (tag.startsWith('fr')) return random.pick(["D'Arc", 'de La Tour', "N'Diaye", "L'Hermite", 'Saint-Just', "d'Estaing"])
  if (tag.startsWith('it')) return random.pick(["D'Amico", "Dell'Acqua", 'De Luca', "D'Angelo", 'Lo Russo'])
  if (tag.startsWith('de')) return random.pick(['von der Heide', 'Müller-Lüdenscheidt', 'zu Hohenberg', 'von Berg'])
  return name
}

/** faker's German and Polish codes leave the format of the post now and then; these do not. */
function postalCode (random: Random, tag: string, faker: Faker): string {
  switch (tag) {
    case 'en-GB': return `${random.text('BCEGLMNSW', 1)}${random.pick(['', 'A', 'E', 'R'])}${random.between(1, 28)} ${random.between(1, 9)}${random.text('ABDEFGHJLNPQRSTUWXYZ', 2)}`
    case 'en-US': return random.chance(0.06) ? `${random.digits(5)}-${random.digits(4)}` : random.digits(5)
    case 'pl-PL': return `${random.digits(2)}-${random.digits(3)}`
    case 'pt-BR': return `${random.digits(5)}-${random.digits(3)}`
    case 'ja-JP': return `${random.digits(3)}-${random.digits(4)}`
    case 'nl-NL': return `${random.between(1000, 9999)}${random.pick([' ', ' ', ''])}${random.text('ABCDEFGHJKLMNPRSTVWXZ', 2)}`
    case 'zh-CN': return random.digits(6)
    case 'cs-CZ': return `${random.digits(3)} ${random.digits(2)}`
    case 'sv-SE': return faker.location.zipCode('### ##')
    default: return random.digits(5)
  }
}

function houseNumber (random: Random): string {
  const number = Math.ceil(random.logNormal(22, 1))
  if (random.chance(0.1)) return `${number}${random.text('abcdeABC', 1)}`
  if (random.chance(0.03)) return `${number}/${random.between(1, 40)}`
  if (random.chance(0.02)) return `${number}-${number + random.between(1, 4)}`
  return String(number)
}

const ligatures: Record<string, string> = { ß: 'ss', ł: 'l', ø: 'o', æ: 'ae', œ: 'oe', ı: 'i', đ: 'd' }

/** Lower-case ASCII letters of a name; '' for names in other scripts. */
export function latin (name: string): string {
  return name.toLowerCase().replace(/[ßłøæœıđ]/g, (letter) => ligatures[letter] ?? '').normalize('NFD').replace(/[^a-z]/g, '')
}
