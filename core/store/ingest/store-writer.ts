/**
 * Stores batches of all signals, any number in one transaction. It is the only writer of its workspace.
 */
import type { Retention } from '../../api/retention';
import type { SignalBatch } from '../../model/signal-batch';
import type { SpanBatch } from '../../model/span-batch';
import { EVERY_KEY, type SearchesKey } from '../../search/searched-keys';
import { EdgeFinder } from '../blocks/edge-finder';
import { LogBlocks } from '../blocks/log-blocks';
import { RecordPartitions } from '../blocks/record-partitions';
import { SpanBlocks } from '../blocks/span-blocks';
import { Answers } from '../calls/answers';
import { InternedIds } from '../dictionary/interned';
import { PartIds } from '../dictionary/part-ids';
import { type PayloadCodec, PayloadNumbers } from '../payloads/payloads';
import { isEndedForOthers } from '../sql/ended-for-others';
import { type PartitionShare, shareOf } from '../sql/partition-share';
import type { ChangeKind, SqlClient } from '../sql/sql-client';
import { LogWriter } from './log-writer';
import { MetricWriter } from './metric-writer';
import { ReceivedRequests } from './received-requests';
import { SpanWriter } from './span-writer';
import { StoredSpans } from './stored-spans';
import type { AppendResult, WriterState } from './writer-state';

type Change<T> = (tx: SqlClient, state: WriterState) => Promise<T>;

const KEEP_ALL: Retention = { days: null, bytes: null, spans: null };

const MAX_ATTEMPTS = 4;

export class StoreWriter {
  private readonly state: WriterState;
  /** One object, which partitions are measured by. */
  private readonly share: PartitionShare;
  private readonly spans: SpanWriter;
  private readonly logs: LogWriter;
  private readonly metrics: MetricWriter;
  private readonly requests: ReceivedRequests;
  private changing: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: SqlClient,
    workspaceId: number,
    codec: PayloadCodec,
    /** What is kept: partitions are small beside it. */
    retention: Retention = KEEP_ALL,
    /** Whether the words of a key's values are searched. */
    indexesText: SearchesKey = EVERY_KEY,
    /** When records arrive (trusted-clock.ts). */
    now: () => number = Date.now,
    /** Log records of a block. */
    logsABlock?: number,
  ) {
    this.share = shareOf(retention);
    const { share } = this;
    const partIds = new PartIds(workspaceId);
    const indexesKey = (id: number): boolean => {
      const name = partIds.keyName(id);
      return name === null || indexesText(name);
    };
    this.state = {
      workspaceId,
      codec,
      interned: new InternedIds(workspaceId),
      partIds,
      payloadNumbers: new PayloadNumbers(),
      blocks: new SpanBlocks(workspaceId, codec, indexesKey, share, now),
      edges: new EdgeFinder(),
      stored: new StoredSpans(workspaceId),
      answers: new Answers(workspaceId),
      logBlocks: new LogBlocks(workspaceId, logsABlock),
      partitions: new RecordPartitions(workspaceId, share, now),
    };
    this.spans = new SpanWriter(this.state);
    this.logs = new LogWriter(this.state);
    this.metrics = new MetricWriter(this.state);
    this.requests = new ReceivedRequests(workspaceId);
  }

  /** What is kept from now on. */
  keep(retention: Retention): void {
    Object.assign(this.share, shareOf(retention));
  }

  /** All batches or none: resolves once they are committed. @param alongside what is committed with them, at the end */
  append(
    batches: readonly SignalBatch[],
    alongside?: (tx: SqlClient, results: readonly AppendResult[]) => Promise<void>,
  ): Promise<AppendResult[]> {
    return this.inTurn(async (tx) => {
      const results = await this.appendAll(tx, batches);
      await alongside?.(tx, results);
      return results;
    }, 'adds');
  }

  /** Changes what is stored in a transaction of its own, and what the writer remembers with it; one change at a time. */
  change<T>(run: (tx: SqlClient, state: WriterState) => Promise<T>): Promise<T> {
    return this.inTurn(run, 'rewrites');
  }

  private inTurn<T>(run: Change<T>, kind: ChangeKind): Promise<T> {
    const changed = this.changing.then(() => this.commit(run, kind));
    this.changing = changed.then(
      () => {},
      () => {},
    );
    return changed;
  }

  /** Again where PostgreSQL ended it for the sake of another: writers of several workspaces share some tables. */
  private async commit<T>(run: Change<T>, kind: ChangeKind, attempt = 1): Promise<T> {
    try {
      return await this.commitOnce(run, kind);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isEndedForOthers(error)) throw error;
      return this.commit(run, kind, attempt + 1);
    }
  }

  private async commitOnce<T>(run: Change<T>, kind: ChangeKind): Promise<T> {
    const { interned, partIds, blocks, edges, stored, answers, logBlocks, partitions } = this.state;
    try {
      const result = await this.sql.transaction((tx) => run(tx, this.state), kind);
      for (const memory of [interned, blocks, stored]) memory.committed();
      return result;
    } catch (error) {
      for (const memory of [interned, partIds, blocks, edges, stored, answers, logBlocks, partitions])
        memory.rolledBack();
      throw error;
    }
  }

  private async appendAll(tx: SqlClient, batches: readonly SignalBatch[]): Promise<AppendResult[]> {
    const results = new Map<SignalBatch, AppendResult>();
    const spans = batches.filter((batch) => batch.signal === 'traces');
    for (const [i, result] of (await this.spans.append(tx, spans)).entries())
      results.set(spans[i] as SpanBatch, result);
    for (const batch of batches) {
      if (batch.signal === 'traces' || batch.length === 0) continue;
      if (await this.requests.isNew(tx, batch.digest)) {
        await (batch.signal === 'logs' ? this.logs.append(tx, batch) : this.metrics.append(tx, batch));
        results.set(batch, { stored: batch.length, duplicates: 0 });
      } else results.set(batch, { stored: 0, duplicates: batch.length });
    }
    return batches.map((batch) => results.get(batch) ?? { stored: 0, duplicates: 0 });
  }
}
