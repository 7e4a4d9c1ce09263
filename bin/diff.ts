import { SNAPSHOT_VERSION } from '../lib/snapshot'
import type { Snapshot } from '../lib/snapshot'
import { UNMATCHED } from '../plugins/route-table'
import { readBaseline } from './baseline-file'
import { Failure, reasonOf } from './failure'
import { fieldChanges } from './field-diff'
import type { FieldChange } from './field-diff'
import { learnedHeaders, learnedRoute } from './learned'
import type { LearnedRoute } from './learned'

/** Ratio from which a size or duration has changed. */
const NOTABLE = 1.25

export interface QuantityChange { quantity: string, before: number | null, after: number | null }

/** A route that both baselines have, and what is not the same about it. */
export interface RouteChange {
  route: string
  responses: { before: number, after: number }
  fields: FieldChange[]
  requiredHeaders: { appeared: string[], vanished: string[] }
  /** 99th percentiles that differ by a quarter or more: bytes, milliseconds, requests a minute. */
  quantities: QuantityChange[]
}

/** What differs between two baselines. */
export interface BaselineDiff {
  before: { file: string, takenAt: string, routes: number }
  after: { file: string, takenAt: string, routes: number }
  /** Whether hashes of values can be compared one by one; else only their numbers. */
  sameKey: boolean
  routes: { appeared: string[], vanished: string[], changed: RouteChange[] }
  /** Headers and cookies of the whole application. */
  headers: FieldChange[]
}

/**
 * Compares two snapshots.
 *
 * @throws Failure Where one cannot be read, or is of another version.
 */
export async function diffBaselines (beforeFile: string, afterFile: string): Promise<BaselineDiff> {
  const before = await comparable(beforeFile)
  const after = await comparable(afterFile)
  try {
    return diffOf({ file: beforeFile, snapshot: before }, { file: afterFile, snapshot: after })
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
    throw new Failure(`${beforeFile}, ${afterFile}: what was learned cannot be read (${reasonOf(error)})`, { cause: error })
  }
}

interface Side { file: string, snapshot: Snapshot }

function diffOf (before: Side, after: Side): BaselineDiff {
  const sameKey = before.snapshot.keyTag === after.snapshot.keyTag
  const oldRoutes = routesOf(before)
  const newRoutes = routesOf(after)
  const changed: RouteChange[] = []
  for (const [route, old] of oldRoutes) {
    const now = newRoutes.get(route)
    if (now === undefined) continue
    const change = routeChange(route, learnedRoute(old), learnedRoute(now), sameKey)
    if (change !== null) changed.push(change)
  }
  return {
    before: about(before),
    after: about(after),
    sameKey,
    routes: { appeared: missingFrom(oldRoutes, newRoutes), vanished: missingFrom(newRoutes, oldRoutes), changed },
    headers: fieldChanges(learnedHeaders(before.snapshot), learnedHeaders(after.snapshot), sameKey)
  }
}

function routeChange (route: string, before: LearnedRoute, after: LearnedRoute, sameKey: boolean): RouteChange | null {
  const fields = fieldChanges(before.fields, after.fields, sameKey)
  const requiredHeaders = {
    appeared: after.required.filter((name) => !before.required.includes(name)),
    vanished: before.required.filter((name) => !after.required.includes(name))
  }
  const quantities = quantityChanges(before.quantities, after.quantities)
  if (fields.length + requiredHeaders.appeared.length + requiredHeaders.vanished.length + quantities.length === 0) return null
  return { route, responses: { before: before.responses, after: after.responses }, fields, requiredHeaders, quantities }
}

function quantityChanges (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): QuantityChange[] {
  const changes: QuantityChange[] = []
  for (const quantity of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [before.get(quantity), after.get(quantity)]
    if (a !== undefined && b !== undefined && Math.max(a, b) + 1 < NOTABLE * (Math.min(a, b) + 1)) continue
    changes.push({ quantity, before: a ?? null, after: b ?? null })
  }
  return changes
}

async function comparable (file: string): Promise<Snapshot> {
  const snapshot = await readBaseline(file)
  if (snapshot.version === SNAPSHOT_VERSION) return snapshot
  throw new Failure(`${file}: a baseline of version ${snapshot.version}, this program reads version ${SNAPSHOT_VERSION}`)
}

/** By method and pattern; without what is kept about requests that no route matched. */
function routesOf ({ snapshot }: Side): Map<string, Snapshot['routes'][string]> {
  const routes = new Map(Object.entries(snapshot.routes))
  routes.delete(UNMATCHED)
  return routes
}

function about (side: Side): BaselineDiff['before'] {
  return { file: side.file, takenAt: new Date(side.snapshot.takenAt).toISOString(), routes: routesOf(side).size }
}

function missingFrom (known: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): string[] {
  return [...others.keys()].filter((key) => !known.has(key)).sort()
}
