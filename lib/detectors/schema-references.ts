/** What a reference leads to, and how references from there are to be followed; `undefined` where it leads nowhere. */
export type Resolve = (reference: string) => { schema: unknown, resolve: Resolve } | undefined

/**
 * Follows `$ref`s of a JSON Schema: within its own document (`#/definitions/item`), and to others by their `$id` (`item#`, `shop#/definitions/item`).
 * Anchors, and `$id`s further down in a document, are not known.
 *
 * @param root The document that references start from.
 * @param documentOf The document of an `$id`.
 */
export function referencesOf (root: unknown, documentOf: (id: string) => unknown): Resolve {
  return function resolve (reference) {
    const hash = reference.indexOf('#')
    const id = hash < 0 ? reference : reference.slice(0, hash)
    const pointer = hash < 0 ? '' : reference.slice(hash + 1)
    const document = id === '' || id === (root as { $id?: unknown } | null)?.$id ? root : documentOf(id)
    const schema = pointed(document, pointer)
    if (typeof schema !== 'object' || schema === null) return undefined
    return { schema, resolve: document === root ? resolve : referencesOf(document, documentOf) }
  }
}

/** What a JSON Pointer (RFC 6901) of a reference leads to. */
function pointed (document: unknown, pointer: string): unknown {
  let at = document
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('%25', '%').replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Record<string, unknown>)[name]
  }
  return at
}
