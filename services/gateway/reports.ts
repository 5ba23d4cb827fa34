/** What the parts of Spoor report of themselves: whoever does not answer is shown as it was last. */
import type { ReportedCounts } from '../../core/api/contract';
import type { RedactionReport } from '../../core/api/receiver-reports';
import { KEEPS } from '../../core/api/retention';
import type { UnresponsivePart } from '../../core/api/unresponsive-part';
import type { IngestReport, IngestService, StoreReport } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import type { StoreService } from '../../core/operations/store-service';
import { inTime } from './unresponsive';

/** Nobody knows before the database is open. */
const NOT_COUNTED: ReportedCounts = { traces: null, spans: null, logs: null, metricPoints: null };
const NO_STORE: StoreReport = {
  store: { state: 'opening' },
  counts: NOT_COUNTED,
  bytesOnDisk: null,
  disk: { freeBytes: null, full: false },
  lastPruning: null,
  keeping: KEEPS,
  redacted: { total: 0, byRule: {} },
};
const NO_INGEST: IngestReport = {
  otlpHttp: { state: 'starting' },
  otlpGrpc: { state: 'starting' },
  queueDepth: 0,
  spansPerSecond: 0,
  redacted: { total: 0, byRule: {} },
  refused: { requests: 0, records: 0, last: null },
  forwarding: null,
};

export class Reports {
  private store = NO_STORE;
  private ingest = NO_INGEST;

  constructor(
    private readonly storeService: Pick<StoreService, 'state'>,
    private readonly ingestService: Pick<IngestService, 'report'>,
    private readonly unresponsive: () => Promise<readonly UnresponsivePart[]>,
  ) {}

  async now(): Promise<StoreReport & IngestReport & { readonly unresponsive: readonly UnresponsivePart[] }> {
    const [unresponsive, store, ingest] = await Promise.all([
      this.unresponsive(),
      inTime(this.storeReport()),
      inTime(this.ingestService.report()),
    ]);
    this.store = store ?? this.store;
    this.ingest = ingest ?? this.ingest;
    const redacted = bothOf(this.store.redacted, this.ingest.redacted);
    return { ...this.store, ...this.ingest, redacted, unresponsive };
  }

  /** A database that is starting again is a state to show, not a failed status. */
  private async storeReport(): Promise<StoreReport> {
    try {
      return await this.storeService.state();
    } catch (error) {
      if (!(error instanceof SpoorError) || error.code !== 'SERVICE_UNAVAILABLE') throw error;
      return NO_STORE;
    }
  }
}

function bothOf(one: RedactionReport, other: RedactionReport): RedactionReport {
  const byRule: Record<string, number> = { ...one.byRule };
  for (const [rule, count] of Object.entries(other.byRule)) byRule[rule] = (byRule[rule] ?? 0) + count;
  return { total: one.total + other.total, byRule };
}
