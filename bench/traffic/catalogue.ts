import { Faker, base, en } from '@faker-js/faker'
import { Random, uuidFrom } from './random'
import { latin } from './pools'

export interface Product {
  id: number
  sku: string
  slug: string
  name: string
  category: string
  price: number
  /** The product as it stands in lists, and as it stands alone: JSON text. */
  summary: string
  detail: string
}

export const categories = ['bicycles', 'tents', 'backpacks', 'climbing', 'running-shoes', 'jackets', 'lamps', 'cookware', 'water-bottles', 'maps-books',
  'kayaks', 'ski-touring', 'electronics', 'kids', 'sale', 'gift-cards', 'care-repair', 'food']

export const productCount = 640

/**
 * The example shop's goods: the same at every start, whatever the seed of the traffic, with their JSON made once. Lists are slices of
 * one long text, so that a reply costs no serialisation.
 */
export class Catalogue {
  readonly products: Product[] = []
  readonly #byId = new Map<string, Product>()
  readonly #bySku = new Map<string, Product>()
  readonly #bySlug = new Map<string, Product>()
  #rows = ''
  #ends: number[] = []
  #csv = ''
  #csvEnds: number[] = []

  constructor () {
    const random = new Random('catalogue')
    const faker = new Faker({ locale: [en, base], seed: 20_240 })
    for (let i = 0; i < productCount; i++) this.#add(makeProduct(random, faker, i))
  }

  byId (id: string): Product | undefined { return this.#byId.get(id) }
  bySku (sku: string): Product | undefined { return this.#bySku.get(sku) }
  bySlug (slug: string): Product | undefined { return this.#bySlug.get(slug) }

  /** JSON texts of up to `count` products from place `start` on, separated by commas. */
  summaries (start: number, count: number): string {
    const end = Math.min(start + count, productCount)
    return start >= end ? '' : this.#rows.slice(start === 0 ? 0 : this.#ends[start - 1], (this.#ends[end - 1] as number) - 1)
  }

  csv (count: number): string { return this.#csv.slice(0, this.#csvEnds[Math.min(count, productCount) - 1] ?? 0) }

  #add (product: Product): void {
    this.products.push(product)
    this.#byId.set(String(product.id), product)
    this.#bySku.set(product.sku, product)
    this.#bySlug.set(product.slug, product)
    this.#rows += product.summary + ','
    this.#ends.push(this.#rows.length)
    this.#csv += `${product.sku};"${product.name.replaceAll('"', '""')}";${product.category};${product.price.toFixed(2)};${product.id % 97};${product.slug}\n`
    this.#csvEnds.push(this.#csv.length)
  }
}

function makeProduct (random: Random, faker: Faker, index: number): Product {
  const id = 1000 + index * 7 + random.int(6)
  const category = random.skewed(categories, 1.4)
  const name = productName(random, faker)
  const price = Math.round(random.logNormal(48, 1.1)) - (random.chance(0.7) ? 0.01 : 0.5)
  const sku = `${random.text('ABCDEFGHKLMNPRSTW', 3)}-${random.digits(5)}`
  const slug = `${name.toLowerCase().split(/[^\p{L}\d]+/u).map((word) => latin(word) || word.replace(/\D/g, '')).filter(Boolean).join('-')}-${id}`
  const basics = { id, sku, slug, name, category, price: Math.max(price, 0.99), currency: 'EUR', rating: random.between(20, 50) / 10, reviews: Math.floor(random.logNormal(12, 1.2)), image: `/assets/img/${slug}.svg` }
  const detail = {
    ...basics,
    uuid: uuidFrom(random.hex(32)),
    description: faker.lorem.sentences({ min: 2, max: 3 + Math.floor(random.logNormal(4, 0.8)) }),
    stock: id % 97,
    tags: faker.helpers.multiple(() => faker.word.adjective(), { count: random.between(1, 5) }),
    weightGrams: random.between(40, 9000),
    dimensions: random.chance(0.7) ? { width: random.between(2, 120), height: random.between(2, 120), depth: random.between(1, 80) } : null
  }
  return { id, sku, slug, name, category, price: basics.price, summary: JSON.stringify(basics), detail: JSON.stringify(detail) }
}

function productName (random: Random, faker: Faker): string {
  const name = faker.commerce.productName()
  const mark = random.int(20)
  if (mark === 0) return `${faker.company.name().split(/[ ,]/)[0]} & ${random.pick(['Sons', 'Söhne', 'Co.'])} ${name}`
  if (mark === 1) return `${name} ${random.between(5, 29)}"`
  if (mark === 2) return `${random.pick(["Kids'", "Men's", "Women's"])} ${name}`
  if (mark === 3) return `${random.pick(['Café', 'Förde', 'Ísafold', 'Ñandú', 'Żubr', "L'Étoile"])} ${name}`
  if (mark === 4) return `${name} (${random.pick(['2-pack', '50/50', 'XL', 'size 42½', '3-in-1'])})`
  return name
}
