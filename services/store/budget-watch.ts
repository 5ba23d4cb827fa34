/** Marks traces that cost more than a budget allows, shortly after calls of models were stored. */
import { formatCost } from '../../core/model/format';
import { hexFromBytes, TRACE_ID_BYTES } from '../../core/model/ids';
import type { SignalBatch } from '../../core/model/signal-batch';
import type { PriceBook } from '../../core/pricing/price-book';
import { traceCosts } from '../../core/store/calls/trace-costs';
import { type Guardrails, writeMarks } from '../../core/store/people/guardrails';
import type { SqlClient } from '../../core/store/sql/sql-client';

/** Calls of a run come in bursts. */
const SETTLE_MS = 1_000;

export class BudgetWatch {
  private readonly touched = new Set<string>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly rules: Pick<Guardrails, 'list'>,
    private readonly prices: () => PriceBook,
    private readonly onMarked: () => void,
    private readonly onTrouble: (message: string, error: unknown) => void,
  ) {}

  /** Traces of a batch that calls models; to be asked before the batch is stored, and told after. */
  static tracesOf(batch: SignalBatch): readonly string[] {
    if (batch.signal !== 'traces') return [];
    const traces = new Set(batch.calls.row.map((row) => batch.trace[row] as number));
    return [...traces].map((at) => hexFromBytes(batch.traceId, at * TRACE_ID_BYTES, TRACE_ID_BYTES));
  }

  stored(traceIds: readonly string[]): void {
    for (const id of traceIds) this.touched.add(id);
    if (this.touched.size === 0 || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.look().catch((error: unknown) => this.onTrouble('budgets could not be checked', error));
    }, SETTLE_MS);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const traceIds = [...this.touched];
    this.touched.clear();
    const budgets = (await this.rules.list()).filter(({ enabled, kind }) => enabled && kind === 'budget');
    if (budgets.length === 0) return;
    const costs = await traceCosts(this.sql, this.workspaceId, this.prices(), traceIds);
    const marks = [...costs].flatMap(([traceId, { usd, reportedUsd }]) => {
      const cost = Math.max(usd ?? 0, reportedUsd ?? 0);
      return budgets
        .filter(({ maxUsd }) => maxUsd !== null && cost > maxUsd)
        .map(({ id, maxUsd }) => ({
          ruleId: id,
          traceId,
          spanId: null,
          attribute: '',
          excerpt: `costs more than ${formatCost(maxUsd)}`,
          digest: 0,
        }));
    });
    if ((await writeMarks(this.sql, this.workspaceId, marks)) > 0) this.onMarked();
  }
}
