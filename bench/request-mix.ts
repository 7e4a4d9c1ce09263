import { seededRandom } from './random'
import { isGet, routeUrl } from './routes'

/** One request of the mix: what goes over the socket, and its parts for those who use `inject` or call a detector. */
export interface MixRequest {
  method: 'GET' | 'POST'
  route: number
  url: string
  /** Names and values in turn, as Node's `rawHeaders`. */
  headers: string[]
  body: string
}

/** A client: one address, one browser, one bearer token. */
interface Client {
  address: string
  authorization: string
  headers: string[]
}

const CLIENTS = 1000
const BODY_BYTES = 600
const SORTS = ['newest', 'price', 'rating', 'name']
const WORDS = ['lamp', 'oak table', 'chair', 'blue rug', 'desk', 'shelf 80cm', 'mirror', 'sofa bed', 'vase', 'door mat']
const LANGUAGES = ['en-GB,en;q=0.9', 'de-DE,de;q=0.9,en;q=0.8', 'fr-FR,fr;q=0.9', 'en-US,en;q=0.9']
const PLATFORMS = [['Windows', 'Windows NT 10.0; Win64; x64'], ['macOS', 'Macintosh; Intel Mac OS X 10_15_7'], ['Linux', 'X11; Linux x86_64']] as const

/**
 * The realistic mix of performance.md: seven in ten routes are GET with a path parameter, a query of two or three parameters, the others
 * POST of 600 bytes of JSON; twelve browser headers, a bearer token of 200 characters and one of 1,000 client addresses on each.
 * Every route of `routes` is as likely as any other. The same seed gives the same requests.
 */
export class RequestMix {
  readonly routes: number
  readonly #random: () => number
  readonly #clients: Client[]

  /** @param routes Number of routes that the server declares; > 0. */
  constructor (routes: number, seed: number) {
    this.routes = routes
    this.#random = seededRandom(seed)
    this.#clients = makeClients(seededRandom(4711))
  }

  next (): MixRequest {
    return this.ofRoute(this.#below(this.routes))
  }

  ofRoute (route: number): MixRequest {
    const client = this.#clients[this.#below(this.#clients.length)]!
    if (isGet(route)) return { method: 'GET', route, url: this.#getUrl(route), headers: client.headers, body: '' }
    const body = this.#orderBody()
    const headers = [...client.headers, 'content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))]
    return { method: 'POST', route, url: routeUrl(route), headers, body }
  }

  #getUrl (route: number): string {
    const path = routeUrl(route).replace(':id', String(1000 + this.#below(9000)))
    const query = `?page=${1 + this.#below(20)}&sort=${this.#pick(SORTS)}`
    return path + (this.#random() < 0.5 ? query : `${query}&q=${encodeURIComponent(this.#pick(WORDS))}`)
  }

  #orderBody (): string {
    const number = this.#below(1_000_000)
    const order = {
      customer: { id: number, name: `Customer ${number}`, email: `customer${number}@example.com`, newsletter: this.#random() < 0.3 },
      address: { street: `${1 + this.#below(200)} High Street`, city: 'Leeds', postcode: `LS${1 + this.#below(28)} 4AB`, country: 'GB' },
      items: [this.#item(), this.#item(), this.#item(), this.#item()],
      coupon: null,
      note: ''
    }
    order.note = 'Leave it with the neighbours please. '.repeat(20).slice(0, BODY_BYTES - JSON.stringify(order).length)
    return JSON.stringify(order)
  }

  #item (): { sku: string, quantity: number, price: number } {
    return { sku: `SKU-${10000 + this.#below(90000)}`, quantity: 1 + this.#below(5), price: (100 + this.#below(20000)) / 100 }
  }

  #below (limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #pick (values: readonly string[]): string {
    return values[this.#below(values.length)]!
  }
}

/** The bytes of the request on an HTTP/1.1 keep-alive connection. */
export function wireFormat (request: MixRequest): Buffer {
  let text = `${request.method} ${request.url} HTTP/1.1\r\n`
  for (let index = 0; index < request.headers.length; index += 2) {
    text += `${request.headers[index]}: ${request.headers[index + 1]}\r\n`
  }
  return Buffer.from(`${text}\r\n${request.body}`, 'latin1')
}

function makeClients (random: () => number): Client[] {
  return Array.from({ length: CLIENTS }, (_, index) => {
    const [platform, system] = PLATFORMS[Math.floor(random() * PLATFORMS.length)]!
    const version = 138 + Math.floor(random() * 4)
    const language = LANGUAGES[Math.floor(random() * LANGUAGES.length)]!
    const address = `198.${18 + (index & 1)}.${(index >> 8) & 255}.${index & 255}`
    const authorization = `Bearer ${token(random, 36)}.${token(random, 120)}.${token(random, 42)}`
    return { address, authorization, headers: browserHeaders(platform, system, version, language, authorization, address) }
  })
}

/** Twelve headers as a Chromium fetch sends them, the token, and the address that the proxy adds. */
function browserHeaders (platform: string, system: string, version: number, language: string, authorization: string, address: string): string[] {
  return [
    'host', 'shop.example.com',
    'connection', 'keep-alive',
    'sec-ch-ua-platform', `"${platform}"`,
    'user-agent', `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
    'accept', 'application/json, text/plain, */*',
    'sec-ch-ua', `"Chromium";v="${version}", "Not/A)Brand";v="24"`,
    'sec-ch-ua-mobile', '?0',
    'sec-fetch-site', 'same-origin',
    'sec-fetch-mode', 'cors',
    'sec-fetch-dest', 'empty',
    'accept-encoding', 'gzip, deflate, br, zstd',
    'accept-language', language,
    'authorization', authorization,
    'x-forwarded-for', address
  ]
}

function token (random: () => number, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  let text = ''
  for (let index = 0; index < length; index++) text += alphabet[Math.floor(random() * 64)]!
  return text
}
