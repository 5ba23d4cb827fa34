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
    return `Nobody knows the price of its models; prices.json in the data folder can say it.${reported}`;
  const partial = costComplete ? '' : ' Of some of its calls nobody knows the price or the tokens.';
  return `By the price book, as it is now.${partial}${reported}`;
}
