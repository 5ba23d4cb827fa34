/** The traces in memory: loaded when first asked for, added to when they grow, forgotten when closed or when others need the room. */

import type { TraceSummary } from '../../core/model/trace-summary';
import type { StoreService } from '../../core/operations/store-service';
import { loadTrace } from '../../core/timeline/load-trace';
import { appendColumns } from '../../core/timeline/trace-columns';
import { TraceModel } from '../../core/timeline/trace-model';

/** Spans of all traces together; the one last asked for stays, however large. */
const MAX_SPANS = 1_500_000;
/** A trace that nobody asked for in this time is forgotten: a page that was reloaded did not say goodbye. */
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 60_000;
/** A trace that grows is laid out again at most this share of the time. */
const REFRESH_SHARE = 0.2;

export interface OpenTrace {
  readonly model: TraceModel;
  readonly summary: TraceSummary;
  /** Grows with the trace. */
  readonly version: number;
  /** More has been stored; null: no, else the time after which it may be asked for. */
  readonly staleForMs: number | null;
}

interface Entry extends OpenTrace {
  readonly mark: string;
  readonly usedAt: number;
  /** When it may be looked at again, by its cost. */
  readonly refreshAt: number;
}

type Source = Pick<StoreService, 'traceSpans' | 'operations' | 'traceSummary'>;

export class OpenTraces {
  /** The most recently used last. */
  private readonly entries = new Map<string, Entry>();
  private readonly loading = new Map<string, Promise<Entry>>();
  /** Closed while they were loading: given to who waits, and not kept. */
  private readonly abandoned = new Set<string>();
  private sweeping: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: Source,
    private readonly maxSpans = MAX_SPANS,
  ) {}

  /** The trace as it is in memory, or loaded. @throws SpoorError NOT_FOUND */
  async get(traceId: string): Promise<OpenTrace> {
    const known = this.entries.get(traceId);
    if (known) return this.touch(traceId, known);
    return this.load(traceId, null);
  }

  /** The trace with what was stored of it since. @throws SpoorError NOT_FOUND, and forgets it */
  async fresh(traceId: string): Promise<OpenTrace> {
    const entry = this.entries.get(traceId);
    if (!entry) return this.get(traceId);
    const summary = await this.summaryOf(traceId);
    // Closed while we asked.
    if (!this.entries.has(traceId)) return entry;
    const waitMs = entry.refreshAt - performance.now();
    if (isSame(entry.summary, summary)) return this.touch(traceId, { ...entry, staleForMs: null });
    if (waitMs > 0) return this.touch(traceId, { ...entry, staleForMs: Math.ceil(waitMs) });
    return this.load(traceId, entry);
  }

  /** The trace with all that is stored of it, whatever that costs: who asks once is not told to ask again. @throws SpoorError NOT_FOUND */
  async current(traceId: string): Promise<OpenTrace> {
    for (;;) {
      // What began before this may lack what was stored in between.
      const earlier = this.loading.get(traceId);
      const summary = await this.summaryOf(traceId);
      const entry = this.entries.get(traceId);
      if (entry && isSame(entry.summary, summary)) return this.touch(traceId, { ...entry, staleForMs: null });
      const load = this.load(traceId, entry ?? null);
      const loaded = await load;
      if (load !== earlier) return loaded;
    }
  }

  close(traceId: string): void {
    this.entries.delete(traceId);
    if (this.loading.has(traceId)) this.abandoned.add(traceId);
  }

  private async summaryOf(traceId: string): Promise<TraceSummary> {
    try {
      return await this.source.traceSummary(traceId);
    } catch (error) {
      this.close(traceId);
      throw error;
    }
  }

  /** Forgets traces that nobody has asked for in a while. */
  private sweep(): void {
    const now = performance.now();
    for (const [id, { usedAt }] of this.entries) if (now - usedAt >= IDLE_MS) this.entries.delete(id);
    if (this.entries.size > 0) return;
    // Nothing holds on to who has nothing open.
    clearInterval(this.sweeping);
    this.sweeping = undefined;
  }

  private load(traceId: string, known: Entry | null): Promise<Entry> {
    const underWay = this.loading.get(traceId);
    if (underWay) return underWay;
    const load = this.read(traceId, known)
      .then((entry) => (this.abandoned.delete(traceId) ? entry : this.touch(traceId, entry)))
      .finally(() => {
        this.loading.delete(traceId);
        this.abandoned.delete(traceId);
      });
    this.loading.set(traceId, load);
    return load;
  }

  private async read(traceId: string, known: Entry | null): Promise<Entry> {
    const startedAt = performance.now();
    const { summary, columns, mark } = await loadTrace(this.source, traceId, known?.mark ?? null);
    // Spans that were moved or changed in the database come again as if they were new.
    if (known && known.model.columns.length + columns.length !== summary.spanCount) return this.read(traceId, null);
    // Of as many spans as before, one was replaced.
    if (known && columns.length === 0 && !isSame(known.summary, summary)) return this.read(traceId, null);
    const model =
      known === null
        ? new TraceModel(columns)
        : columns.length === 0
          ? known.model
          : new TraceModel(appendColumns(known.model.columns, columns));
    const now = performance.now();
    return {
      model,
      summary,
      mark,
      version: model.columns.length + summary.changes,
      staleForMs: null,
      usedAt: now,
      refreshAt: now + (now - startedAt) / REFRESH_SHARE,
    };
  }

  private touch(traceId: string, entry: Entry): Entry {
    const now = performance.now();
    const touched = { ...entry, usedAt: now };
    this.entries.delete(traceId);
    this.entries.set(traceId, touched);
    this.sweeping ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
    let spans = 0;
    for (const { model } of this.entries.values()) spans += model.columns.length;
    for (const [id, { model }] of this.entries) {
      if (id === traceId || spans <= this.maxSpans) break;
      spans -= model.columns.length;
      this.entries.delete(id);
    }
    return touched;
  }
}

function isSame(one: TraceSummary, other: TraceSummary): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
