import { readFile } from 'node:fs/promises'
import { METHODS } from 'node:http'
import { Failure, reasonOf } from './failure'

/** A route of the application that a recording was made of. */
export interface ReplayRoute {
  method: string[]
  /** Fastify's pattern. */
  url: string
  /** The route's `config`, with `anomalies` in it. */
  config?: object
  constraints?: object
}

/** Server options that decide which route a URL matches. */
export interface RouterSettings {
  caseSensitive?: boolean
  ignoreDuplicateSlashes?: boolean
  ignoreTrailingSlash?: boolean
  maxParamLength?: number
  useSemicolonDelimiter?: boolean
}

export interface RouteTable {
  routes: ReplayRoute[]
  router: RouterSettings
  /** Whether each GET route answers HEAD as well, as Fastify makes it. */
  exposeHeadRoutes: boolean
}

/** No limit to a parameter's length: an attack that is longer than Fastify's 100 characters must reach the detectors. */
export const UNLIMITED = 2 ** 30

/**
 * Routes from a file: an OpenAPI 3 or Swagger 2 document in JSON, or a list of `{ method, url }`, where `method` may be a list and
 * `config` is the route's own.
 *
 * @throws Failure Naming file and entry.
 */
export async function readRoutes (file: string): Promise<RouteTable> {
  let document: unknown
  try {
    document = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    const hint = /\.ya?ml$/i.test(file) ? '; an OpenAPI document has to be JSON' : ''
    throw new Failure(`${file}: ${reasonOf(error)}${hint}`)
  }
  const routes = Array.isArray(document) ? listedRoutes(document, file) : openapiRoutes(document, file)
  return { routes, router: { maxParamLength: UNLIMITED }, exposeHeadRoutes: true }
}

function listedRoutes (list: readonly unknown[], file: string): ReplayRoute[] {
  return list.map((item, index) => {
    const where = `${file}: route ${index}`
    if (!isObject(item)) throw new Failure(`${where} is not an object`)
    const { method, url, config } = item
    if (typeof url !== 'string' || !(url.startsWith('/') || url === '*')) throw new Failure(`${where}: url must begin with a slash`)
    const methods = (Array.isArray(method) ? method : [method]).map((name) => methodOf(name, where))
    if (config !== undefined && !isObject(config)) throw new Failure(`${where}: config is not an object`)
    return { method: methods, url, ...config === undefined ? null : { config } }
  })
}

function openapiRoutes (document: unknown, file: string): ReplayRoute[] {
  if (!isObject(document) || !isObject(document.paths)) {
    throw new Failure(`${file}: neither a list of { method, url } nor an OpenAPI document (it has no paths)`)
  }
  const prefix = basePath(document)
  const routes: ReplayRoute[] = []
  for (const [path, item] of Object.entries(document.paths)) {
    if (!isObject(item) || !path.startsWith('/')) throw new Failure(`${file}: paths[${JSON.stringify(path)}] is not a path`)
    const method = Object.keys(item).map((name) => name.toUpperCase()).filter((name) => METHODS.includes(name))
    if (method.length > 0) routes.push({ method, url: pattern(prefix + path) })
  }
  return routes
}

/** `/orders/{id}.json` as Fastify writes it. */
function pattern (path: string): string {
  return path.replaceAll(':', '::').replace(/\{([^{}/]+)\}/g, (_, name: string) => `:${name.replaceAll(/\W/g, '_')}`)
}

/** Where the document's paths hang: Swagger's `basePath`, or the path of the first server. */
function basePath (document: Record<string, unknown>): string {
  const { basePath: base, servers } = document
  const url = typeof base === 'string' ? base : Array.isArray(servers) && isObject(servers[0]) ? servers[0].url : undefined
  if (typeof url !== 'string') return ''
  return url.replace(/^(?:\w+:)?\/\/[^/]*/, '').replace(/\/+$/, '')
}

function methodOf (name: unknown, where: string): string {
  const method = typeof name === 'string' ? name.toUpperCase() : ''
  if (METHODS.includes(method)) return method
  throw new Failure(`${where}: ${JSON.stringify(name)} is not an HTTP method`)
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
