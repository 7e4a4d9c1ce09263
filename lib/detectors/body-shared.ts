import type { Redactor } from '../text/redact'
import { ValueScan } from '../text/value-shape'
import type { BodyBaseline, BodyShared } from './body-baseline'
import type { BodyCommon } from './body-common'
import { BodyJudge } from './body-judge'
import { BodyLearner } from './body-learner'
import type { BodyContext } from './body-learner'
import { BodyQuarantine } from './body-quarantine'
import { BodyTree } from './body-tree'
import type { BodyLimits } from './body-tree'
import { BodyTrial } from './body-trial'

/** What the baselines of an application share, apart from limits. */
export interface BodyParts {
  /** Seed of all hashes. */
  readonly seed: number
  readonly redactor: Redactor
  readonly common: BodyCommon
  /** Distinct principals that make a thing known. */
  readonly promoteAfter: number
  readonly compile: ((baseline: BodyBaseline) => void) | null
}

/**
 * One that judges, one that learns and one that notes what may not teach, for each side: their scratch objects serve all routes, since nothing of
 * theirs outlives a call.
 * @param error Share of ordinary values that a bound may leave out.
 */
export function bodyShared (limits: BodyLimits, error: number, { seed, redactor, common, promoteAfter, compile }: BodyParts): BodyShared {
  const both = { error, limits, scan: new ValueScan(seed), redactor, backing: common.names }
  const request: BodyContext = { ...both, isModelled: true, priors: common.request }
  const response: BodyContext = { ...both, isModelled: false, priors: common.response }
  const none = new BodyTree()
  const judge = new BodyJudge(request)
  return {
    request,
    response,
    judges: { body: judge, response: new BodyJudge(response) },
    trial: new BodyTrial(judge),
    learners: { body: new BodyLearner(request, none), response: new BodyLearner(response, none) },
    quarantines: { body: new BodyQuarantine(request, none, promoteAfter), response: new BodyQuarantine(response, none, promoteAfter) },
    compile
  }
}
