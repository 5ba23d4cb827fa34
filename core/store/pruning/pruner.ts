/**
 * Keeps what is stored within its limits: takes out the oldest partition, of spans, logs or metric points, until age, size and
 * count are in them. What it did is on record; what it was doing when the process ended, it finishes at the next start.
 */
import type { PruningReason, PruningReport, Retention } from '../../api/retention';
import { limitsOf, type PartitionShare } from '../partition-share';
import { RECORD_SIGNALS } from '../record-partitions';
import { decodeRows, INT8 } from '../row-spec';
import type { SqlClient } from '../sql-client';
import type { StoreWriter } from '../store-writer';
import type { WriterState } from '../writer-state';
import { fullRecordPartitions, pruneRecords } from './prune-records';
import { type Change, fullSpanPartitions, SpanPartitionPruning } from './prune-spans';
import { type Pruned, PruningLog, type Victim } from './pruning-log';

/** What the runtime knows of the database's files. */
export interface Files {
  /** Of the data folder. */
  bytes(): Promise<number>;
  /** Dropped tables are off the disk when this resolves. */
  settle(): Promise<void>;
  /** Whether tables are vacuumed here: a PostgreSQL server does so itself, and one that is shared must not be held up. */
  readonly vacuums: boolean;
}

interface Candidate extends Victim {
  /** When its last record arrived. */
  readonly lastAt: number;
}

/** Ids of pruned traces that are remembered, so that a link to one can be answered. */
const REMEMBERED = 100_000;
/** When less of a partition than this goes, the rest is marked or still grows: nothing is gained by going on. */
const MIN_GAIN = 0.1;
const REST_AFTER_NO_GAIN_MS = 3_600_000;
/** Tables that lose rows one by one: their space is used again, or given back where most of it is empty. */
const BESIDE_SPANS = ['trace', 'missing_parent', 'span_block', 'operation_minute', 'service_edge'];
const MOST = 0.5;
/** Below this part of its limit the size is not measured for so long: less than the rest comes in that time. */
const FAR = 0.85;
const FAR_MS = 60_000;

export class Pruner {
  private readonly log: PruningLog;
  private readonly limits: PartitionShare;
  private running: Promise<boolean> | null = null;
  private stopped = false;
  private restUntil = 0;
  private isFirst = true;
  private measured = { bytes: Number.POSITIVE_INFINITY, at: 0 };

  constructor(
    private readonly sql: SqlClient,
    private readonly writer: Pick<StoreWriter, 'change'>,
    private readonly workspaceId: number,
    retention: Retention,
    private readonly files: Files,
    private readonly now: () => number = Date.now,
  ) {
    this.log = new PruningLog(workspaceId);
    this.limits = limitsOf(retention);
  }

  last(): Promise<PruningReport | null> {
    return this.log.last(this.sql);
  }

  /** Makes room where a limit is passed; one run at a time. @returns whether anything was pruned */
  run(): Promise<boolean> {
    this.running ??= this.makeRoom().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Ends between two steps. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running?.catch(() => {});
  }

  private async makeRoom(): Promise<boolean> {
    let id: bigint | null = null;
    if (this.isFirst) {
      this.isFirst = false;
      const unfinished = await this.log.unfinished(this.sql);
      id = unfinished?.id ?? null;
      if (unfinished?.victim) await this.prune(unfinished.id, unfinished.victim, new Set());
    }
    const kept = new Set<string>();
    let start: { readonly spans: number; readonly besideSpans: number } | null = null;
    const goneOf = async (): Promise<number> => (start ? 1 - (await this.spans()) / Math.max(1, start.spans) : 0);
    // Partitions that become full meanwhile wait for the next time: what is moved into them would be moved for ever.
    const candidates = await this.full();
    while (!this.stopped) {
      const next = await this.next(candidates, async () => (start?.besideSpans ?? 0) * (await goneOf()));
      if (!next) break;
      candidates.splice(candidates.indexOf(next.victim), 1);
      start ??= await this.measure();
      id ??= await this.log.begin(this.sql, next.reason);
      const gone = await this.prune(id, next.victim, kept);
      if (next.reason !== 'age' && gone < MIN_GAIN) this.restUntil = this.now() + REST_AFTER_NO_GAIN_MS;
    }
    if (id === null || this.stopped) return id !== null;
    await this.forgetOldest();
    if (this.files.vacuums) await this.vacuum(await goneOf());
    await this.files.settle();
    await this.log.finish(this.sql, id);
    return true;
  }

  /** In full it holds the store for a second or so: only where a limit was lowered, not each time that room is made. */
  private async vacuum(gone: number): Promise<void> {
    const vacuum = gone > MOST ? 'vacuum full' : 'vacuum';
    for (const table of BESIDE_SPANS) await this.sql.query(`${vacuum} ${table}`);
    await this.sql.query('vacuum pruned_trace');
  }

