/** A table that sorts by its titles, shows so many rows at a time, and saves itself as CSV. */
import { ArrowDown, ArrowUp, Download } from 'lucide-react';
import { type CSSProperties, type ReactNode, useState } from 'react';
import { formatCount } from '../../core/model/format';
import { Button } from './Button';
import { csvText, saveCsv } from './save-csv';
import { type Sorting, sortedRows } from './sorted-rows';

const ROWS = 100;

export interface DataColumn<Row> {
  readonly key: string;
  readonly title: string;
  /** Of a CSS grid. */
  readonly width: string;
  /** What is sorted by and saved; null: unknown. */
  readonly value: (row: Row) => string | number | null;
  readonly cell?: (row: Row) => ReactNode;
  readonly isText?: boolean;
}

interface DataTableProps<Row> {
  readonly label: string;
  /** Says more above it than its name; left out: its name. */
  readonly heading?: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** How the rows come, until somebody sorts them. */
  readonly sorting: Sorting;
  readonly minWidthPx: number;
  /** Says how far the rows are all there is. */
  readonly note?: ReactNode;
  /** Where there is no row. */
  readonly none: string;
  /** What has no row of its own, added up: the last, however the others are sorted. */
  readonly rest?: Row | null;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, heading = label, columns, rows, keyOf, minWidthPx, note, none, rest = null } = props;
  const [sorting, setSorting] = useState(props.sorting);
  const [shown, setShown] = useState(ROWS);
  const by = columns.find(({ key }) => key === sorting.key);
  const sorted = by ? sortedRows(rows, by.value, sorting.descending) : rows;
  const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const sortBy = ({ key, isText }: DataColumn<Row>): void =>
    setSorting(key === sorting.key ? { key, descending: !sorting.descending } : { key, descending: !isText });
  const save = (): void =>
    saveCsv(
      label,
      csvText(
        columns.map(({ title }) => title),
        [...sorted, ...(rest ? [rest] : [])].map((row) => columns.map(({ value }) => value(row))),
      ),
    );
  return (
    <section aria-label={label} className="border-b border-line">
      <div className="flex min-h-[38px] items-center gap-3 px-3.5">
        <h2 className="font-semibold">{heading}</h2>
        {note}
        <span className="grow" />
        <Button look="ghost" disabled={rows.length === 0} aria-label={`Save ${label} as CSV`} onClick={save}>
          <Download size={13} aria-hidden /> CSV
        </Button>
      </div>
      {rows.length === 0 ? (
        <p className="px-3.5 pb-3 text-secondary">{none}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it by keys
        <div className="overflow-x-auto" tabIndex={0} role="group" aria-label={`${label}, scrollable`}>
          <div role="table" aria-label={label} style={{ minWidth: minWidthPx }}>
            <div
              role="row"
              style={grid}
              className="grid h-[29px] items-center gap-x-4 border-y border-line bg-raised px-3.5 text-sm font-medium text-secondary"
            >
              {columns.map((column) => (
                <span
                  key={column.key}
                  role="columnheader"
                  aria-sort={column.key !== sorting.key ? 'none' : sorting.descending ? 'descending' : 'ascending'}
                  className={`flex min-w-0 ${column.isText ? '' : 'justify-end'}`}
                >
                  <button
                    type="button"
                    className="flex min-w-0 items-center gap-1 hover:text-text"
                    onClick={() => sortBy(column)}
                  >
                    <span className="truncate">{column.title}</span>
                    {column.key === sorting.key &&
                      (sorting.descending ? <ArrowDown size={11} aria-hidden /> : <ArrowUp size={11} aria-hidden />)}
                  </button>
                </span>
              ))}
            </div>
            {sorted.slice(0, shown).map((row) => (
              <DataRow key={keyOf(row)} row={row} columns={columns} grid={grid} />
            ))}
            {rest && <DataRow row={rest} columns={columns} grid={grid} />}
          </div>
        </div>
      )}
      {sorted.length > shown && (
        <div className="flex items-center gap-3 px-3.5 py-2 text-secondary">
          {formatCount(shown)} of {formatCount(sorted.length)}
          <Button onClick={() => setShown(shown + ROWS)}>Show more</Button>
        </div>
      )}
    </section>
  );
}

interface DataRowProps<Row> {
  readonly row: Row;
  readonly columns: readonly DataColumn<Row>[];
  readonly grid: CSSProperties;
}

/** Its first cell says what it is of. */
function DataRow<Row>({ row, columns, grid }: DataRowProps<Row>) {
  return (
    <div
      role="row"
      style={grid}
      className="grid h-[32px] items-center gap-x-4 border-b border-line px-3.5 last:border-b-0 hover:bg-raised"
    >
      {columns.map(({ key, isText, value, cell }, i) => (
        <span
          key={key}
          role={i === 0 ? 'rowheader' : 'cell'}
          className={isText ? 'min-w-0 truncate' : 'truncate text-right font-mono text-sm'}
          dir={isText ? 'auto' : undefined}
        >
          {cell ? cell(row) : (value(row) ?? '—')}
        </span>
      ))}
    </div>
  );
}
