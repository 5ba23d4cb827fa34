import clsx from 'clsx';
import { Columns3 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { COLUMNS, type Column } from '../../stores/explore-address';
import type { useTraceList } from '../../stores/trace-list-store';
import { COLUMN_SPECS, gridColumns, nextSort } from './columns';
import { ROW } from './TraceRow';

interface TableHeaderProps {
  readonly list: ReturnType<typeof useTraceList.getState>;
  /** On show. */
  readonly columns: readonly Column[];
}

/** Names of columns; a click on one that can be sorted by sorts. */
export function TableHeader({ list, columns }: TableHeaderProps) {
  return (
    <div
      role="row"
      className={`${ROW} gutter h-[29px] shrink-0 overflow-hidden border-b border-line bg-raised text-sm font-medium text-secondary`}
      style={{ gridTemplateColumns: gridColumns(columns) }}
    >
      <span role="columnheader" className="flex items-center justify-between">
        Trace
        <ColumnChoice list={list} />
      </span>
      {columns.map((column) => (
        <SortableHeader key={column} column={column} list={list} />
      ))}
    </div>
  );
}

function SortableHeader({ column, list }: { readonly column: Column; readonly list: TableHeaderProps['list'] }) {
  const { title, isNumber, sorts } = COLUMN_SPECS[column];
  const { sort, setSort } = list;
  const descends = sort === `-${sorts}`;
  const isSorted = sorts !== null && sort.replace('-', '') === sorts;
  const order = descends ? 'descending' : 'ascending';
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? order : undefined}
      className={clsx('flex min-w-0', isNumber && 'justify-end')}
    >
      {sorts === null ? (
        title
      ) : (
        <button
          type="button"
          className={clsx('truncate hover:text-text', isSorted && 'text-text')}
          onClick={() => setSort(nextSort(sorts, sort))}
        >
          {title}
          {isSorted && (descends ? ' ↓' : ' ↑')}
        </button>
      )}
    </span>
  );
}

function ColumnChoice({ list }: { readonly list: TableHeaderProps['list'] }) {
  const { columns, setColumns } = list;
  const toggled = (column: Column): Column[] =>
    COLUMNS.filter((one) => (one === column ? !columns.includes(column) : columns.includes(one)));
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label="Choose columns"
        title="Choose columns"
        className="rounded p-0.5 text-faint hover:text-text data-[state=open]:text-text"
      >
        <Columns3 size={14} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="z-20 min-w-[150px] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-md"
        >
          {COLUMNS.map((column) => (
            <DropdownMenu.CheckboxItem
              key={column}
              checked={columns.includes(column)}
              onSelect={(event) => event.preventDefault()}
              onCheckedChange={() => setColumns(toggled(column))}
              className="relative flex h-[26px] cursor-default items-center rounded pr-2 pl-7 outline-none data-[highlighted]:bg-raised"
            >
              <DropdownMenu.ItemIndicator className="absolute left-2 text-accent">✓</DropdownMenu.ItemIndicator>
              {COLUMN_SPECS[column].title}
            </DropdownMenu.CheckboxItem>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
