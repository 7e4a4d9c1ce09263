/** Share that a format must exceed, by the lower end of its Wilson interval, to be enforced or stated. */
export const LEAST_SHARE = 0.95

/** Formats that JSON Schema has no name for, as the patterns that a schema states. Anchored and linear. */
export const PATTERNS: Readonly<Record<string, string>> = {
  'object-id': '^[0-9a-fA-F]{24}$',
  jwt: '^eyJ[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
  time: '^\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?(?:[Zz]|[+-]\\d{2}:\\d{2})?$',
  'card-number': '^\\d(?:[ -]?\\d){12,18}$',
  e164: '^\\+[1-9]\\d{6,14}$',
  hex: '^(?:[0-9a-fA-F]{2}){8,}$'
}
