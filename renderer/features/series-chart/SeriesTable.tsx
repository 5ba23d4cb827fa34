import { timeText } from '../../ui/clock-time';
import type { ChartData } from './chart-data';
import { exactText } from './unit-text';

/** The numbers of a chart, newest first. */
export function SeriesTable({ data, label }: { readonly data: ChartData; readonly label: string }) {
  const { fromMs, stepMs, steps, unit, series } = data;
  const rows = Array.from({ length: steps }, (_, i) => steps - 1 - i);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="max-h-[360px] overflow-auto" aria-label={`${label}, values`} tabIndex={0}>
      <table className="min-w-full border-collapse text-sm" aria-label={label}>
        <thead className="sticky top-0 bg-raised text-secondary">
          <tr>
            <th className="px-3 py-1 text-left font-medium">From</th>
            {series.map(({ label }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two may be called the same
              <th key={i} className="max-w-[260px] truncate px-3 py-1 text-right font-medium" title={label} dir="auto">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="font-mono">
          {rows.map((row) => (
            <tr key={row} className="border-t border-line">
              <td className="px-3 py-1 whitespace-nowrap text-secondary">{timeText(fromMs + row * stepMs)}</td>
              {series.map(({ values }, i) => {
                const value = values[row] ?? null;
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={i} className="px-3 py-1 text-right whitespace-nowrap">
                    {value === null ? <span className="text-faint">—</span> : exactText(value, unit)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
