import type { BodyBaselineJson } from '../lib/detectors/body-baseline'
import { openapiDocument } from '../lib/detectors/openapi-document'
import type { DocumentedRoute } from '../lib/detectors/openapi-document'
import { schemasFrom } from '../lib/detectors/route-schemas'
import { defaultsOf } from '../plugins/options'
import { jsonSchemaLearnerOptions } from '../plugins/json-schema-learner'
import { readBaseline } from './baseline-file'
import { Failure, reasonOf } from './failure'

/** Detector that learns the shapes of JSON bodies. */
const LEARNER = 'json-schema-learner'

/**
 * The OpenAPI document of a baseline.
 *
 * @throws Failure Where the baseline holds no JSON schema.
 */
export async function openapiOf (file: string): Promise<object> {
  const { routes } = await readBaseline(file)
  const error = defaultsOf(jsonSchemaLearnerOptions).errorRate as number
  const documented: DocumentedRoute[] = []
  let bodies = 0
  for (const { method, url, detectors } of Object.values(routes)) {
    const json = detectors[LEARNER] as BodyBaselineJson | undefined
    if (json === undefined) continue
    try {
      const schemas = schemasFrom(json, error)
      bodies += schemas.samples.request + Object.keys(schemas.responses).length
      documented.push({ method, url, schemas })
    } catch (cause) {
      throw new Failure(`${file}: the JSON schemas of ${method} ${url} cannot be read: ${reasonOf(cause)}`, { cause })
    }
  }
  if (bodies === 0) throw new Failure(`${file}: no JSON schema learned in this baseline`)
  return openapiDocument(documented, { title: 'API as learned from its traffic', version: '1' })
}
