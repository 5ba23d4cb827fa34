/**
 * A writer that tends its database. PGlite runs PostgreSQL as a single process, where nothing but us asks for a checkpoint or gathers
 * statistics, and which does not survive a full disk.
 */
import type { SignalBatch } from '../../core/model/signal-batch';
import type { StoreWriter } from '../../core/store/ingest/store-writer';
import type { AppendResult } from '../../core/store/ingest/writer-state';
import { decodeRows, INT8 } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { DiskSpace } from './disk-space';

/**
 * `max_wal_size` alone lets a million spans leave 220 MB. Small and often is also the quickest: 20,000 spans are 6 to 20 ms.
 */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;
/**
 * Of the log itself, asked for now and then: names and values that are all new touch many pages, which the log then has whole, and
 * so does what is not appended, as a rebuild.
 */
const CHECKPOINT_LOG_BYTES = 24 * 1024 * 1024;
const LOOK_AT_LOG_BYTES = 1024 * 1024;
const LOOK_AT_LOG_EVERY = 50;
/** Without statistics the planner takes a workspace for a handful of rows, and sorts all of them for a page. */
const FIRST_ANALYZE_RECORDS = 2_000;
const LAST_ANALYZE_RECORDS = 1_000_000;
/** A sample of 3,000 rows a table: milliseconds, whatever its size. `span` is only read by trace. */
const ANALYZE = [
  'set local default_statistics_target = 10',
  'analyze trace, service, operation, attribute, attribute_key, log_record, metric, metric_series, metric_point, model_call, model_call_kind',
];
/** A row without its attributes, about. */
const ROW_BYTES = 200;

export class TendedWriter {
  private bytes = 0;
  private sinceLook = { bytes: 0, appends: 0 };
  /** Where the log was at the last checkpoint, in bytes; null: not known. */
  private logAt: bigint | null = null;
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
    else if (this.sinceLook.bytes >= LOOK_AT_LOG_BYTES || this.sinceLook.appends >= LOOK_AT_LOG_EVERY)
      await this.tendLog();
    if (this.records >= this.analyzeAfter) await this.analyze();
    const results = await this.writer.append(batches);
    this.bytes += bytes;
    this.sinceLook = { bytes: this.sinceLook.bytes + bytes, appends: this.sinceLook.appends + 1 };
    for (const { length } of batches) this.records += length;
    return results;
  }

  /** Ends the log where it has grown long, whoever wrote it. */
  async tendLog(): Promise<void> {
    this.sinceLook = { bytes: 0, appends: 0 };
    const at = await this.logEnd();
    this.logAt ??= at;
    if (at - this.logAt >= BigInt(CHECKPOINT_LOG_BYTES)) await this.checkpoint();
  }

  private async checkpoint(): Promise<void> {
    await this.sql.query('checkpoint');
    this.bytes = 0;
    this.sinceLook = { bytes: 0, appends: 0 };
    this.logAt = await this.logEnd();
  }

  private async logEnd(): Promise<bigint> {
    const rows = await this.sql.query("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::int8 as at");
    return decodeRows({ at: INT8 }, rows)[0]?.at ?? 0n;
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
