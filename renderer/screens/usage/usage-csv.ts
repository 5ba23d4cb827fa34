/** Usage as CSV: a line for each step and group with calls. */
import { OTHER } from '../../../core/api/other';
import type { UsageMetrics, UsageValues } from '../../../core/api/usage';
import type { CsvCell } from '../../../core/formats/csv/csv-line';
import { csvText } from '../../ui/save-csv';

const COLUMNS: readonly (readonly [string, (values: UsageValues) => CsvCell])[] = [
  ['calls', ({ calls }) => calls],
  ['failed', ({ errors }) => errors],
  ['input_tokens', ({ inputTokens }) => inputTokens],
  ['output_tokens', ({ outputTokens }) => outputTokens],
  ['cache_read_tokens', ({ cacheReadTokens }) => cacheReadTokens],
  ['cache_write_tokens', ({ cacheWriteTokens }) => cacheWriteTokens],
  ['reasoning_tokens', ({ reasoningTokens }) => reasoningTokens],
  ['cost_usd', ({ costUsd }) => costUsd],
  ['cost_complete', ({ costComplete }) => String(costComplete)],
  ['cache_saved_usd', ({ cacheSavedUsd }) => cacheSavedUsd],
];

export function usageCsv({ from, stepSeconds, groups, other }: UsageMetrics, by: string): string {
  const fromMs = Date.parse(from);
  const all = [
    ...groups.map(({ name, steps }) => ({ name: name ?? '', steps })),
    ...(other ? [{ name: `${OTHER} ${other.count}`, steps: other.steps }] : []),
  ];
  const rows = all.flatMap(({ name, steps }) =>
    steps.flatMap((values, i) => {
      if (values.calls === 0) return [];
      const time = new Date(fromMs + i * stepSeconds * 1_000).toISOString();
      return [[time, name, ...COLUMNS.map(([, of]) => of(values))]];
    }),
  );
  return csvText(['from', by, ...COLUMNS.map(([title]) => title)], rows);
}
