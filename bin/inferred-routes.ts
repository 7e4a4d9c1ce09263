import { METHODS } from 'node:http'
import { LANGUAGE_FORM } from '../lib/detectors/language-prefix'
import { PathTree } from '../lib/detectors/path-tree'
import type { PathTemplate } from '../lib/detectors/path-tree'
import { routedPath } from '../lib/har'
import type { Exchange } from '../lib/har'
import { hashText } from '../lib/text/keyed-hash'
import { UNLIMITED } from './routes'
import type { ReplayRoute, RouteTable } from './routes'

/** Nodes of the tree: an API of some thousand routes. */
const CAPACITY = 1 << 16
/** Requests from which a method needs to have been seen more than once with a template. */
const ENOUGH = 60
/** Statuses by which an application says that it has no such route. */
const NO_ROUTE = new Set([404, 405, 501])

/**
 * Infers an application's routes from traffic: learned path templates with the methods seen on each. What only one request of many asked for is
 * no route.
 */
export class InferredRoutes {
  readonly #tree = new PathTree(CAPACITY)
  readonly #onlyAnswered: boolean

  /**
   * @param onlyAnswered Whether traffic may hold attacks (it is judged, not learned from): then requests that the application had no route for,
   * going by the recorded status, count for nothing. In learning traffic a 404 can be an ordinary answer.
   */
  constructor (onlyAnswered: boolean) { this.#onlyAnswered = onlyAnswered }

  learn (exchange: Exchange): void {
    if (!METHODS.includes(exchange.method)) return
    if (this.#onlyAnswered && exchange.reply !== null && NO_ROUTE.has(exchange.reply.status)) return
    const path = routedPath(exchange.target)
    if (path !== null) this.#tree.learn(path, hashText(exchange.client ?? '', 0), exchange.method)
  }

  table (): RouteTable {
    const routes: ReplayRoute[] = []
    const taken = new Set<string>()
    for (const template of this.#tree.templates()) {
      const url = patternOf(template)
      const place = url.replaceAll(/:\w+/g, ':')
      const method = this.#methodsOf(template).filter((name) => !taken.has(`${name} ${place}`))
      for (const name of method) taken.add(`${name} ${place}`)
      if (method.length > 0) routes.push({ method, url })
    }
    return { routes, router: { maxParamLength: UNLIMITED }, exposeHeadRoutes: false }
  }

  #methodsOf ({ labels }: PathTemplate): string[] {
    const least = this.#tree.total < ENOUGH ? 1 : 2
    return [...labels].filter(([, count]) => count >= least).map(([method]) => method)
  }
}

/** Names of parameters that stand for languages: nothing else is one, so that other paths stay unmatched. */
const LANGUAGES = /^language\d*$/

/**
 * The template in Fastify's writing. A colon in a literal is doubled; a literal that holds an asterisk or an escape, for which there is no
 * writing, becomes a parameter.
 */
function patternOf ({ segments }: PathTemplate): string {
  let unwritable = 0
  return segments.map(({ text, isParameter }) => {
    if (isParameter) return LANGUAGES.test(text) ? `/:${text}(${LANGUAGE_FORM})` : `/:${text}`
    if (/[*%]/.test(text)) return `/:literal${++unwritable}`
    return `/${text.replaceAll(':', '::')}`
  }).join('')
}
