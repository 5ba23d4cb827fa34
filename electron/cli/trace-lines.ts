/** Traces and series as lines of a terminal. Names come from programs: what a terminal would obey is taken out. */
import type { MetricResult, TraceListPage } from '../../core/api/search';
import { formatDuration } from '../../core/model/format';
import { cut, type Paint, printable } from './terminal';

type ListedTrace = TraceListPage['data'][number];

export const TRACE_HEADER = [
  'STARTED'.padEnd(23),
  'DURATION'.padStart(10),
  'SPANS'.padStart(7),
  'MATCHED'.padStart(8),
  'ERRORS'.padStart(7),
  'TRACE'.padEnd(33),
  'NAME',
].join(' ');

/** Red where it failed. @param columns of the terminal; null: nothing is cut */
export function traceLine(trace: ListedTrace, columns: number | null, paint: Paint): string {
  const started = trace.startTime.replace('T', ' ').slice(0, 23);
  const line = [
    started,
    formatDuration(trace.durationNs).padStart(10),
    String(trace.spanCount).padStart(7),
    String(trace.matchedSpans).padStart(8),
    String(trace.errorCount).padStart(7),
    trace.traceId.padEnd(33),
    printable(`${trace.rootService}: ${trace.rootName}`),
  ].join(' ');
  const shown = cut(line, columns);
  return trace.failedCount > 0 ? paint('red', shown) : shown;
}

/** One line a series: its labels, and what its values were. */
export function seriesLines({ series, unit }: MetricResult): string[] {
  const format = (value: number): string =>
    unit === 'ns' ? formatDuration(value) : value.toLocaleString('en-US', { maximumFractionDigits: 3 });
  const header = ['LATEST', 'LEAST', 'MOST'].map((name) => name.padStart(14)).join(' ');
  const lines = series.map(({ labels, values }) => {
    const numbers = values.filter((value) => value !== null);
    const figures =
      numbers.length === 0 ? [null, null, null] : [numbers.at(-1), Math.min(...numbers), Math.max(...numbers)];
    const name = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    return `${figures.map((figure) => (figure === null || figure === undefined ? '\u2014' : format(figure)).padStart(14)).join(' ')}  ${printable(name.join(' '))}`;
  });
  return [`${header}  SERIES`, ...lines];
}
