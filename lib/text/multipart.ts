/** Parts of a body that are looked at. */
const MAX_PARTS = 256
/** Characters of a part's headers. */
const MAX_HEAD = 2048

/** One part of a multipart body. */
export interface Part { name: string, fileName: string | null, text: string }

/**
 * The parts of a multipart body that reached the application as a whole: names, file names and contents. Linear, never throws; what is not
 * well-formed ends it. Bodies that stream by are for `MultipartReader`.
 *
 * Source: RFC 7578, RFC 2046 section 5.1.
 */
export function multipartParts (body: string, contentType: string): Part[] {
  const parts: Part[] = []
  const boundary = boundaryOf(contentType)
  if (boundary === '') return parts
  const delimiter = `--${boundary}`
  let at = body.indexOf(delimiter)
  while (at >= 0 && parts.length < MAX_PARTS) {
    const start = at + delimiter.length
    if (body.startsWith('--', start)) break
    const next = body.indexOf(delimiter, start)
    const end = next < 0 ? body.length : next
    const blank = body.indexOf('\r\n\r\n', start)
    const isBlankHere = blank >= 0 && blank < end
    const head = body.slice(start, Math.min(isBlankHere ? blank : end, start + MAX_HEAD))
    parts.push({ name: nameOf(head), fileName: fileNameOf(head), text: isBlankHere ? body.slice(blank + 4, end).replace(/\r\n$/, '') : '' })
    at = next
  }
  return parts
}

/** The boundary that a content type names; empty where there is none. */
export function boundaryOf (contentType: string): string {
  const at = contentType.toLowerCase().indexOf('boundary=')
  if (at < 0) return ''
  let value = contentType.slice(at + 9, at + 9 + 200)
  if (value.startsWith('"')) return value.slice(1, Math.max(1, value.indexOf('"', 1)))
  const end = value.indexOf(';')
  if (end >= 0) value = value.slice(0, end)
  return value.trim()
}

/** Name of the field that a part's headers tell; empty where they do not. */
export function nameOf (head: string): string { return parameterOf(head, 'name') ?? '' }

/** Name of the file in a part, `null` where it is no file. */
export function fileNameOf (head: string): string | null { return parameterOf(head, 'filename') }

/** `name="…"` of a content disposition; a quote inside is written `\"` or `%22`. */
function parameterOf (head: string, name: string): string | null {
  const lower = head.toLowerCase()
  let at = lower.indexOf(`${name}=`)
  while (at > 0 && lower.charCodeAt(at - 1) !== 32 && lower.charCodeAt(at - 1) !== 59) at = lower.indexOf(`${name}=`, at + 1)
  if (at < 0) return null
  const start = at + name.length + 1
  if (head.charCodeAt(start) !== 34) {
    let end = start
    while (end < head.length && head.charCodeAt(end) !== 59 && head.charCodeAt(end) > 32) end++
    return head.slice(start, end)
  }
  let end = start + 1
  while (end < head.length && head.charCodeAt(end) !== 34 && head.charCodeAt(end) !== 13) end += head.charCodeAt(end) === 92 ? 2 : 1
  return head.slice(start + 1, end)
}
