import { Faker, base, en, es } from '@faker-js/faker'
import type { Pairs } from './entry'
import { latin } from './pools'
import { Random } from './random'

/** A Spanish customer of the old shop, and what such people type. */
export interface Customer {
  login: string
  password: string
  name: string
  surnames: string
  email: string
  nif: string
  street: string
  town: string
  zip: string
  province: string
  card: string
}

const goods: [name: string, price: number][] = ([
  'Vino Rioja', 'Jamón ibérico', 'Queso manchego', 'Aceite de oliva', 'Azafrán', 'Turrón de Jijona', 'Pimentón de la Vera', 'Aceitunas', 'Membrillo', 'Café en grano', "Sal d'Es Trenc", 'Sidra natural (75 cl)', 'Vino tinto 1/2 botella', 'Pack 3+1 conservas', 'Cava brut', 'Miel de romero', 'Chocolate 70%', 'Anchoas', 'Piñones', 'Galletas M&M'
] as const).map((name, i) => [name, [85, 39, 24, 12, 7, 6, 4, 3, 5, 9, 8, 4, 6, 18, 11, 7, 3, 10, 14, 2][i] as number])

const provinces = ['Madrid', 'Barcelona', 'Valencia', 'Sevilla', 'Zaragoza', 'Málaga', 'Murcia', 'Alicante', 'Bizkaia', 'Cádiz', 'A Coruña', 'Asturias', 'Granada', 'Pontevedra', 'Tarragona', 'Córdoba', 'Girona', 'Almería', 'Toledo', 'Badajoz', 'Navarra', 'Jaén', 'Cantabria', 'Castellón', 'Huelva', 'Valladolid', 'Ciudad Real', 'León', 'Lleida', 'Cáceres', 'Álava', 'Lugo', 'Salamanca', 'Burgos', 'Ourense', 'La Rioja', 'Guipúzcoa', 'Santa Cruz de Tenerife', 'Las Palmas', 'Illes Balears']
const streetKinds = ['Calle', 'C/', 'Avda.', 'Avenida', 'Plaza', 'Pza.', 'Paseo', 'Camino', 'Ronda', 'Travesía', 'Carrer', 'C.']
const rareTowns = ["L'Hospitalet de Llobregat", 'Sant Boi de Llobregat', 'Vitoria-Gasteiz', "Platja d'Aro, Castell-", 'San Sebastián / Donostia', 'Alcázar de San Juan', "La Seu d'Urgell", 'Eivissa (Ibiza)', 'Rivas-Vaciamadrid', 'Peñíscola/Peníscola', 'El Puerto de Sta. María']
const rareSurnames = ["O'Donnell Ruiz", "D'Ors Pérez", 'García-Margallo', 'de la Fuente y Prado', "O'Shea", 'San-José López', 'Martínez de Irujo', "Dell'Olmo"]

export class LegacyPool {
  readonly #firstNames: string[]
  readonly #surnames: string[]
  readonly #towns: string[]
  readonly #streets: string[]
  readonly #words: string[]

  constructor (random: Random) {
    const faker = new Faker({ locale: [es, en, base], seed: random.uint32() })
    const many = (count: number, make: () => string): string[] => Array.from({ length: count }, () => singleByte(make()))
    this.#firstNames = many(320, () => faker.person.firstName())
    this.#surnames = many(500, () => (faker.person.lastName().split(' ')[0]) ?? 'Gil')
    this.#towns = many(400, () => faker.location.city())
    this.#streets = many(500, () => faker.location.street().replace(/^\S+ /, ''))
    this.#words = many(600, () => latin(faker.word.noun()) || 'sol').filter((word) => word.length > 3)
  }

  good (random: Random): [id: string, name: string, price: string] {
    const at = Math.floor(goods.length * random.next() ** 1.5)
    const [name, price] = goods[at] as [string, number]
    return [String(at + 1), name, random.chance(0.15) ? `${price - 1}.${random.pick(['5', '95', '50', '9'])}` : String(price)]
  }

