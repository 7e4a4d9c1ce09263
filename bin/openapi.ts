import { readBaseline } from './baseline-file'
import { Failure } from './failure'

/** Detector that learns the shapes of JSON bodies. */
const LEARNER = 'json-schema-learner'

/**
 * The OpenAPI document of a baseline.
 *
 * @throws Failure Where the baseline holds no JSON schema.
 */
export async function openapiOf (file: string): Promise<object> {
  const { routes } = await readBaseline(file)
  const learned = Object.values(routes).some(({ detectors }) => LEARNER in detectors)
  throw new Failure(learned
    ? `${file}: its JSON schemas were learned by another version of fastify-anomalies`
    : `${file}: no JSON schema learned in this baseline`)
}
