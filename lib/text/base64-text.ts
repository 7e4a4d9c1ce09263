import type { TextUnits } from './text-units'

const BASE64 = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) BASE64['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i)] = i
BASE64[45] = 62
BASE64[95] = 63

/** Shorter values are not taken for base64. */
const MIN_BASE64 = 8
/** Longest value that is decoded. */
const MAX_BASE64 = 65_536
const decoded = Buffer.alloc(MAX_BASE64)

/**
 * What a value decodes to where all of it is base64 (RFC 4648, either alphabet, padding optional) of printable text; `null` for all else.
 * Random ids are told apart by their first bytes, without allocation: of 12 random characters one in 10,000 decodes to printable ones.
 * @param from Where the value begins in the text.
 */
export function base64Text (text: string, from = 0): string | null {
  let end = text.length
  while (end > from && text.length - end < 2 && text.charCodeAt(end - 1) === 61) end--
  const length = end - from
  if (length < MIN_BASE64 || length > MAX_BASE64 || length % 4 === 1) return null
  let bytes = 0
  for (let pass = 0; pass < 2; pass++) {
    const stop = pass === 0 ? from + (Math.min(length, 24) & ~3) : end
    let bits = 0
    let held = 0
    let isWide = false
    if (pass === 1) bytes = 0
    for (let i = from; i < stop; i++) {
      const code = text.charCodeAt(i)
      const value = code < 128 ? BASE64[code] as number : -1
      if (value < 0) return null
      held = ((held << 6) | value) & 0xffff
      bits += 6
      if (bits < 8) continue
      bits -= 8
      const byte = (held >> bits) & 255
      if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) return null
      if (byte > 127) isWide = true
      else if (pass === 1) decoded[bytes++] = byte
      if (isWide && pass === 0) return null
    }
  }
  return decoded.toString('latin1', 0, bytes)
}

/** Whether a text that is loaded begins as base64 does: without another look most texts are none. */
export function mayBeBase64 ({ units, length }: TextUnits): boolean {
  if (length < MIN_BASE64) return false
  for (let i = 0; i < MIN_BASE64; i++) {
    const code = units[i] as number
    if (code >= 128 || (BASE64[code] as number) < 0) return false
  }
  return true
}
