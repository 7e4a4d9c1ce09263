import type { OptionTable } from '../options'

/** Options about how clients behave: pace, order and breadth of their requests. */
export interface BehaviourOptions {
  /**
   * Different objects of a route that one sender may always ask for within `window`.
   * @default 15
   */
  objectsFloor?: number
  /**
   * Different pages that one sender may always read within `window`.
   * @default 60
   */
  pagesFloor?: number
  /**
   * Standard deviation of the gaps between requests, as a share of their mean, below which they are regular.
   * @default 0.25
   */
  regularBelow?: number
  /**
   * Signals of a kind by which a minute must exceed what is expected.
   * @default 100
   */
  velocityJump?: number
  /**
   * Whether it is reported that a route serves without the credentials that it usually needs.
   * @default true
   */
  authCoverage?: boolean
  /**
   * Whether it is reported that a route is reached without those that ordinarily come before it.
   * @default true
   */
  sequence?: boolean
}

export const behaviourOptions: OptionTable = {
  objectsFloor: { type: 'number', minimum: 1, default: 15, description: 'different objects of a route that one sender may always ask for within `window`' },
  pagesFloor: { isShared: true, type: 'number', minimum: 1, default: 60, description: 'different pages that one sender may always read within `window`' },
  regularBelow: { type: 'number', exclusiveMinimum: 0, maximum: 0.9, default: 0.25, description: 'standard deviation of the gaps between requests, as a share of their mean, below which they are regular' },
  velocityJump: { isShared: true, type: 'number', minimum: 1, default: 100, description: 'signals of a kind by which a minute must exceed what is expected' },
  authCoverage: { type: 'boolean', default: true, description: 'whether it is reported that a route serves without the credentials that it usually needs' },
  sequence: { type: 'boolean', default: true, description: 'whether it is reported that a route is reached without those that ordinarily come before it' }
}
