/** Which partition the next log records and metric points go into. A new one begins when the last has its share of what is kept. */
import { addPartition } from '../sql/add-partition';
import type { PartitionShare } from '../sql/partition-share';
import { decodeRows, INT4, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

export const RECORD_SIGNALS = ['logs', 'metrics'] as const;
export type RecordSignal = (typeof RECORD_SIGNALS)[number];

/** Tables that a partition of a signal has a part of. */
export const RECORD_TABLES: Readonly<Record<RecordSignal, readonly string[]>> = {
  logs: ['log_record', 'payload'],
  metrics: ['metric_point'],
};

const COUNTERS: Readonly<Record<RecordSignal, string>> = { logs: 'log_count', metrics: 'metric_point_count' };
/** Records between two looks at how large a partition is. */
const MEASURE_EVERY = 10_000;

interface Current {
  readonly id: number;
  readonly openedAt: number;
  sinceMeasured: number;
}

export class RecordPartitions {
  private readonly current = new Map<RecordSignal, Current>();

  constructor(
    private readonly workspaceId: number,
    private readonly share: PartitionShare,
    private readonly now: () => number,
  ) {}

  /** Forgets everything: the transaction it was told of did not commit. */
  rolledBack(): void {
    this.current.clear();
  }

  /** The partition for records that come now. */
  async of(tx: SqlClient, signal: RecordSignal): Promise<number> {
    const current = this.current.get(signal) ?? (await this.read(tx, signal));
    if (current && !(await this.isFull(tx, signal, current))) return current.id;
    return (await this.begin(tx, signal)).id;
  }

  /** Counts records that were stored in the partition. */
  async count(tx: SqlClient, signal: RecordSignal, partition: number, records: number): Promise<void> {
    const current = this.current.get(signal);
    if (current) current.sinceMeasured += records;
    await tx.execute(
      `with counted as (
         update record_partition set records = records + $4, last_at = to_timestamp($5::float8 / 1000)
         where workspace_id = $1 and signal = $2 and id = $3)
       update workspace set ${COUNTERS[signal]} = ${COUNTERS[signal]} + $4 where id = $1`,
      [this.workspaceId, signal, partition, records, this.now()],
    );
  }

  /** What comes from now on goes into a new partition. */
  async begin(tx: SqlClient, signal: RecordSignal): Promise<Current> {
    const rows = await tx.query(
      `insert into record_partition (workspace_id, signal, id, opened_at, last_at)
       select $1, $2, nextval('record_partition_id')::int4, at, at from to_timestamp($3::float8 / 1000) as at returning id`,
      [this.workspaceId, signal, this.now()],
    );
    const id = decodeRows({ id: INT4 }, rows)[0]?.id as number;
    for (const table of RECORD_TABLES[signal]) {
      await addPartition(tx, table, id, id, id + 1);
    }
    const current = { id, openedAt: this.now(), sinceMeasured: 0 };
    this.current.set(signal, current);
    return current;
  }

  /** When the last record came into the newest partition, in milliseconds since the epoch; null: none did. */
  async lastAt(tx: SqlClient, signal: RecordSignal): Promise<number | null> {
    const rows = await tx.query(
      `select records, (extract(epoch from last_at) * 1000)::int8 as last_ms from record_partition
       where workspace_id = $1 and signal = $2 order by id desc limit 1`,
      [this.workspaceId, signal],
    );
    const [row] = decodeRows({ records: INT8, last_ms: INT8 }, rows);
    return row && row.records > 0n ? Number(row.last_ms) : null;
  }

  private async isFull(tx: SqlClient, signal: RecordSignal, current: Current): Promise<boolean> {
    if (this.now() - current.openedAt > this.share.ageMs) return true;
    if (this.share.bytes === Number.POSITIVE_INFINITY || current.sinceMeasured < MEASURE_EVERY) return false;
    current.sinceMeasured = 0;
    return (await partitionBytes(tx, RECORD_TABLES[signal], current.id)) > this.share.bytes;
  }

  private async read(tx: SqlClient, signal: RecordSignal): Promise<Current | null> {
    const rows = await tx.query(
      `select id, (extract(epoch from opened_at) * 1000)::int8 as opened_ms from record_partition
       where workspace_id = $1 and signal = $2 order by id desc limit 1`,
      [this.workspaceId, signal],
    );
    const [row] = decodeRows({ id: INT4, opened_ms: INT8 }, rows);
    if (!row) return null;
    const current = { id: row.id, openedAt: Number(row.opened_ms), sinceMeasured: MEASURE_EVERY };
    this.current.set(signal, current);
    return current;
  }
}

/** Of the parts of some tables, with their indexes. */
export async function partitionBytes(tx: SqlClient, tables: readonly string[], partition: number): Promise<number> {
  const names = tables.map((table) => `${table}_${partition}`);
  const rows = await tx.query(
    'select coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::int8 as bytes from unnest($1::text[]) as n (name)',
    [names],
  );
  return Number(decodeRows({ bytes: INT8 }, rows)[0]?.bytes ?? 0n);
}
