import { formatCost } from '../../core/model/format';
import type { TraceSummary } from '../../core/model/trace-summary';

/** With a mark where it is of some calls only. */
export function costText(costUsd: number | null, complete: boolean): string {
  return costUsd === null ? 'unknown' : `${complete ? '' : '≥ '}${formatCost(costUsd)}`;
}

export function costHint({
  costUsd,
  costComplete,
  reportedCostUsd,
}: Pick<TraceSummary, 'costUsd' | 'costComplete' | 'reportedCostUsd'>): string {
  const reported = reportedCostUsd === null ? '' : ` The sender says ${formatCost(reportedCostUsd)}.`;
  if (costUsd === null)
    return `The price of its models is unknown. You can add it to prices.json in the data folder.${reported}`;
  const partial = costComplete ? '' : ' For some of its calls, the price or the token count is unknown.';
  return `Calculated with the current price book.${partial}${reported}`;
}
