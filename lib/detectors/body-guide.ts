import type { Resolve } from './schema-references'

/** Levels of a schema that are followed. */
const MAX_DEPTH = 16

/** The parts of a JSON Schema that are read; others only make it say less. */
export interface SchemaLike {
  [keyword: string]: unknown
}

/**
 * What a route's own schema already says about a place in a body, so that it need not be learned, or must not be: members that it forbids
 * never become known, and values of an enumeration that Ajv checks have no value model.
 *
 * Only plain keywords count (`type`, `properties`, `items`, `additionalProperties`, `enum`, `const`), and references that `resolve` knows;
 * where a schema says more (`anyOf`, `patternProperties`, ...) nothing is taken for certain.
 */
export class BodyGuide {
  /** Members by name. */
  readonly members = new Map<string, BodyGuide>()
  readonly element: BodyGuide | null = null
  /** Whether members that are not named are forbidden (a request's are stripped or refused, a reply's never sent). */
  readonly isClosed: boolean = false
  /** Whether values are one of an enumeration. */
  readonly isEnumerated: boolean = false

  private constructor (members: ReadonlyMap<string, BodyGuide>, element: BodyGuide | null, isClosed: boolean, isEnumerated: boolean) {
    for (const [name, guide] of members) this.members.set(name, guide)
    this.element = element
    this.isClosed = isClosed
    this.isEnumerated = isEnumerated
  }

  /**
   * @param isReply Whether the schema serialises: then members that it does not name are left out unless it says otherwise.
   * @returns `null` where the schema says nothing that counts, so that nobody looks members up that are all the same.
   */
  static of (schema: unknown, isReply: boolean, resolve: Resolve = () => undefined, depth = 0): BodyGuide | null {
    if (typeof schema !== 'object' || schema === null || depth > MAX_DEPTH) return null
    const given = schema as SchemaLike
    if (typeof given['$ref'] === 'string') {
      const target = resolve(given['$ref'])
      return target === undefined ? null : BodyGuide.of(target.schema, isReply, target.resolve, depth + 1)
    }
    const isOpen = ['anyOf', 'oneOf', 'allOf', 'if', 'patternProperties', 'dependentSchemas', '$dynamicRef'].some((keyword) => keyword in given)
    const properties = given['properties']
    const additional = given['additionalProperties']
    const isClosed = !isOpen && (additional === false || (isReply && properties !== undefined && (additional === undefined || additional === null)))
    const members = new Map<string, BodyGuide>()
    if (typeof properties === 'object' && properties !== null) {
      for (const [name, member] of Object.entries(properties)) {
        const guide = BodyGuide.of(member, isReply, resolve, depth + 1)
        if (guide !== null || isClosed) members.set(name, guide ?? NOTHING)
      }
    }
    const isEnumerated = !isOpen && (Array.isArray(given['enum']) || 'const' in given)
    const element = Array.isArray(given['items']) ? null : BodyGuide.of(given['items'], isReply, resolve, depth + 1)
    if (members.size === 0 && element === null && !isClosed && !isEnumerated) return null
    return new BodyGuide(members, element, isClosed, isEnumerated)
  }

  static readonly nothing = new BodyGuide(new Map(), null, false, false)
}

const NOTHING = BodyGuide.nothing
