/**
 * Keeps the WAL short. PGlite runs PostgreSQL as a single process, where nothing but us asks for a checkpoint: `max_wal_size`
 * alone lets a million spans leave 220 MB. Small and often is also the quickest: 20,000 spans are 6 to 20 ms.
 */

import type { SignalBatch } from '../../core/model/signal-batch';
import type { SqlClient } from '../../core/store/sql-client';
import type { StoreWriter } from '../../core/store/store-writer';
import type { AppendResult } from '../../core/store/writer-state';

const MAX_BYTES = 8 * 1024 * 1024;
/** A row without its attributes, about. */
const ROW_BYTES = 200;

export class WalLimitedWriter {
  private bytes = 0;

  constructor(
    private readonly writer: Pick<StoreWriter, 'append'>,
    private readonly sql: Pick<SqlClient, 'query'>,
  ) {}

  async append(batches: readonly SignalBatch[]): Promise<AppendResult[]> {
    if (this.bytes >= MAX_BYTES) {
      await this.sql.query('checkpoint');
      this.bytes = 0;
    }
    const results = await this.writer.append(batches);
    for (const batch of batches) this.bytes += batch.length * ROW_BYTES + variableBytes(batch);
    return results;
  }
}

function variableBytes(batch: SignalBatch): number {
  if (batch.signal === 'metrics') return batch.rest.length;
  return batch.parts.bytes.length + (batch.signal === 'logs' ? batch.message.length : 0);
}
