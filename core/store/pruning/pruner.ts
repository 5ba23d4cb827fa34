/**
 * Keeps what is stored within its limits: takes out the oldest partition, of spans, logs or metric points, until age, size and
 * count are in them. What it did is on record; what it was doing when the process ended, it finishes at the next start.
 */

import type { PruningReason, PruningReport, Retention, UnmetLimit } from '../../api/retention';
import { partitionBytes, RECORD_SIGNALS } from '../blocks/record-partitions';
import { blocksThatCountTooMany } from '../blocks/superseded-counts';
import { DICTIONARIES } from '../dictionary/used-names';
import type { StoreWriter } from '../ingest/store-writer';
import type { WriterState } from '../ingest/writer-state';
import { limitsOf, type PartitionShare } from '../sql/partition-share';
import { decodeRows, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { compact } from './compaction';
import { DictionarySweep } from './dictionaries';
import { fullRecordPartitions, pruneRecords } from './prune-records';
import { type Change, fullSpanPartitions, SpanPartitionPruning } from './prune-spans';
import { type Pruned, PruningLog, type Victim } from './pruning-log';
import { deleteQuarantine, dropQuarantined, QUARANTINE_MS, quarantined, takeOutDeleted } from './quarantine';
import { besideBytes, bytesWithNames, SizeLimit, tablesOf } from './size-limit';

/** What the runtime knows of the database's files. */
export interface Files {
  /** Of the data folder. */
  bytes(): Promise<number>;
  /** Dropped tables are off the disk when this resolves. */
  settle(): Promise<void>;
  /** Whether tables are vacuumed here: a PostgreSQL server does so itself, and one that is shared must not be held up. */
  readonly vacuums: boolean;
  /** Whether the disk has room for a quarantine of what is pruned for its age. */
  allowsQuarantine(): Promise<boolean>;
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
/** Tables are looked at when so many records went, beside those there are, or after so long; and now and then where the limit is passed. */
const COMPACT_AFTER_GONE = 0.25;
const COMPACT_AFTER_MS = 60_000;
const COMPACT_EVERY_MS = 600_000;
/** Dictionaries are swept when so many records went, beside those there are, or so much of the limit may come of it. */
const SWEEP_AFTER_GONE = 0.5;
const SWEEP_WORTH = 0.02;
/** Of the limit, with the names that go with it: twice the share of a partition. */
const LARGE_PARTITION = 0.1;

export class Pruner {
  private readonly log: PruningLog;
  private limits: PartitionShare;
  private running: Promise<boolean> | null = null;
  private stopped = false;
  private restUntil = 0;
  /** Records that were taken out since tables were looked at. */
  private gone = 0;
  private compactedAt = Number.NEGATIVE_INFINITY;
  private readonly dictionaries: DictionarySweep;
  /** Records that were taken out since dictionaries were swept; who began now does not know. */
  private unswept = Number.POSITIVE_INFINITY;
  private unmet: UnmetLimit | null = null;
  private isFirst = true;

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
    this.dictionaries = new DictionarySweep(sql, (run) => writer.change(run), workspaceId);
  }

  /** What is kept from the next run on. */
  keep(retention: Retention): void {
    this.limits = limitsOf(retention);
    this.restUntil = 0;
    this.unmet = null;
  }

  last(): Promise<PruningReport | null> {
    return this.log.last(this.sql);
  }

  /** Why the limit of bytes is passed and stays so; null: it is met, or room is being made. */
  unmetLimit(): UnmetLimit | null {
    return this.unmet;
  }

  /** Makes room where a limit is passed; one run at a time. @returns whether anything was pruned */
  run(): Promise<boolean> {
    this.running ??= this.makeRoom().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Runs something while nothing is pruned, as what changes the time by which records are old. */
  async whileResting<T>(run: () => Promise<T>): Promise<T> {
    while (this.running) await this.running.catch(() => {});
    const work = run();
    this.running = work
      .then(
        () => false,
        () => false,
      )
      .finally(() => {
        this.running = null;
      });
    return work;
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
      if (unfinished?.victim)
        await this.prune(unfinished.id, unfinished.victim, new Set(), await this.quarantineAt(unfinished.reason));
    }
    await this.tendQuarantine();
    for (const block of await blocksThatCountTooMany(this.sql, this.workspaceId)) {
      if (this.stopped) break;
      await this.writer.change((tx, { blocks }) => blocks.tidy(tx, block));
    }
    const kept = new Set<string>();
    // Partitions that become full meanwhile wait for the next time: what is moved into them would be moved for ever.
    const candidates = await this.full();
    const take = async (victim: Candidate, reason: PruningReason): Promise<void> => {
      candidates.splice(candidates.indexOf(victim), 1);
      id ??= await this.log.begin(this.sql, reason);
      const gone = await this.prune(id, victim, kept, await this.quarantineAt(reason));
      if (reason !== 'age' && gone < MIN_GAIN) this.restUntil = this.now() + REST_AFTER_NO_GAIN_MS;
    };
    while (!this.stopped) {
      const next = await this.next(candidates);
      if (!next) break;
      await take(next.victim, next.reason);
    }
    await this.keepSize(candidates, (victim) => take(victim, 'size'));
    if (this.dictionaries.isUnderWay) await this.dictionaries.run(() => this.stopped);
    if (id === null || this.stopped) return id !== null;
    await this.forgetOldest();
    if (await this.isSweepDue()) await this.sweep();
    const isDue =
      this.now() - this.compactedAt > COMPACT_AFTER_MS || this.gone > COMPACT_AFTER_GONE * (await this.spans());
    if (isDue) {
      await this.compact();
      // Catalogs and statistics grow by it, beyond the limit where that was only just met.
      await this.keepSize(candidates, (victim) => take(victim, 'size'));
    }
    await this.files.settle();
    await this.log.finish(this.sql, id);
    return true;
  }

  /** What is in quarantine goes when its day is over, and all of it where the disk needs the room. */
  private async tendQuarantine(): Promise<void> {
    await this.sql.query(
      `update quarantine set quarantined_at = to_timestamp($2::float8 / 1000)
       where workspace_id = $1 and quarantined_at > to_timestamp($2::float8 / 1000)`,
      [this.workspaceId, this.now()],
    );
    const before = (await this.files.allowsQuarantine()) ? this.now() - QUARANTINE_MS : null;
    if ((await deleteQuarantine(this.sql, this.workspaceId, before)) > 0) await this.files.settle();
    await this.sql.transaction((tx) => takeOutDeleted(tx, this.workspaceId));
  }

  /** Null: what is pruned for that reason is dropped, because the room is needed. */
  private async quarantineAt(reason: PruningReason): Promise<number | null> {
    return reason === 'age' && (await this.files.allowsQuarantine()) ? this.now() : null;
  }

  /** Takes out the oldest until the size is in its limit, or until that gains nothing. */
  private async keepSize(full: readonly Candidate[], take: (victim: Candidate) => Promise<void>): Promise<void> {
    if (this.limits.bytes === Number.POSITIVE_INFINITY || this.stopped) return;
    if ((await this.files.bytes()) <= this.limits.bytes) {
      this.unmet = null;
      return;
    }
    const bytesOnDisk = async (): Promise<number> => {
      await this.files.settle();
      return this.files.bytes();
    };
    for (const one of await quarantined(this.sql, this.workspaceId)) {
      await this.sql.transaction((tx) => dropQuarantined(tx, this.workspaceId, one));
      if ((await bytesOnDisk()) <= this.limits.bytes) break;
    }
    // What is empty goes before what is full.
    if (this.gone > 0 || this.now() - this.compactedAt > COMPACT_EVERY_MS) {
      if (await this.isSweepDue()) await this.sweep();
      await this.compact();
    }
    const limit = new SizeLimit(this.limits.bytes, bytesOnDisk);
    let bytes = await bytesOnDisk();
    let before = await this.besideSpans();
    let unmet: UnmetLimit | null = null;
    while (bytes > this.limits.bytes && !this.stopped && this.now() >= this.restUntil) {
      const [victim] = full;
      const spans = await this.spans();
      // Rows of what is gone: their room is empty, and given back at the end.
      const empty = this.files.vacuums ? before.bytes * (1 - Math.min(1, spans / Math.max(1, before.spans))) : 0;
      unmet = await limit.forbids(this.sql, victim ?? null, bytes - empty, empty);
      if (empty > 0 && (unmet || bytes - empty <= this.limits.bytes)) {
        if (unmet || (await this.isSweepDue())) await this.sweep();
        await this.compact();
        bytes = await bytesOnDisk();
        before = await this.besideSpans();
        continue;
      }
      if (unmet || !victim) break;
      const taken = await partitionBytes(this.sql, tablesOf(victim.signal), victim.partition);
      await take(victim);
      bytes = await limit.took(bytes, taken);
    }
    if (bytes > this.limits.bytes && this.now() < this.restUntil) unmet = await limit.rests(this.sql, bytes);
    this.unmet = bytes > this.limits.bytes ? unmet : null;
  }

  private async besideSpans(): Promise<{ readonly bytes: number; readonly spans: number }> {
    return { spans: await this.spans(), bytes: await besideBytes(this.sql) };
  }

  /** Where spans share no names these take many times the room of the spans: the partition is full before it has its share. */
  private async sealLarge(tx: SqlClient, { blocks }: WriterState): Promise<void> {
    if (this.limits.bytes === Number.POSITIVE_INFINITY) return;
    const bytes = await bytesWithNames(tx, 'spans', await blocks.currentPartition(tx));
    if (bytes > LARGE_PARTITION * this.limits.bytes) await blocks.seal(tx);
  }

  /** What is marked is read all, so that it waits until it is worth it. */
  private async isSweepDue(): Promise<boolean> {
    if (this.unswept === 0) return false;
    const rows = await this.sql.query(
      `select span_count + log_count + metric_point_count as records,
         (select sum(pg_total_relation_size(to_regclass(name)))::int8 from unnest($2::text[]) as n (name)) as bytes
       from workspace where id = $1`,
      [this.workspaceId, DICTIONARIES],
    );
    const [{ records, bytes } = { records: 0n, bytes: 0n }] = decodeRows({ records: INT8, bytes: INT8 }, rows);
    if (this.unswept > SWEEP_AFTER_GONE * Number(records)) return true;
    const gain = (Number(bytes) * this.unswept) / (this.unswept + Number(records));
    return gain > SWEEP_WORTH * this.limits.bytes;
  }

  /** Names go with the data that had them. */
  private async sweep(): Promise<void> {
    this.unswept = 0;
    await this.dictionaries.run(() => this.stopped);
  }

  private async compact(): Promise<void> {
    if (!this.files.vacuums) return;
    this.compactedAt = this.now();
    this.gone = 0;
    await compact(this.sql, () => this.stopped);
  }

  /** @returns which part of the records are gone, from 0 to 1; the others were moved */
  private async prune(id: bigint, victim: Victim, kept: Set<string>, quarantineAt: number | null): Promise<number> {
    const known = kept.size;
    const { signal, partition } = victim;
    let gone = 0;
    let moved = 0;
    const note = async (tx: SqlClient, pruned: Pruned): Promise<void> => {
      gone += (pruned.spans ?? 0) + (pruned.logs ?? 0) + (pruned.metricPoints ?? 0);
      moved += pruned.moved ?? 0;
      const records = (pruned.spans ?? 0) + (pruned.logs ?? 0) + (pruned.metricPoints ?? 0);
      this.gone += records;
      this.unswept += records;
      await this.log.add(tx, id, pruned);
    };
    await this.log.setVictim(this.sql, id, victim);
    const change: Change = (run) => this.writer.change(run);
    if (signal === 'spans')
      await new SpanPartitionPruning(change, partition, kept, quarantineAt).run(note, () => this.stopped);
    else await change(async (tx, state) => note(tx, await pruneRecords(tx, state, signal, partition, quarantineAt)));
    if (!this.stopped) {
      await this.log.setVictim(this.sql, id, null);
      await this.log.add(this.sql, id, { keptTraces: kept.size - known });
      await this.files.settle();
    }
    return gone / Math.max(1, gone + moved);
  }

  /** What goes next for its age, or because there are too many, and why. @param full oldest first */
  private async next(
    full: readonly Candidate[],
  ): Promise<{ readonly victim: Candidate; readonly reason: PruningReason } | null> {
    const [oldest] = full;
    if (!oldest) return null;
    if (this.now() - oldest.lastAt > this.limits.ageMs) return { victim: oldest, reason: 'age' };
    if (this.now() < this.restUntil) return null;
    const oldestSpans = full.find(({ signal }) => signal === 'spans');
    if (oldestSpans && (await this.spans()) > this.limits.spans) return { victim: oldestSpans, reason: 'count' };
    return null;
  }

  /** Partitions that nothing is written to any more, oldest first. */
  private full(): Promise<Candidate[]> {
    return this.writer.change(async (tx, state) => {
      await sealIdle(tx, state, this.now() - this.limits.ageMs);
      await this.sealLarge(tx, state);
      const spans = await fullSpanPartitions(tx, state);
      const all: Candidate[] = [
        ...spans.map((partition) => ({ signal: 'spans' as const, ...partition })),
        ...(await fullRecordPartitions(tx, state)),
      ];
      return all.sort((a, b) => a.lastAt - b.lastAt);
    });
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