  customer (random: Random): Customer {
    const first = random.pick(this.#firstNames)
    const name = random.chance(0.12) ? `${first}${random.pick([' ', ' ', '-', ' de '])}${random.pick(this.#firstNames)}` : random.chance(0.015) ? `Mª ${first}` : first
    const surname = random.pick(this.#surnames)
    const surnames = random.chance(0.02) ? random.pick(rareSurnames) : random.chance(0.85) ? `${surname} ${random.pick(this.#surnames)}` : surname
    const letters = 'TRWAGMYFPDXBNJZSQVHLCKE'
    const number = random.between(1_000_000, 99_999_999)
    return {
      login: this.#login(random, first, surname),
      password: this.#password(random),
      name,
      surnames,
      email: this.#email(random, first, surname),
      nif: String(number).padStart(8, '0') + letters.charAt(number % 23),
      street: this.#street(random),
      town: random.chance(0.04) ? random.pick(rareTowns) : random.pick(this.#towns),
      zip: `${String(random.between(1, 52)).padStart(2, '0')}${random.digits(3)}`,
      province: random.skewed(provinces, 1.4),
      card: random.digits(16)
    }
  }

  #login (random: Random, first: string, surname: string): string {
    const given = latin(first) || 'ana'
    switch (random.int(7)) {
      case 0: return given
      case 1: return `${given}${random.between(1, 99)}`
      case 2: return `${given[0]}${latin(surname)}`
      case 3: return `${given}.${latin(surname)}`
      case 4: return `${random.pick(this.#words)}${random.pick(['', '_', '-'])}${random.pick(this.#words)}`
      case 5: return first.split(/[ -]/)[0] ?? given
      default: return `${random.pick(this.#words)}${random.between(1950, 2010)}`
    }
  }

  #password (random: Random): string {
    const word = random.pick(this.#words)
    switch (random.int(8)) {
      case 0: return random.digits(random.between(4, 9))
      case 1: return word
      case 2: return word.charAt(0).toUpperCase() + word.slice(1) + random.between(1, 999)
      case 3: return random.text('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', random.between(6, 14))
      case 4: return random.text('abcdefghijklmnopqrstuvwxyz0123456789', random.between(5, 10))
      case 5: return random.chance(0.5) ? random.text('abcdefghijkmnñopqrstuvwxyzáéíóú0123456789', random.between(6, 12)) : `${word}${random.pick(['ñ', 'á', 'ü', 'ç'])}${random.between(1, 99)}`
      case 6: return random.text('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&/()=?*+-_.,:;@#', random.between(7, 14))
      default: return `${word}${random.pick(['.', '-', '_', '!', '*', ' ', '$', '@'])}${random.between(0, 99)}`
    }
  }

  #email (random: Random, first: string, surname: string): string {
    const domain = random.chance(0.7) ? random.pick(['hotmail.com', 'gmail.com', 'yahoo.es', 'telefonica.net', 'terra.es', 'ono.com', 'ya.com']) : `${random.pick(this.#words)}${random.pick(['', '-'])}${random.pick(this.#words)}.${random.pick(['es', 'com', 'org', 'com.es', 'cat', 'net', 'info'])}`
    const local = random.pick([`${latin(first)}.${latin(surname)}`, `${latin(first)[0] ?? 'a'}${latin(surname)}`, `${latin(first)}${random.between(1, 99)}`, `${latin(surname)}_${latin(first)}`, `${latin(first)}-${random.pick(this.#words)}`])
    return `${local}@${domain}`
  }

  #street (random: Random): string {
    const street = `${random.pick(streetKinds)} ${random.pick(this.#streets)}`
    const number = Math.ceil(random.logNormal(20, 1))
    switch (random.int(8)) {
      case 0: return `${street}, ${number}`
      case 1: return `${street} ${number}, ${random.between(1, 9)}º${random.text('ABCDE', 1)}`
      case 2: return `${street}, ${number}, ${random.between(1, 9)}º ${random.pick(['izq.', 'dcha.', 'Izda'])}`
      case 3: return `${street} ${number} ${random.between(1, 9)}-${random.text('ABCD', 1)}`
      case 4: return `${street}, nº ${number}`
      case 5: return random.chance(0.4) ? `${street}, s/n` : `${street} ${number}`
      case 6: return random.chance(0.2) ? `Pol. Ind. ${random.pick(this.#streets)}, parc. ${number} (nave ${random.between(1, 20)})` : `${street} ${number} bis`
      default: return `${street} ${number}`
    }
  }
}

/** `application/x-www-form-urlencoded` in ISO-8859-1, as old servers ask for it. */
export function encodeLatin1 (text: string): string {
  let out = ''
  for (const char of text) {
    const code = char.codePointAt(0) as number
    if (code === 32) out += '+'
    else if (/[\w.*-]/.test(char) && code < 128) out += char
    else if (code < 256) out += '%' + code.toString(16).toUpperCase().padStart(2, '0')
    else out += `%26%23${code}%3B`
  }
  return out
}

export function latin1Pairs (pairs: Readonly<Pairs>): string { return pairs.map(([name, value]) => `${encodeLatin1(name)}=${encodeLatin1(value)}`).join('&') }

function singleByte (text: string): string { return text.replace(/[^\0-ÿ]/g, '') }
