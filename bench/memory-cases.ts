import type { MixRequest } from './request-mix'

/** What the subject of a memory case tells at each mark. */
export interface MemoryReport {
  requests: number
  heapUsed: number
  arrayBuffers: number
  /** Routes with a baseline, and those of them that are active. */
  baselines: number
  active: number
  /** Events recorded so far. */
  events: number
}

/** A case: ordinary requests to so many routes, changed by `request`, with memory taken after so many of them. */
export interface MemoryCase {
  name: string
  about: string
  routes: number
  /** Routes that get requests in turn until each has had `perRoute`; then the next ones do. */
  together: number
  perRoute: number
  marks: number[]
  request: (ordinary: MixRequest, count: number) => MixRequest
}

const MILLION = 1_000_000
/** By then the ten routes' baselines are active. */
const LEARNED = 20_000
const PER_ROUTE = 1000

/** The case of many routes, each with 1,000 requests. */
export function manyRoutes (routes: number): MemoryCase {
  return {
    name: 'routes',
    about: `${routes.toLocaleString('en-GB')} routes, each with 4 parameters, 14 headers and 1,000 requests of 1,000 clients; reply times and sizes vary`,
    routes,
    together: 10,
    perRoute: PER_ROUTE,
    marks: [0, routes * PER_ROUTE / 10, routes * PER_ROUTE],
    request: (ordinary) => ordinary
  }
}

export const distinctCases: MemoryCase[] = [
  distinct('clients', 'a million client addresses and tokens', (ordinary, number) => ({
    ...ordinary,
    headers: ordinary.headers.map((value, index) => {
      const name = ordinary.headers[index - 1]
      return index % 2 === 0 ? value : name === 'x-forwarded-for' ? address(number) : name === 'authorization' ? `Bearer ${number}.${value.slice(20)}` : value
    })
  })),
  distinct('parameters', 'a million names of query parameters', (ordinary, number) => ({ ...ordinary, url: `${ordinary.url}&parameter${number}=1` })),
  distinct('values', 'a million values of one query parameter', (ordinary, number) => ({ ...ordinary, url: `${ordinary.url}&q=value${number}` })),
  distinct('paths', 'a million paths that match no route', (ordinary, number) => ({ ...ordinary, url: `/no/such/path-${number}` })),
  distinct('headers', 'a million header names', (ordinary, number) => ({ ...ordinary, headers: [...ordinary.headers, `x-header-${number}`, '1'] })),
  distinct('cookies', 'a million cookie names', (ordinary, number) => ({ ...ordinary, headers: [...ordinary.headers, 'cookie', `cookie${number}=1`] }))
]

/** Ordinary requests until the routes are learned, then a million that differ from one another in one thing. */
function distinct (name: string, about: string, request: MemoryCase['request']): MemoryCase {
  return {
    name,
    about,
    routes: 10,
    together: 10,
    perRoute: Infinity,
    marks: [LEARNED, LEARNED + MILLION / 10, LEARNED + MILLION],
    request: (ordinary, count) => count < LEARNED ? ordinary : request(ordinary, count - LEARNED)
  }
}

function address (number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
}
