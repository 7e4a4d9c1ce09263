/** A column of a printed table: its heading, and what it says of a row. The first column stands left, all others right. */
export type Column<Row> = readonly [heading: string, cell: (row: Row) => string]

/** Rows as text, columns as wide as their widest cell. */
export function table<Row> (columns: ReadonlyArray<Column<Row>>, rows: readonly Row[]): string {
  const cells = [columns.map(([heading]) => heading), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  return cells.map((line) => line.map((cell, column) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)).join('  ')).join('\n')
}
