import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { declareRoutes } from './routes'
import type { ServerMessage, ServerQuestion } from './server-process'
import { teach } from './teaching'
import { variantsNamed } from './variants'
import type { Variant } from './variants'

/*
 * The server process of one variant: `node server.js <variant>`. It tells its port, answers what it is asked (the CPU time used so far,
 * the state of what was learned), and ends with its parent.
 */

async function build ({ register, config, routes, lesson }: Variant): Promise<FastifyInstance> {
  const app = Fastify({ trustProxy: 'loopback' })
  await register(app)
  declareRoutes(app, Array.from({ length: routes }, (_, route) => route), config)
  if (lesson !== null) {
    await app.ready()
    await teach(app, routes, lesson.perRoute, lesson.clock)
  }
  return app
}

async function serve (name: string): Promise<void> {
  const app = await build(variantsNamed(name).find((candidate) => candidate.name === name)!)
  await app.listen({ port: 0, host: '127.0.0.1' })
  process.on('disconnect', () => process.exit())
  process.on('message', (question: ServerQuestion) => question === 'collect' ? setImmediate(collect, COLLECTIONS) : say(question === 'cpu' ? cpuTime() : stateOf(app)))
  say({ port: (app.server.address() as AddressInfo).port })
}

/** V8 keeps a hidden class that nothing uses for two full collections. */
const COLLECTIONS = 4

/** Of itself, while nothing is under way; the server was started with `--expose-gc`. */
function collect (left: number): void {
  globalThis.gc!()
  if (left > 1) setImmediate(collect, left - 1)
  else say({})
}

function cpuTime (): ServerMessage {
  const { user, system } = process.cpuUsage()
  return { cpu: user + system }
}

function stateOf (app: FastifyInstance): ServerMessage {
  if (!app.hasDecorator('anomalies')) return {}
  return {
    learning: app.anomalies.baselines().filter(({ state }) => state === 'learning').length,
    events: app.anomalies.query({ limit: 1 }).total
  }
}

function say (message: ServerMessage): void {
  process.send!(message)
}

serve(process.argv[2] ?? 'bare')
