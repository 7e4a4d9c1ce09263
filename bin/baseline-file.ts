import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import type { Snapshot } from '../lib/snapshot'
import { UNMATCHED } from '../plugins/route-table'
import { Failure, reasonOf } from './failure'
import type { RefusalsJson } from './refusal'
import { noRoutes } from './replay-app'
import type { ReplayRoute, RouteTable } from './routes'

const MIN_KEY = 16

/** A snapshot as `fastify.anomalies.snapshot()` gives it, with what a replay needs besides. */
export interface Baseline extends Snapshot {
  replay?: { routes: ReplayRoute[], exposeHeadRoutes: boolean, refusals: RefusalsJson }
}

/** Reads a snapshot. @throws Failure */
export async function readBaseline (file: string): Promise<Baseline> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Failure(`${file}: ${reasonOf(error)}`)
  }
  if (!isObject(json) || typeof json.version !== 'number' || !isObject(json.routes) || !Object.values(json.routes).every(isObject)) throw new Failure(`${file}: not a baseline (a snapshot of what was learned)`)
  return json as unknown as Baseline
}

/** Reads the key that a snapshot's hashes were made with, from the file beside it. @throws Failure */
export async function readKey (file: string): Promise<string> {
  const path = `${file}.key`
  try {
    const key = (await readFile(path, 'utf8')).trim()
    if (key.length >= MIN_KEY) return key
  } catch (error) {
    throw new Failure(`${path}: ${reasonOf(error)}; a baseline is of no use without the key of its hashes`)
  }
  throw new Failure(`${path}: a key has at least ${MIN_KEY} characters`)
}

/** Writes a snapshot, and its key beside it for its owner only; each is whole or not there. @throws Failure */
export async function writeBaseline (file: string, baseline: Baseline, key: string): Promise<void> {
  try {
    await replaceFile(`${file}.key`, `${key}\n`, 0o600)
    await replaceFile(file, `${JSON.stringify(baseline)}\n`, 0o644)
  } catch (error) {
    throw new Failure(`${file}: ${reasonOf(error)}`, { cause: error })
  }
}

/** The routes that a baseline was learned with. */
export function baselineRoutes (baseline: Baseline): RouteTable {
  if (baseline.replay !== undefined) {
    const { routes, exposeHeadRoutes } = baseline.replay
    return { ...noRoutes, routes, exposeHeadRoutes }
  }
  const routes: ReplayRoute[] = []
  for (const [key, { method, url }] of Object.entries(baseline.routes)) if (key !== UNMATCHED) routes.push({ method: [method], url })
  return { ...noRoutes, routes, exposeHeadRoutes: true }
}

async function replaceFile (file: string, text: string, mode: number): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  await writeFile(temporary, text, { mode })
  await chmod(temporary, mode)
  await rename(temporary, file)
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
