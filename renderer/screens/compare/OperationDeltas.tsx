import clsx from 'clsx';
import type { OperationDelta } from '../../../core/api/timeline';
import { formatCount, formatDuration } from '../../../core/model/format';
import { serviceColor } from '../../ui/series';
import { formatDelta } from './format-delta';

/** Operations by how much their total time changed. */
export function OperationDeltas({ operations }: { readonly operations: readonly OperationDelta[] }) {
  return (
    <div className="min-h-0 grow overflow-auto bg-panel">
      <table aria-label="Operations" className="w-full">
        <thead className="sticky top-0 bg-panel text-sm text-secondary">
          <tr className="h-[27px] border-b border-line">
            <th className="px-3.5 text-left font-medium">Operation</th>
            <th className="px-2 text-right font-medium">Calls A</th>
            <th className="px-2 text-right font-medium">Calls B</th>
            <th className="px-2 text-right font-medium">Total A</th>
            <th className="px-2 text-right font-medium">Total B</th>
            <th className="px-3.5 text-right font-medium">Change</th>
          </tr>
        </thead>
        <tbody className="font-mono text-sm">
          {operations.map(({ name, service, countA, countB, totalNsA, totalNsB }) => (
            <tr key={`${service} ${name}`} className="h-[27px] border-b border-line hover:bg-raised">
              <td className="max-w-0 px-3.5 font-sans text-base">
                <span className="flex items-center gap-2">
                  <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(service) }} />
                  <span className="truncate" dir="auto">
                    {name || 'unnamed'}
                  </span>
                  <span className="shrink-0 text-sm text-faint">{service}</span>
                </span>
              </td>
              <td className="w-[90px] px-2 text-right">{formatCount(countA)}</td>
              <td className={clsx('w-[90px] px-2 text-right', countA !== countB && 'text-warning')}>
                {formatCount(countB)}
              </td>
              <td className="w-[100px] px-2 text-right">{formatDuration(totalNsA)}</td>
              <td className="w-[100px] px-2 text-right">{formatDuration(totalNsB)}</td>
              <td
                className={clsx('w-[110px] px-3.5 text-right', {
                  'text-warning': totalNsB > totalNsA,
                  'text-ok': totalNsB < totalNsA,
                })}
              >
                {formatDelta(totalNsB - totalNsA)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
