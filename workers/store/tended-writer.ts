/**
 * A writer that tends its database. PGlite runs PostgreSQL as a single process, where nothing but us asks for a checkpoint or gathers
 * statistics, and which does not survive a full disk.
 */
import type { SignalBatch } from '../../core/model/signal-batch';
import type { SqlClient } from '../../core/store/sql-client';
import type { StoreWriter } from '../../core/store/store-writer';
import type { AppendResult } from '../../core/store/writer-state';
import type { DiskSpace } from './disk-space';

/**
 * `max_wal_size` alone lets a million spans leave 220 MB. Small and often is also the quickest: 20,000 spans are 6 to 20 ms.
 */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;
/** Without statistics the planner takes a workspace for a handful of rows, and sorts all of them for a page. */
const FIRST_ANALYZE_RECORDS = 2_000;
const LAST_ANALYZE_RECORDS = 1_000_000;
/** A sample of 3,000 rows a table: milliseconds, whatever its size. `span` is only read by trace. */
const ANALYZE = [
  'set local default_statistics_target = 10',
  'analyze trace, service, operation, attribute, attribute_key, log_record, metric, metric_series',
];
/** A row without its attributes, about. */
const ROW_BYTES = 200;

export class TendedWriter {
  private bytes = 0;
  private records = 0;
  private analyzeAfter = FIRST_ANALYZE_RECORDS;

  constructor(
    private readonly writer: Pick<StoreWriter, 'append'>,
    private readonly sql: Pick<SqlClient, 'query' | 'transaction'>,
    private readonly disk: Pick<DiskSpace, 'demand'>,
  ) {}

  async append(batches: readonly SignalBatch[]): Promise<AppendResult[]> {
    const bytes = batches.reduce((sum, batch) => sum + bytesOf(batch), 0);
    await this.disk.demand(bytes);
    if (this.bytes >= CHECKPOINT_BYTES) await this.checkpoint();
    else if (this.records >= this.analyzeAfter) await this.analyze();
    const results = await this.writer.append(batches);
    this.bytes += bytes;
    for (const { length } of batches) this.records += length;
    return results;
  }

  private async checkpoint(): Promise<void> {
    await this.sql.query('checkpoint');
    this.bytes = 0;
  }

  private async analyze(): Promise<void> {
    await this.sql.transaction(async (tx) => {
      for (const statement of ANALYZE) await tx.query(statement);
    });
    this.records = 0;
    this.analyzeAfter = Math.min(this.analyzeAfter * 2, LAST_ANALYZE_RECORDS);
  }
}

/** About what a batch writes. */
function bytesOf(batch: SignalBatch): number {
  const rows = batch.length * ROW_BYTES;
  if (batch.signal === 'metrics') return rows + batch.rest.length + batch.attributes.length;
  return rows + batch.parts.bytes.length + (batch.signal === 'logs' ? batch.message.length : 0);
}
