import { showName } from '../text/redact'
import type { BodyNode } from './body-node'

/** The path of a member or element of what is at `path`. */
export function joinPath (path: string, name: string, isElement: boolean): string {
  if (isElement) return `${path}[]`
  return name === '' || /[.[\]*]/.test(name) ? `${path}[${JSON.stringify(showName(name))}]` : `${path}.${showName(name)}`
}

/** Name that values are known by: of elements, that of their array. */
export function nameOf (node: BodyNode): string {
  let at = node
  while (at.parent !== null && (at.name === '[]' || at.name === '*') && (at.parent.list?.element === at || at.parent.object?.values === at)) at = at.parent
  return at.name
}
