/** Saves a table as a CSV file. */
import { type CsvCell, csvLine } from '../../core/formats/csv/csv-line';
import { download } from './download';

export function csvText(titles: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [titles, ...rows].map(csvLine).join('');
}

export function saveCsv(name: string, text: string): void {
  download(new Blob([text], { type: 'text/csv' }), `spoor-${name}`, 'csv');
}
