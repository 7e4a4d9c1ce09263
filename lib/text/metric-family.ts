/** One metric with all that is told apart by its labels. */
export interface MetricFamily {
  /** Letters, digits and underscores; of a counter it ends in `_total`. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  /** Names of the labels, in the order in which samples give their values. */
  readonly labels: readonly string[]
}

/** A number, and a value for each label. */
export type MetricSample = readonly [value: number, ...labels: string[]]

/**
 * A metric as Prometheus reads it: its two lines of comment, then a line a sample. Label values may be any text: what would end a value, or the line, is escaped, and half a
 * character of two units replaced. O(length).
 *
 * Source: Prometheus, "Exposition formats", text-based format 0.0.4.
 */
export function metricFamily ({ name, type, help, labels }: MetricFamily, samples: Iterable<MetricSample>): string {
  let text = `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}\n# TYPE ${name} ${type}\n`
  for (const [value, ...given] of samples) {
    const pairs = labels.map((label, place) => `${label}="${(given[place] ?? '').toWellFormed().replace(/[\\\n"]/g, escaped)}"`)
    text += `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${written(value)}\n`
  }
  return text
}

function escaped (character: string): string { return character === '\n' ? '\\n' : `\\${character}` }

function written (value: number): string { return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value) }
