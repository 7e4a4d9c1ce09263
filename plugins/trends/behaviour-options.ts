import type { OptionTable } from '../options'

/** Options about how clients behave: pace, order and breadth of their requests. */
export interface BehaviourOptions {}

export const behaviourOptions: OptionTable = {}
