import type { OptionTable } from '../options'

/** Options about what flows: sizes, bandwidth, sensitive data in replies. */
export interface FlowOptions {}

export const flowOptions: OptionTable = {}
