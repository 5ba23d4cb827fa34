import { OTHER } from '../../../core/api/other';
import type { UsageGroup, UsageValues } from '../../../core/api/usage';
import { formatCount, formatShare, formatTokens } from '../../../core/model/format';
import { changeOf } from '../../features/red/change';
import { costHint, costText } from '../../ui/cost-text';
import { type DataColumn, DataTable } from '../../ui/DataTable';
import { GROUPINGS } from './measures';
import { savedText } from './UsageFigures';
import type { UsageData } from './use-usage';

/** A group; or all that have no row of their own. */
interface UsageRow {
  readonly values: UsageValues;
  /** Null: the calls name none. Undefined: several. */
  readonly name: string | null | undefined;
  /** Of the period before; null: unknown. */
  readonly callsBefore: number | null;
}

interface UsageTableProps {
  readonly data: UsageData;
  readonly onOpen: (name: string) => void;
}

/** What each group took; a name leads to its traces. */
export function UsageTable({ data: { by, usage, before, total }, onOpen }: UsageTableProps) {
  const { other } = usage;
  const { title, plural, unnamed } = GROUPINGS[by];
  const nameOf = ({ name }: UsageRow): string =>
    name === undefined ? `${OTHER} ${formatCount(other?.count ?? 0)} ${plural}` : (name ?? unnamed);
  const change: DataColumn<UsageRow> = {
    key: 'change',
    title: 'Change in calls',
    width: '120px',
    value: ({ values, callsBefore }) =>
      callsBefore === null || callsBefore === 0 ? null : values.calls / callsBefore - 1,
    cell: ({ values, callsBefore }) => changeOf(values.calls, callsBefore)?.text ?? '—',
  };
  const columns: readonly DataColumn<UsageRow>[] = [
    {
      key: 'name',
      title,
      width: 'minmax(170px,1fr)',
      isText: true,
      value: nameOf,
      cell: (row) =>
        row.name == null ? (
          <span className="text-secondary">{nameOf(row)}</span>
        ) : (
          <button
            type="button"
            className="block max-w-full truncate text-left font-medium hover:underline"
            title={`Search for the traces of ${row.name}`}
            onClick={() => onOpen(row.name ?? '')}
          >
            {row.name || 'unnamed'}
          </button>
        ),
    },
    // Without a period before there is nothing to compare with.
    ...(before ? [change] : []),
    {
      key: 'cost',
      title: 'Cost',
      width: '90px',
      value: ({ values }) => values.costUsd,
      cell: ({ values }) => <span title={costHint(values)}>{costText(values.costUsd, values.costComplete)}</span>,
    },
    {
      key: 'share',
      title: 'Share',
      width: '60px',
      // Of a sum that is not known whole there are no shares.
      value: ({ values }) =>
        values.costUsd === null || !total.costUsd || !total.costComplete ? null : values.costUsd / total.costUsd,
      cell: ({ values }) =>
        values.costUsd === null || total.costUsd === null || !total.costComplete
          ? '—'
          : formatShare(values.costUsd, total.costUsd),
    },
    {
      key: 'calls',
      title: 'Calls',
      width: '64px',
      value: ({ values }) => values.calls,
      cell: ({ values }) => formatCount(values.calls),
    },
    {
      key: 'failed',
      title: 'Failed',
      width: '60px',
      value: ({ values }) => values.errors,
      cell: ({ values }) => (
        <span className={values.errors > 0 ? 'text-error' : 'text-faint'}>{formatCount(values.errors)}</span>
      ),
    },
    {
      key: 'tokens',
      title: 'Tokens',
      width: '116px',
      value: ({ values }) => values.inputTokens + values.outputTokens,
      cell: ({ values }) => formatTokens(values.inputTokens, values.outputTokens),
    },
    {
      key: 'cached',
      title: 'Cached',
      width: '72px',
      value: ({ values }) => (values.inputTokens === 0 ? null : values.cacheReadTokens / values.inputTokens),
      cell: ({ values }) => formatShare(values.cacheReadTokens, values.inputTokens),
    },
    {
      key: 'saved',
      title: 'Saved',
      width: '80px',
      value: ({ values }) => values.cacheSavedUsd,
      cell: ({ values }) => savedText(values.cacheSavedUsd),
    },
  ];
  return (
    <DataTable
      key={by}
      label={`Usage by ${by}`}
      columns={columns}
      rows={usage.groups.map((group) => ({ values: group, name: group.name, callsBefore: callsIn(group, before) }))}
      rest={other && { values: other, name: undefined, callsBefore: null }}
      keyOf={({ name }) => (name === null ? 'unnamed' : `named ${name}`)}
      sorting={{ key: 'cost', descending: true }}
      minWidthPx={before ? 990 : 840}
      none="No model calls in this time range."
    />
  );
}

/** Of calls: of all groups they are known. */
function callsIn({ name }: UsageGroup, before: UsageData['before']): number | null {
  if (!before) return null;
  const was = before.groups.find((group) => group.name === name);
  // It may be among those that have no row.
  return was?.calls ?? (before.other ? null : 0);
}
