/**
 * Keeps the WAL short, and the disk from running full. PGlite runs PostgreSQL as a single process, where nothing but us asks for a checkpoint: `max_wal_size`
 * alone lets a million spans leave 220 MB. Small and often is also the quickest: 20,000 spans are 6 to 20 ms.
 */

import type { SignalBatch } from '../../core/model/signal-batch';
import type { SqlClient } from '../../core/store/sql-client';
import type { StoreWriter } from '../../core/store/store-writer';
import type { AppendResult } from '../../core/store/writer-state';
import type { DiskSpace } from './disk-space';

const MAX_BYTES = 8 * 1024 * 1024;
/** A row without its attributes, about. */
const ROW_BYTES = 200;

export class WalLimitedWriter {
  private bytes = 0;

  constructor(
    private readonly writer: Pick<StoreWriter, 'append'>,
    private readonly sql: Pick<SqlClient, 'query'>,
    private readonly disk: Pick<DiskSpace, 'demand'>,
  ) {}

  async append(batches: readonly SignalBatch[]): Promise<AppendResult[]> {
    const bytes = batches.reduce((sum, batch) => sum + bytesOf(batch), 0);
    await this.disk.demand(bytes);
    if (this.bytes >= MAX_BYTES) {
      await this.sql.query('checkpoint');
      this.bytes = 0;
    }
    const results = await this.writer.append(batches);
    this.bytes += bytes;
    return results;
  }
}

/** About what a batch writes. */
function bytesOf(batch: SignalBatch): number {
  const rows = batch.length * ROW_BYTES;
  if (batch.signal === 'metrics') return rows + batch.rest.length + batch.attributes.length;
  return rows + batch.parts.bytes.length + (batch.signal === 'logs' ? batch.message.length : 0);
}
