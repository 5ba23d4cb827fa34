/** Loads the generated sample the way a file is imported, and removes what carries its mark. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SampleReport, SampleRequest } from '../../core/api/sample';
import type { IngestService, TimelineService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { nsFromMs } from '../../core/model/time';
import type { StoreService } from '../../core/operations/store-service';
import { SAMPLE_QUERY } from '../../core/samples/sample-mark';
import { firstTraceId, SAMPLE_SEED, sampleTelemetry } from '../../core/samples/sample-workspace';

type Store = Pick<StoreService, 'state' | 'listTraces' | 'traceSummary' | 'deleteTrace' | 'removeSampleRecords'>;

const PAGE = 100;
const LOOK_MS = 2_000;
const IDLE = { activity: 'none', done: 0, total: 0 } as const;
const packed = promisify(gzip);

export class Sample {
  private now: Pick<SampleReport, 'activity' | 'done' | 'total'> = IDLE;
  private failure: string | null = null;

  constructor(
    private readonly store: Store,
    private readonly ingest: Pick<IngestService, 'report' | 'importPart'>,
    private readonly timeline: Pick<TimelineService, 'closeTimeline'>,
  ) {}

  async report(): Promise<SampleReport> {
    const isStored = this.now.activity === 'none' ? await this.isStored() : this.isPartlyStored();
    return { isStored, ...this.now, failure: this.failure };
  }

  /** Begins, and answers at once. @throws SpoorError CONFLICT */
  async load({ beside = false }: SampleRequest): Promise<SampleReport> {
    this.begin('loading');
    try {
      await this.demandRoom(beside);
    } catch (error) {
      this.now = IDLE;
      throw error;
    }
    this.go(() => this.loadAll(), 'The sample was not loaded completely. Remove it, then load it again.');
    return { isStored: null, ...this.now, failure: null };
  }

  /** Begins, and answers at once. @throws SpoorError CONFLICT */
  async remove(): Promise<SampleReport> {
    this.begin('removing');
    this.go(() => this.removeAll(), 'The sample was not removed completely. Remove it again.');
    return { isStored: null, ...this.now, failure: null };
  }

  /** @throws SpoorError CONFLICT */
  private begin(activity: 'loading' | 'removing'): void {
    if (this.now.activity !== 'none') {
      throw new SpoorError('CONFLICT', `The sample is ${this.now.activity} already. Wait until that is done.`);
    }
    this.now = { activity, done: 0, total: 0 };
    this.failure = null;
  }

  private go(run: () => Promise<void>, advice: string): void {
    run()
      .catch((error: unknown) => {
        this.failure = `${advice} (${error instanceof Error ? error.message : String(error)})`;
      })
      .finally(() => {
        this.now = IDLE;
      });
  }

  /** @throws SpoorError CONFLICT */
  private async demandRoom(beside: boolean): Promise<void> {
    if (await this.isStored()) {
      throw new SpoorError('CONFLICT', 'The sample is here already. Remove it before you load it again.');
    }
    if (beside) return;
    const { forwarding } = await this.ingest.report();
    if (forwarding) {
      throw new SpoorError(
        'CONFLICT',
        `Spoor forwards what it receives to ${forwarding.url}, including the sample. Confirm that you want that: --beside on the command line, beside over HTTP.`,
      );
    }
    const { data } = await this.store.listTraces({ limit: 1, waitMs: LOOK_MS });
    const { counts } = await this.store.state();
    if (data.length > 0 || (counts.logs ?? 0) > 0 || (counts.metricPoints ?? 0) > 0) {
      throw new SpoorError(
        'CONFLICT',
        'This workspace has data already. The sample can be loaded beside it and removed again by itself; confirm that with --beside on the command line, beside over HTTP.',
      );
    }
  }

  private async loadAll(): Promise<void> {
    const requests = [...sampleTelemetry(nsFromMs(Date.now()), await this.freshSeed())];
    this.now = { ...this.now, total: requests.length };
    for (const { body } of requests) {
      const bytes = new Uint8Array(await packed(JSON.stringify(body)));
      await this.ingest.importPart({ importId: randomUUID(), bytes, isFirst: true, isLast: true });
      this.now = { ...this.now, done: this.now.done + 1 };
    }
  }

  /** Spans with the ids of a removed trace would join it, so each sample has ids of its own. */
  private async freshSeed(): Promise<number> {
    for (let seed = SAMPLE_SEED; ; seed++) if (await this.isUnknown(firstTraceId(seed))) return seed;
  }

  private async isUnknown(traceId: string): Promise<boolean> {
    try {
      await this.store.traceSummary(traceId);
      return false;
    } catch (error) {
      if (!(error instanceof SpoorError) || error.code !== 'NOT_FOUND') throw error;
      return error.details.some(({ code }) => code === 'unknown');
    }
  }

  private async removeAll(): Promise<void> {
    const traceIds = await this.storedTraces();
    this.now = { ...this.now, total: traceIds.length + 1 };
    for (const traceId of traceIds) {
      await this.store.deleteTrace(traceId).catch(ifGone);
      await this.timeline.closeTimeline(traceId);
      this.now = { ...this.now, done: this.now.done + 1 };
    }
    await this.store.removeSampleRecords();
  }

  private async storedTraces(): Promise<string[]> {
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await this.store.listTraces({ query: SAMPLE_QUERY, limit: PAGE, waitMs: LOOK_MS, cursor });
      found.push(...page.data.map(({ traceId }) => traceId));
      cursor = page.pagination.hasMore ? page.pagination.nextCursor : null;
    }
    return found;
  }

  /** While it loads or is removed: a search for each report would slow that down. Null: that has only begun. */
  private isPartlyStored(): boolean | null {
    const { activity, done, total } = this.now;
    if (total === 0) return null;
    return activity === 'loading' ? done > 0 : done < total;
  }

  private async isStored(): Promise<boolean | null> {
    const { data, search } = await this.store.listTraces({ query: SAMPLE_QUERY, limit: 1, waitMs: LOOK_MS });
    if (data.length > 0) return true;
    return search.complete ? false : null;
  }
}

/** Somebody else deleted it meanwhile. */
function ifGone(error: unknown): void {
  if (!(error instanceof SpoorError) || error.code !== 'NOT_FOUND') throw error;
}
