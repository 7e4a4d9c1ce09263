import Fastify from 'fastify'
import type { FastifyPluginAsync, RouteOptions } from 'fastify'
import { Failure, reasonOf } from './failure'
import { loadModule } from './load-module'
import type { ReplayRoute, RouterSettings, RouteTable } from './routes'

const ROUTER_SETTINGS = ['caseSensitive', 'ignoreDuplicateSlashes', 'ignoreTrailingSlash', 'maxParamLength', 'useSemicolonDelimiter'] as const

/**
 * The route table of a user's application: its plugin file is registered in a Fastify instance of its own, which neither listens nor becomes
 * ready, where every route is noted as it is declared (method, pattern, `config`, host and version constraints), and which is closed again.
 * Nothing else of the application takes part in the replay: no handler, no hook (an authentication hook would refuse recorded tokens, which
 * have expired), no schema validation, no error handler. What the plugin's own body does, it does: a connection it opens is opened, and
 * closed by its `onClose`.
 *
 * Where the file exports `options` (as fastify-cli reads them), those that decide about routing are taken over.
 *
 * @throws Failure Where the file exports no plugin, or the plugin fails.
 */
export async function appRoutes (file: string): Promise<RouteTable> {
  const { main, exports } = await loadModule(file)
  if (typeof main !== 'function') throw new Failure(`${file}: exports no Fastify plugin (a function, as fastify-cli starts it)`)
  const router = routerSettings(exports.options)
  const scratch = Fastify({ logger: false, routerOptions: router })
  const routes: ReplayRoute[] = []
  scratch.addHook('onRoute', (route) => { routes.push(replayRoute(route)) })
  try {
    await scratch.register(main as FastifyPluginAsync)
  } catch (error) {
    throw new Failure(`${file}: the plugin failed: ${reasonOf(error)}`, { cause: error })
  } finally {
    await scratch.close()
  }
  return { routes, router, exposeHeadRoutes: false }
}

function replayRoute ({ method, url, config, constraints }: RouteOptions): ReplayRoute {
  return {
    method: Array.isArray(method) ? method : [method],
    url,
    ...config === undefined ? null : { config },
    ...constraints === undefined ? null : { constraints: knownConstraints(constraints) }
  }
}

/** Own constraint strategies belong to the server's options, which a plugin file does not have. */
function knownConstraints (constraints: Record<string, unknown>): object {
  const { host, version } = constraints
  return { ...host === undefined ? null : { host }, ...version === undefined ? null : { version } }
}

function routerSettings (options: unknown): RouterSettings {
  if (typeof options !== 'object' || options === null) return {}
  const top = options as Record<string, unknown>
  const given = { ...top, ...typeof top.routerOptions === 'object' ? top.routerOptions : null } as Record<string, unknown>
  const settings: Record<string, unknown> = {}
  for (const name of ROUTER_SETTINGS) if (given[name] !== undefined) settings[name] = given[name]
  return settings
}
