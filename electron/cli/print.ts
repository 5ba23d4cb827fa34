/** What commands that ask print: lines of JSON for programs, a table for people, and what is missing of it on stderr. */
import { type TableColumn, tableLines } from './table';
import { columnsOf, paintFor } from './terminal';

export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly columns: readonly TableColumn<Row>[];
  readonly isBad?: (row: Row) => boolean;
  /** Of which there are none, such as "No log record matches." */
  readonly none: string;
  /** More exist than were asked for. */
  readonly hasMore: boolean;
  readonly json: boolean;
}

export function printListing<Row>(listing: Listing<Row>, environment: NodeJS.ProcessEnv): void {
  const { rows, columns, isBad, none, hasMore, json } = listing;
  const { stdout } = process;
  if (json) for (const row of rows) stdout.write(`${JSON.stringify(row)}\n`);
  else if (rows.length === 0) stdout.write(`${none}\n`);
  else {
    const lines = tableLines(columns, rows, columnsOf(stdout), paintFor(stdout, environment), isBad);
    stdout.write(`${lines.join('\n')}\n`);
  }
  if (hasMore) process.stderr.write(`spoor: There are more than ${rows.length}; --limit N shows more.\n`);
}
