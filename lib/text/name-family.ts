const CLOSING = 0x5d

/**
 * The map of which a parameter's name is a member, as query parsers write nested objects (`fields[` of `fields[colour]`); `null` where it is none. A list (`tags[]`) is no map.
 */
export function familyOf (name: string): string | null {
  const open = name.indexOf('[')
  return open > 0 && name.charCodeAt(open + 1) !== CLOSING ? name.slice(0, open + 1) : null
}
