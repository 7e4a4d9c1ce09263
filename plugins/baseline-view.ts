import type { RouteState } from '../lib/route-state'
import type { Detector, DetectorState } from './detector'

/** What a baseline looks like in `baselines()` and in the admin route. */
export interface BaselineView {
  id: string
  route: { method: string, url: string }
  state: 'learning' | 'active' | 'frozen'
  responses: number
  detectors: Record<string, { state: 'learning' | 'active' | 'frozen', samples: number, progress: number, learned?: Record<string, unknown> }>
  promotions: { detector: string, field: string, at: string }[]
}

/** What a route's baseline is: `learning` until all of its detectors have seen enough. */
export function baselineState (route: RouteState, seats: readonly { detector: Detector<never> }[]): BaselineView['state'] {
  if (route.frozen) return 'frozen'
  for (const { detector } of seats) {
    const slot = route.slots[detector.slot]
    if (slot !== null && slot !== undefined && detector.progressOf(slot) < 1) return 'learning'
  }
  return 'active'
}

/** @param full With what was learned. */
export function baselineView (route: RouteState, seats: readonly { detector: Detector<never> }[], full: boolean): BaselineView {
  const detectors: BaselineView['detectors'] = {}
  let isLearning = false
  for (const { detector } of seats) {
    const slot = route.slots[detector.slot] as DetectorState | null | undefined
    if (slot === null || slot === undefined) continue
    const samples = detector.samplesOf(slot)
    const progress = detector.progressOf(slot)
    if (progress < 1) isLearning = true
    const learned = full ? detector.guard(() => slot.describe?.()) : undefined
    detectors[detector.name] = { state: route.frozen ? 'frozen' : progress < 1 ? 'learning' : 'active', samples, progress, ...learned === undefined ? null : { learned } }
  }
  return {
    id: route.key,
    route: { method: route.method, url: route.url },
    state: route.frozen ? 'frozen' : isLearning ? 'learning' : 'active',
    responses: route.responses,
    detectors,
    promotions: route.promotions.map(({ detector, field, at }) => ({ detector, field, at: new Date(at).toISOString() }))
  }
}
