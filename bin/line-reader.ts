const LINE_FEED = 10
const CARRIAGE_RETURN = 13
/** Longest line that is read, in bytes. */
const MAX_LINE = 64 * 1024 * 1024

/** A line without its end; `null` where it was longer than 64 MiB. */
export type Line = string | null

/**
 * Splits bytes into lines, all those of a chunk at a time. A byte order mark is dropped. Memory: a chunk and the longest line, so it does not
 * grow with the length of the text; a reader that is slow holds the source back.
 */
export async function * readLines (chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let rest: Buffer[] = []
  let restBytes = 0
  let isFirst = true
  for await (const chunk of chunks) {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      lines.push(lineOf(rest, restBytes, chunk.subarray(start, end), isFirst))
      isFirst = false
      rest = []
      restBytes = 0
      start = end + 1
    }
    if (start < chunk.length) {
      restBytes += chunk.length - start
      if (restBytes <= MAX_LINE) rest.push(chunk.subarray(start))
      else rest = []
    }
    if (lines.length > 0) yield lines
  }
  if (restBytes > 0) yield [lineOf(rest, restBytes, Buffer.alloc(0), isFirst)]
}

function lineOf (rest: readonly Buffer[], restBytes: number, last: Buffer, isFirst: boolean): Line {
  if (restBytes + last.length > MAX_LINE) return null
  const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last])
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length
  const text = bytes.toString('utf8', 0, end)
  return isFirst && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
