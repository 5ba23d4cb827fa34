/**
 * Stores batches of all signals, any number in one transaction. It is the only writer of its workspace.
 */
import type { SignalBatch } from '../model/signal-batch';
import type { SpanBatch } from '../model/span-batch';
import { InternedIds } from './interned';
import { LogWriter } from './log-writer';
import { MetricWriter } from './metric-writer';
import { PartIds } from './part-ids';
import { type PayloadCodec, PayloadNumbers } from './payloads';
import { ReceivedRequests } from './received-requests';
import { SpanBlocks } from './span-blocks';
import { SpanWriter } from './span-writer';
import type { SqlClient } from './sql-client';
import type { AppendResult, WriterState } from './writer-state';

export class StoreWriter {
  private readonly state: WriterState;
  private readonly spans: SpanWriter;
  private readonly logs: LogWriter;
  private readonly metrics: MetricWriter;
  private readonly requests: ReceivedRequests;

  constructor(
    private readonly sql: SqlClient,
    workspaceId: number,
    codec: PayloadCodec,
    /** Whether the words of a key's values are searched. */
    indexesText: (key: string) => boolean = () => true,
  ) {
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
      blocks: new SpanBlocks(workspaceId, codec, indexesKey),
    };
    this.spans = new SpanWriter(this.state);
    this.logs = new LogWriter(this.state);
    this.metrics = new MetricWriter(this.state);
    this.requests = new ReceivedRequests(workspaceId);
  }

  /** All batches or none: resolves once they are committed. */
  async append(batches: readonly SignalBatch[]): Promise<AppendResult[]> {
    try {
      const results = await this.sql.transaction((tx) => this.appendAll(tx, batches));
      this.state.interned.committed();
      this.state.blocks.committed();
      this.spans.committed();
      this.requests.committed();
      return results;
    } catch (error) {
      this.state.interned.rolledBack();
      this.state.partIds.rolledBack();
      this.state.blocks.rolledBack();
      this.spans.rolledBack();
      this.requests.rolledBack();
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
