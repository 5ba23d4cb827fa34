/** Tables for people: as wide as what is in them, cut to the terminal; in a pipe nothing is cut. */
import { cut, type Paint, printable } from './terminal';

export interface TableColumn<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  readonly right?: boolean;
}

/** The last column gets the room that the others leave. */
export function tableLines<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  width: number | null,
  paint: Paint,
  isBad: (row: Row) => boolean = () => false,
): string[] {
  const cells = rows.map((row) => columns.map((column) => printable(column.of(row))));
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...cells.map((row) => [...(row[i] ?? '')].length)),
  );
  const line = (texts: readonly string[]): string => {
    const parts = texts.map((text, i) =>
      padded(text, widths[i] ?? 0, columns[i]?.right ?? false, i === columns.length - 1),
    );
    return cut(parts.join('  '), width);
  };
  return [
    paint('dim', line(columns.map(({ title }) => title))),
    ...cells.map((row, i) => (isBad(rows[i] as Row) ? paint('red', line(row)) : line(row))),
  ];
}

function padded(text: string, width: number, right: boolean, isLast: boolean): string {
  const room = ' '.repeat(Math.max(0, width - [...text].length));
  return right ? room + text : isLast ? text : text + room;
}
