import { basename } from 'node:path'
import { bytesOf } from './recording'
import { Failure, reasonOf } from './failure'
import { readLines } from './line-reader'

/** One series of values with their times, in the order of the file. */
export interface Series {
  name: string
  /** As in the file. */
  timestamps: (string | number)[]
  /** Epoch milliseconds of each. */
  times: number[]
  values: number[]
}

/** Numbers above this are milliseconds since 1970, below it seconds (1e11 s is the year 5138). */
const MILLISECONDS_FROM = 1e11
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/**
 * Reads the series of a file, one after another: CSV with the columns `timestamp,value` (one series, named like the file), or NDJSON whose lines are
 * `{name, timestamps, values}`; told by the first character, either gzip'd. Times are RFC 3339, `2026-01-05 12:00:00` (both UTC where no zone is
 * given), or epoch seconds or milliseconds. Memory: one series.
 *
 * @throws Failure With file and line, where something is not what it should be.
 */
export async function * readSeries (file: string): AsyncGenerator<Series> {
  const csv: Series = { name: basename(file).replace(/\.gz$/i, ''), timestamps: [], times: [], values: [] }
  let isCsv: boolean | null = null
  let number = 0
  try {
    for await (const lines of readLines(await bytesOf(file))) {
      for (const line of lines) {
        number++
        const place = `${file}:${number}`
        if (line === null) throw new Failure(`${place}: longer than 64 MiB`)
        if (line.trim() === '') continue
        const isFirst = isCsv === null
        isCsv ??= !line.trimStart().startsWith('{')
        if (isCsv) addRow(csv, line, isFirst, place)
        else yield inOrder(seriesOf(line, place), place)
      }
    }
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error && 'code' in error)) throw error
    throw new Failure(`${file}: ${reasonOf(error)}`, { cause: error })
  }
  if (isCsv === null) throw new Failure(`${file}: empty`)
  if (isCsv) yield inOrder(csv, file)
}

/** Rows are judged by those before them, so exports that begin with the newest row would be judged backwards, without a word. Single steps back are daylight saving's. */
function inOrder (series: Series, place: string): Series {
  const { times } = series
  if ((times.at(-1) ?? 0) < (times[0] ?? 0)) throw new Failure(`${place}: the last row is older than the first: sort them by time, oldest first`)
  return series
}

function addRow (csv: Series, line: string, isFirst: boolean, place: string): void {
  const cells = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  if (cells.length !== 2) throw new Failure(`${place}: two columns (timestamp,value) are needed, this line has ${cells.length}`)
  const [timestamp, value] = cells as [string, string]
  if (isFirst && Number.isNaN(timeOf(timestamp)) && Number.isNaN(numberOf(value))) {
    if (/^(?:time|timestamp|date|datetime|ts)$/i.test(value)) throw new Failure(`${place}: the columns must be timestamp,value, in this order`)
    return
  }
  const time = timeOf(timestamp)
  if (Number.isNaN(time)) throw new Failure(`${place}: '${timestamp.slice(0, 40)}' is no timestamp`)
  if (Number.isNaN(numberOf(value))) throw new Failure(`${place}: '${value.slice(0, 40)}' is no number`)
  csv.timestamps.push(timestamp)
  csv.times.push(time)
  csv.values.push(numberOf(value))
}

function seriesOf (line: string, place: string): Series {
  let json: { name?: unknown, timestamps?: unknown, values?: unknown } | null
  try {
    json = JSON.parse(line)
  } catch (error) {
    throw new Failure(`${place}: not JSON (${reasonOf(error)})`)
  }
  const { name, timestamps, values } = json ?? {}
  if (typeof name !== 'string') throw new Failure(`${place}: name is missing, or no string`)
  if (!Array.isArray(timestamps) || !Array.isArray(values)) throw new Failure(`${place}: ${Array.isArray(values) ? 'timestamps' : 'values'} is missing, or no list`)
  if (timestamps.length !== values.length) throw new Failure(`${place}: ${timestamps.length} timestamps for ${values.length} values`)
  const times = timestamps.map((timestamp: unknown, i) => {
    const time = typeof timestamp === 'string' || typeof timestamp === 'number' ? timeOf(timestamp) : NaN
    if (Number.isNaN(time)) throw new Failure(`${place}: timestamps[${i}] is ${shown(timestamp)}, no timestamp`)
    return time
  })
  values.forEach((value: unknown, i) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Failure(`${place}: values[${i}] is ${shown(value)}, no number`)
  })
  return { name, timestamps, times, values }
}

/** Epoch milliseconds, `NaN` where it is no time. */
function timeOf (timestamp: string | number): number {
  const seconds = typeof timestamp === 'number' ? timestamp : numberOf(timestamp)
  if (!Number.isNaN(seconds)) return seconds >= MILLISECONDS_FROM ? seconds : seconds * 1000
  const [, date, time = '00:00', zone = 'Z'] = TIMESTAMP.exec(String(timestamp)) ?? []
  return date === undefined ? NaN : Date.parse(`${date}T${time}${zone}`)
}

/** A decimal number, `NaN` where it is none: an empty text, hexadecimal or `Infinity`. */
function numberOf (text: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : NaN
}

function shown (value: unknown): string { return String(JSON.stringify(value)).slice(0, 40) }
