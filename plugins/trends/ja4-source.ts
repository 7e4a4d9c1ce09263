import { Server } from 'node:tls'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HeaderLayouts } from '../../lib/detectors/header-layout'
import type { HeaderLayout } from '../../lib/detectors/header-layout'
import { FST_ANOMALIES_BAD_OPTION } from '../errors'
import type { IdentityOptions } from './identity-options'
import type { TrustedHops } from './trusted-hops'

/** Gives the JA4 of a request's TLS client as it was found or sent, `''` where it is not known. */
export type Ja4Source = (request: FastifyRequest, layout: HeaderLayout, rawHeaders: readonly string[]) => string

interface TrackedSocket { tlsClientHello?: { ja4: string } }

/**
 * Where JA4 fingerprints come from; `null` where they are not wanted.
 * @param place Number of the header among those whose positions were asked for.
 * @throws FST_ANOMALIES_BAD_OPTION Where the application has no TLS of its own, or `read-tls-client-hello` is not installed.
 */
export function ja4Source (fastify: FastifyInstance, ja4: IdentityOptions['ja4'], hops: TrustedHops, place: number): Ja4Source | null {
  if (ja4 === undefined) return null
  if (ja4 === 'tls') return ofOwnTls(fastify)
  const position = HeaderLayouts.further(place)
  return function ofHeader (request, { positions }, rawHeaders) {
    const at = positions[position] as number
    return at < 0 || !hops.trusts(request) ? '' : rawHeaders[at] as string
  }
}

/** Reads the hello of each connection before TLS sees it. */
function ofOwnTls ({ server }: FastifyInstance): Ja4Source {
  if (!((server as unknown) instanceof Server)) throw new FST_ANOMALIES_BAD_OPTION('trends.ja4 \'tls\' needs an application with `https`', '')
  let track: (server: Server) => unknown
  try {
    track = require('read-tls-client-hello').trackClientHellos
  } catch {
    throw new FST_ANOMALIES_BAD_OPTION('trends.ja4 \'tls\' needs the package read-tls-client-hello', '')
  }
  track(server as unknown as Server)
  return function ofSocket (request) {
    return (request.raw.socket as TrackedSocket | undefined)?.tlsClientHello?.ja4 ?? ''
  }
}
