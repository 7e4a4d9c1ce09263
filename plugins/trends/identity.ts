import type { TrendsContext, Watcher } from './watcher'

/** Watches who sends requests, with what, and from where. */
export function watchIdentity (context: TrendsContext): Watcher {
  return {
    name: 'identity',
    onRequest (own, observation) {
      context.store.add(10, observation.clientHash, observation.clientHash, 0, observation.at)
    }
  }
}
