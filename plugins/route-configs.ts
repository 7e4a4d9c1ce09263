import type { FastifyRequest } from 'fastify'

/** What Fastify keeps of a route, as far as it is read here. */
interface RouteContext { readonly config?: { readonly url?: string } }

/**
 * Reads the config of a request's route. `request.routeOptions` gathers twelve things from five objects at each read, of which this takes one; where
 * Fastify keeps them is found with the first request, by what lies there, and where it is not found, `routeOptions` is read as before.
 */
export class RouteConfigs {
  #place: symbol | null = null
  #isSought = false

  /** The config; `null` where no route matched. */
  of (request: FastifyRequest): object | null {
    if (!this.#isSought) this.#seek(request)
    if (this.#place === null) return request.is404 ? null : request.routeOptions.config
    const { config } = (request as unknown as Record<symbol, RouteContext>)[this.#place] as RouteContext
    return config === undefined || config.url === undefined ? null : config
  }

  /** The one property of the request that holds the config of its route. */
  #seek (request: FastifyRequest): void {
    if (request.is404) return
    this.#isSought = true
    const { config } = request.routeOptions
    const places = Object.getOwnPropertySymbols(request).filter((symbol) => {
      const held = (request as unknown as Record<symbol, RouteContext | null | undefined>)[symbol]
      return typeof held === 'object' && held !== null && held.config === config
    })
    this.#place = places.length === 1 ? places[0] as symbol : null
  }
}