  /** @returns which part of the records are gone, from 0 to 1; the others were moved */
  private async prune(id: bigint, victim: Victim, kept: Set<string>): Promise<number> {
    const known = kept.size;
    const { signal, partition } = victim;
    let gone = 0;
    let moved = 0;
    const note = async (tx: SqlClient, pruned: Pruned): Promise<void> => {
      gone += (pruned.spans ?? 0) + (pruned.logs ?? 0) + (pruned.metricPoints ?? 0);
      moved += pruned.moved ?? 0;
      await this.log.add(tx, id, pruned);
    };
    await this.log.setVictim(this.sql, id, victim);
    const change: Change = (run) => this.writer.change(run);
    if (signal === 'spans') await new SpanPartitionPruning(change, partition, kept).run(note, () => this.stopped);
    else await change(async (tx, state) => note(tx, await pruneRecords(tx, state, signal, partition)));
    if (!this.stopped) {
      await this.log.setVictim(this.sql, id, null);
      await this.log.add(this.sql, id, { keptTraces: kept.size - known });
      await this.files.settle();
    }
    return gone / Math.max(1, gone + moved);
  }

  /** What goes next, and why. @param full oldest first @param reusable bytes of tables that are empty by now */
  private async next(
    full: readonly Candidate[],
    reusable: () => Promise<number>,
  ): Promise<{ readonly victim: Candidate; readonly reason: PruningReason } | null> {
    const [oldest] = full;
    if (!oldest) return null;
    if (this.now() - oldest.lastAt > this.limits.ageMs) return { victim: oldest, reason: 'age' };
    if (this.now() < this.restUntil) return null;
    const oldestSpans = full.find(({ signal }) => signal === 'spans');
    if (oldestSpans && (await this.spans()) > this.limits.spans) return { victim: oldestSpans, reason: 'count' };
    if (this.limits.bytes === Number.POSITIVE_INFINITY || !(await this.mayBeTooLarge())) return null;
    return this.measured.bytes - (await reusable()) > this.limits.bytes ? { victim: oldest, reason: 'size' } : null;
  }

  /** Counts the bytes on disk, where the last count is old or near the limit: a walk through a thousand files. */
  private async mayBeTooLarge(): Promise<boolean> {
    const { bytes, at } = this.measured;
    const isFar = bytes < FAR * this.limits.bytes && this.now() - at < FAR_MS;
    if (!isFar) this.measured = { bytes: await this.files.bytes(), at: this.now() };
    return this.measured.bytes > this.limits.bytes;
  }

  /** Partitions that nothing is written to any more, oldest first. */
  private full(): Promise<Candidate[]> {
    return this.writer.change(async (tx, state) => {
      await sealIdle(tx, state, this.now() - this.limits.ageMs);
      const spans = await fullSpanPartitions(tx, state);
      const all: Candidate[] = [
        ...spans.map((partition) => ({ signal: 'spans' as const, ...partition })),
        ...(await fullRecordPartitions(tx, state)),
      ];
      return all.sort((a, b) => a.lastAt - b.lastAt);
    });
  }

  private async measure(): Promise<{ readonly spans: number; readonly besideSpans: number }> {
    const rows = await this.sql.query(
      'select sum(pg_total_relation_size(to_regclass(name)))::int8 as bytes from unnest($1::text[]) as n (name)',
      [BESIDE_SPANS],
    );
    return { spans: await this.spans(), besideSpans: Number(decodeRows({ bytes: INT8 }, rows)[0]?.bytes ?? 0n) };
  }

  private async spans(): Promise<number> {
    const rows = await this.sql.query('select span_count from workspace where id = $1', [this.workspaceId]);
    return Number(decodeRows({ span_count: INT8 }, rows)[0]?.span_count ?? 0n);
  }

  private async forgetOldest(): Promise<void> {
    await this.sql.query(
      `delete from pruned_trace where workspace_id = $1 and pruned_at < (
         select pruned_at from pruned_trace where workspace_id = $1 order by pruned_at desc offset ${REMEMBERED} limit 1)`,
      [this.workspaceId],
    );
  }
}

/** A partition that nothing came into for longer than records are kept takes nothing more. */
async function sealIdle(tx: SqlClient, { blocks, partitions }: WriterState, before: number): Promise<void> {
  const spansAt = await blocks.lastAt(tx);
  if (spansAt !== null && spansAt < before) await blocks.seal(tx);
  for (const signal of RECORD_SIGNALS) {
    const lastAt = await partitions.lastAt(tx, signal);
    if (lastAt !== null && lastAt < before) await partitions.begin(tx, signal);
  }
}
