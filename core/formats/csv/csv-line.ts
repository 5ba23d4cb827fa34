/** A line of CSV, as RFC 4180 has it. */

/** Null: unknown, which is empty and never 0. */
export type CsvCell = string | number | bigint | null;

export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(fieldOf).join(',')}\r\n`;
}

/** What a spreadsheet would run as a formula is made a text by an apostrophe, which it does not show. */
function fieldOf(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const inert = isFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n;\t']/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

const FORMULA = ['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20'];

/** Programs look behind spaces, and for signs of full width; some begin at a tab or at the end of a line. */
function isFormula(cell: string): boolean {
  const start = cell.replaceAll('\0', '').trimStart();
  return FORMULA.some((sign) => start.startsWith(sign)) || ['\t', '\r', '\n'].some((sign) => cell.startsWith(sign));
}
