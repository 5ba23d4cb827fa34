/** Saves a table as a CSV file (RFC 4180). Text that a spreadsheet would take for a formula is kept text. */
export type CsvValue = string | number | null;

export function csvText(titles: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return [titles, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

export function saveCsv(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `spoor-${name.slice(0, 60).replace(/[^\w-]+/g, '-')}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}

/** Unknown is empty, never 0. */
function csvField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
