/** What traffic shows over time: the four categories and their twenty types. A type's number is its place in this list. */
const CATEGORIES = {
  auth_token: ['jwt', 'api_key', 'session_cookie', 'bearer', 'basic', 'custom_auth'],
  device: ['http_fingerprint', 'header_order', 'client_hints', 'accept_pattern'],
  network: ['ip', 'tls_fingerprint', 'asn', 'geo', 'ja4', 'ja4h'],
  behavioral: ['timing', 'navigation', 'request_pattern', 'dlp_match']
} as const

export type SignalCategory = keyof typeof CATEGORIES
export type SignalTypeName = typeof CATEGORIES[SignalCategory][number]

export const SIGNAL_CATEGORIES = Object.keys(CATEGORIES) as SignalCategory[]
/** Names of the types, by number. */
export const SIGNAL_TYPES: readonly SignalTypeName[] = Object.values(CATEGORIES).flat()
/** Numbers of the types, by name: what `SignalStore.add` takes. */
export const TYPE = Object.fromEntries(SIGNAL_TYPES.map((name, number) => [name, number])) as Readonly<Record<SignalTypeName, number>>

const CATEGORY_OF: readonly SignalCategory[] = SIGNAL_CATEGORIES.flatMap((category) => CATEGORIES[category].map(() => category))

export function categoryOf (type: number): SignalCategory { return CATEGORY_OF[type] as SignalCategory }
