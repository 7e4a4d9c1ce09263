import type { TrendsContext, Watcher } from './watcher'

/** Watches what flows: sizes, bandwidth, sensitive data in replies. */
export function watchFlow (context: TrendsContext): Watcher {
  return { name: 'flow' }
}
