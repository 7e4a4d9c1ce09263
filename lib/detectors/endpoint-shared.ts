import type { EndpointContext } from './endpoint-baseline'
import type { FieldProfileJson } from './field-profile'
import type { ParameterPriorsJson } from './parameter-priors'
import type { SizeFenceJson } from './size-fence'
import type { TrafficCount } from './unmatched-baseline'

/** The plain form of an `EndpointShared`. */
export interface EndpointSharedJson {
  names: Record<string, FieldProfileJson>
  matched: number
  unmatched: number
  /** Missing from what was written before 1.0. */
  methods?: number
  sizes: SizeFenceJson
  /** Missing from what was written before 1.0. */
  priors?: ParameterPriorsJson
}

/**
 * What all endpoint baselines of an application have learned together, as one state for snapshots: common profiles by name, how much
 * traffic a route matched, request sizes.
 */
export class EndpointShared {
  readonly #context: EndpointContext
  readonly #traffic: TrafficCount

  constructor (context: EndpointContext, traffic: TrafficCount) {
    this.#context = context
    this.#traffic = traffic
  }

  /** One half-life. */
  halve (): void {
    this.#context.backing.halve()
    this.#context.priors.halve()
    this.#context.sizes.halve()
    this.#traffic.matched >>>= 1
    this.#traffic.unmatched >>>= 1
    this.#traffic.methods >>>= 1
  }

  /** Adds what another process learned. @throws RangeError Where `json` is not what `toJSON` made. */
  merge (json: EndpointSharedJson): void {
    this.#context.backing.merge(json.names)
    this.#context.sizes.mergeJson(json.sizes)
    if (json.priors !== undefined) this.#context.priors.merge(json.priors)
    this.#traffic.matched += json.matched
    this.#traffic.unmatched += json.unmatched
    this.#traffic.methods += json.methods ?? 0
  }

  toJSON (): EndpointSharedJson {
    const { matched, unmatched, methods } = this.#traffic
    return { names: this.#context.backing.toJSON(), matched, unmatched, methods, sizes: this.#context.sizes.toJSON(), priors: this.#context.priors.toJSON() }
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: EndpointSharedJson): void {
    this.#context.backing.restore(json.names)
    this.#context.sizes.restore(json.sizes)
    this.#context.priors.reset()
    if (json.priors !== undefined) this.#context.priors.merge(json.priors)
    this.#traffic.matched = json.matched
    this.#traffic.unmatched = json.unmatched
    this.#traffic.methods = json.methods ?? 0
  }

  /** Forgets everything. */
  reset (): void {
    this.#context.backing.reset()
    for (const prior of [this.#context.types, this.#context.priors]) prior.reset()
    this.#context.sizes.reset()
    this.#traffic.matched = 0
    this.#traffic.unmatched = 0
    this.#traffic.methods = 0
  }
}
