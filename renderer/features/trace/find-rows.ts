/** Rows of a trace that match a search or failed, and the one after where the reader is. */
import { STATUS_ERROR } from '../../../core/model/span-kind';
import type { LoadedTrace } from './use-trace';

/** Rows whose operation or service holds the text; none for an empty search. */
export function matchingRows({ columns, tree }: LoadedTrace, search: string): Uint32Array {
  const text = search.trim().toLowerCase();
  if (text === '') return new Uint32Array(0);
  // Names are interned: each is compared once, however many spans carry it.
  const hit = columns.operations.map(
    ({ name, service }) => name.toLowerCase().includes(text) || service.toLowerCase().includes(text),
  );
  return rowsWhere(tree.length, (row) => hit[columns.operation[tree.span[row] as number] as number] === true);
}

export function errorRows({ columns, tree }: LoadedTrace): Uint32Array {
  return rowsWhere(tree.length, (row) => columns.status[tree.span[row] as number] === STATUS_ERROR);
}

/** The nearest of `rows` (ascending) beyond `row`, starting over at the end; null when there are none. */
export function nextRow(rows: Uint32Array, row: number, backwards: boolean): number | null {
  if (rows.length === 0) return null;
  if (!backwards) return rows.find((candidate) => candidate > row) ?? (rows[0] as number);
  return rows.findLast((candidate) => candidate < row) ?? (rows[rows.length - 1] as number);
}

function rowsWhere(length: number, test: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) if (test(row)) rows[count++] = row;
  return rows.subarray(0, count);
}
