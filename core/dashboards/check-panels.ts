/** Whether what panels ask can be understood at all: said when it is written, not when somebody looks. */
import type { z } from 'zod';
import type { DashboardPanel } from '../api/dashboard';
import { readFilter } from '../metrics/series-filter';
import { parseLogQuery } from '../query/logs/parse-log-query';
import { readTraceql } from '../query/traceql/read-query';

type AskedPanel =
  | Pick<Extract<DashboardPanel, { readonly kind: 'spans' }>, 'kind' | 'query'>
  | Pick<Extract<DashboardPanel, { readonly kind: 'metric' }>, 'kind' | 'filter'>
  | Pick<Extract<DashboardPanel, { readonly kind: 'logs' }>, 'kind' | 'query'>;

export function checkPanels(
  panels: readonly AskedPanel[],
  context: Pick<z.core.$RefinementCtx<unknown>, 'addIssue'>,
): void {
  for (const [i, panel] of panels.entries()) {
    const message = problemOf(panel);
    const field = panel.kind === 'metric' ? 'filter' : 'query';
    if (message !== null) context.addIssue({ code: 'custom', path: [i, field], message });
  }
}

/** Null: it can be asked. */
export function problemOf(panel: AskedPanel): string | null {
  try {
    if (panel.kind === 'metric') readFilter(panel.filter);
    else if (panel.kind === 'logs') parseLogQuery(panel.query);
    else if (!givesNumbers(panel.query)) {
      return 'gives no numbers over time: end it with a metric, such as | rate()';
    }
    return null;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** A comparison gives two sets of them, which belong to no time. */
function givesNumbers(query: string): boolean {
  const { metrics } = readTraceql(query);
  return metrics !== null && metrics.kind !== 'compare';
}
