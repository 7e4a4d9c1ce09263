import type { TrendsContext, Watcher } from './watcher'

/** Watches how clients behave: pace, order and breadth of their requests. */
export function watchBehaviour (context: TrendsContext): Watcher {
  return { name: 'behaviour' }
}
