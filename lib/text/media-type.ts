import { finishHash } from './value-shape'

/**
 * Hash of a media type's essence (`type/subtype`): without parameters, case and surrounding space, so that
 * `application/json; charset=utf-8` is `application/json` and no multipart boundary is new (W17). Looks at 100 characters,
 * allocates nothing.
 *
 * Source: RFC 9110, section 8.3.1.
 */
export function essenceHash (mediaType: string, seed: number): number {
  let hash = seed
  const length = Math.min(100, mediaType.length)
  for (let i = 0; i < length; i++) {
    let code = mediaType.charCodeAt(i)
    if (code === 59) break
    if (code === 32 || code === 9) continue
    if (code >= 65 && code <= 90) code |= 32
    hash = Math.imul(hash ^ code, 0x01000193)
  }
  return finishHash(hash)
}

/** The essence itself, for people: 60 characters at the most. */
export function essenceOf (mediaType: string): string {
  const end = mediaType.indexOf(';')
  return (end < 0 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase().slice(0, 60).replace(/[^a-z0-9/+.*_-]/g, '·')
}

const URLENCODED = 'application/x-www-form-urlencoded'

/** Whether a media type is one of HTML forms' urlencoded bodies. Most others (JSON, with a charset too) are shorter: of those no essence is made. */
export function isUrlencoded (mediaType: string): boolean {
  return mediaType.length >= URLENCODED.length && (mediaType.startsWith(URLENCODED) || essenceOf(mediaType) === URLENCODED)
}

/** Whether a media type is JSON: `application/json`, or any type with the suffix `+json` (RFC 6839, section 3.1). */
export function isJson (mediaType: string): boolean {
  if (mediaType === 'application/json' || mediaType.startsWith('application/json;')) return true
  const essence = essenceOf(mediaType)
  return essence === 'application/json' || essence.endsWith('+json')
}
