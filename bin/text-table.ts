/** Rows as text in columns as wide as their widest cell; numbers stand to the right. */
export function textTable (rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, String(cell).length)
  return rows.map((row) => row.map((cell, i) => {
    const width = i === row.length - 1 && typeof cell === 'string' ? 0 : widths[i] as number
    return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width)
  }).join('  ').trimEnd()).join('\n')
}

/** A share as a percentage, `-` where there is none. */
export function percent (share: number | null | undefined): string {
  return share === null || share === undefined ? '-' : `${(share * 100).toFixed(2)} %`
}

/** A text cut to a width. */
export function shortened (text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
