import type { JsonSchema } from './body-schema'
import type { RouteSchemas } from './route-schemas'

/** One route for the document. */
export interface DocumentedRoute {
  method: string
  /** Fastify's pattern. */
  url: string
  schemas: RouteSchemas
}

/** What the document says about itself. */
export interface DocumentInfo {
  title: string
  version: string
}

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: string
  info: DocumentInfo & { description: string }
  paths: Record<string, Record<string, unknown>>
}

/** Routes of one method and path. */
interface Operation { parameters: readonly string[], schemas: RouteSchemas[] }

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])
/** Methods whose requests have no body that means anything (RFC 9110, section 9.3). */
const BODILESS: ReadonlySet<string> = new Set(['get', 'head', 'delete', 'trace'])

/**
 * What was learned of all routes, as one OpenAPI 3.1 document: path parameters by the routes' patterns, JSON bodies and replies as JSON Schemas
 * with how much is behind them (`x-` keywords). Routes of which nothing was learned are in it too. Methods that OpenAPI does not know are not.
 * Routes of one method and path (versions, hosts) are one operation, which takes and gives what any of them does.
 *
 * Source: OpenAPI Specification 3.1.0.
 */
export function openapiDocument (routes: readonly DocumentedRoute[], info: DocumentInfo): OpenApiDocument {
  const paths = new Map<string, Map<string, Operation>>()
  const templates = new Map<string, string>()
  for (const { method, url, schemas } of routes) {
    const name = method.toLowerCase()
    if (!METHODS.has(name)) continue
    const { path, parameters } = templateOf(url)
    // Templates that differ in names only are one path to OpenAPI.
    const key = path.replace(/\{[^}]*\}/g, '{}')
    const known = templates.get(key) ?? path
    templates.set(key, known)
    const item = paths.get(known) ?? new Map<string, Operation>()
    paths.set(known, item)
    const operation = item.get(name)
    if (operation === undefined) item.set(name, { parameters: known === path ? parameters : templateNames(known), schemas: [schemas] })
    else operation.schemas.push(schemas)
  }
  const description = 'Learned from traffic by fastify-anomalies: what was ordinary, not what was meant. x-samples tells how many bodies are behind a schema.'
  return { openapi: '3.1.0', info: { ...info, description }, paths: Object.fromEntries([...paths].map(([path, item]) => [path, Object.fromEntries([...item].map(([name, operation]) => [name, operationOf(name, operation)]))])) }
}

function operationOf (method: string, { parameters, schemas }: Operation): Record<string, unknown> {
  const replies: Record<string, unknown> = {}
  for (const status of new Set(schemas.flatMap(({ responses }) => Object.keys(responses)))) {
    const count = schemas.reduce((sum, { samples }) => sum + (samples.responses[status] ?? 0), 0)
    replies[status] = { description: `learned from ${count} replies`, content: jsonContent(schemas.map(({ responses }) => responses[status])) }
  }
  if (Object.keys(replies).length === 0) replies['default'] = { description: 'no JSON reply was learned' }
  const requests = schemas.reduce((sum, { samples }) => sum + samples.request, 0)
  return {
    ...parameters.length === 0 ? null : { parameters: parameters.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) },
    ...requests === 0 || BODILESS.has(method) ? null : { requestBody: { description: `learned from ${requests} requests`, required: true, content: jsonContent(schemas.map(({ request }) => request)) } },
    responses: replies
  }
}

/** @param learned Schemas of the routes that an operation stands for, as far as anything was learned of them. */
function jsonContent (learned: readonly (JsonSchema | null | undefined)[]): Record<string, unknown> {
  const schemas = learned.filter((schema) => schema !== null && schema !== undefined)
  return { 'application/json': { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas } } }
}

/** OpenAPI's template of a Fastify pattern: `/a/:id(^\\d+$)/*` is `/a/{id}/{wildcard}`. */
export function templateOf (url: string): { path: string, parameters: string[] } {
  const parameters: string[] = []
  let path = ''
  for (let i = 0; i < url.length; i++) {
    const char = url.charAt(i)
    if (char === '*') {
      path += `{${added(parameters, 'wildcard')}}`
    } else if (char === ':' && url.charAt(i + 1) === ':') {
      path += ':'
      i++
    } else if (char === ':') {
      let end = i + 1
      while (end < url.length && /\w/.test(url.charAt(end))) end++
      path += `{${added(parameters, url.slice(i + 1, end))}}`
      if (url.charAt(end) === '(') end = closing(url, end)
      if (url.charAt(end) === '?') end++
      i = end - 1
    } else {
      path += char === '{' ? '%7B' : char === '}' ? '%7D' : char
    }
  }
  return { path: path.startsWith('/') ? path : `/${path}`, parameters }
}

/** A name that is no parameter's yet. */
function added (parameters: string[], name: string): string {
  let free = name
  for (let i = 2; parameters.includes(free); i++) free = `${name}${i}`
  parameters.push(free)
  return free
}

/** What follows the parenthesis that closes the one at `from`. */
function closing (url: string, from: number): number {
  let depth = 0
  for (let i = from; i < url.length; i++) {
    if (url.charAt(i) === '\\') i++
    else if (url.charAt(i) === '(') depth++
    else if (url.charAt(i) === ')' && --depth === 0) return i + 1
  }
  return url.length
}

function templateNames (path: string): string[] { return [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name as string) }
