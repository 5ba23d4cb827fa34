/**
 * What pruning by size can give back, and when it has to stop: what is over may be nothing that it can take out. It goes by what is
 * on disk before and after each step, and leaves the newest records, whatever else takes room.
 */
import { FLOOR_SHARE, type UnmetLimit } from '../../api/retention';
import { formatBytes } from '../../model/format';
import { partitionBytes, RECORD_TABLES, type RecordSignal } from '../blocks/record-partitions';
import { SPAN_TABLES } from '../blocks/span-partitions';
import { DICTIONARIES } from '../dictionary/used-names';
import { decodeRows, INT8 } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import type { Victim } from './pruning-log';

/** Steps in a row that gave back less than half of what they took out. */
const MOST_IN_VAIN = 2;

export function tablesOf(signal: 'spans' | RecordSignal): readonly string[] {
  return signal === 'spans' ? SPAN_TABLES : RECORD_TABLES[signal];
}

/** Lose rows with spans; dictionaries where spans do not share what they name. */
const BESIDE_SPANS = [
  'trace',
  'missing_parent',
  'span_side',
  'span_block',
  'operation_minute',
  'service_edge',
  'model_call',
  'log_block',
  ...DICTIONARIES,
];

/** Of tables that have rows for each trace or block, and of what those name. */
export async function besideBytes(sql: SqlStatements): Promise<number> {
  const rows = await sql.query(
    'select coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::int8 as bytes from unnest($1::text[]) as n (name)',
    [BESIDE_SPANS],
  );
  return Number(decodeRows({ bytes: INT8 }, rows)[0]?.bytes ?? 0n);
}

/** A partition with its part of what lies beside. @param empty bytes of that which are in use no more */
export async function bytesWithNames(
  sql: SqlClient,
  signal: 'spans' | RecordSignal,
  partition: number,
  empty = 0,
): Promise<number> {
  const own = await partitionBytes(sql, tablesOf(signal), partition);
  const beside = Math.max(0, (await besideBytes(sql)) - empty);
  return own + (beside * own) / Math.max(1, own, await partitionedBytes(sql));
}

/** Of spans, logs and metric points, with their indexes. */
async function partitionedBytes(sql: SqlClient): Promise<number> {
  const parents = [...SPAN_TABLES, ...RECORD_TABLES.logs, ...RECORD_TABLES.metrics];
  const rows = await sql.query(
    `select coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::int8 as bytes from pg_inherits i
     where i.inhparent = any(array(select to_regclass(name) from unnest($1::text[]) as n (name)))
       and exists (select 1 from pg_class c where c.oid = i.inhrelid and c.relkind = 'r')`,
    [parents],
  );
  return Number(decodeRows({ bytes: INT8 }, rows)[0]?.bytes ?? 0n);
}

export class SizeLimit {
  private inVain = 0;

  constructor(
    private readonly limitBytes: number,
    /** On disk, once all that was dropped is off it. */
    private readonly bytesOnDisk: () => Promise<number>,
  ) {}

  get floorBytes(): number {
    return Math.floor(this.limitBytes * FLOOR_SHARE);
  }

  /** Null: the step may be taken. @param empty bytes of tables beside that are in use no more; others are on disk */
  async forbids(sql: SqlClient, victim: Victim | null, bytes: number, empty: number): Promise<UnmetLimit | null> {
    const records = (await partitionedBytes(sql)) + Math.max(0, (await besideBytes(sql)) - empty);
    if (victim === null) return this.unmet(bytes, records, 'None of its older records can be taken out.');
    const gain = await bytesWithNames(sql, victim.signal, victim.partition, empty);
    if (records - gain < this.floorBytes) {
      return this.unmet(bytes, records, `The newest ${formatBytes(this.floorBytes)} of records stay in any case.`);
    }
    if (this.inVain >= MOST_IN_VAIN) return this.unmet(bytes, records, 'Taking out older records gives nothing back.');
    return null;
  }

  /** Most of the oldest records are of traces that stay. */
  async rests(sql: SqlClient, bytes: number): Promise<UnmetLimit> {
    const why = 'Most of the oldest have a bookmark, a note or a score, or belong to traces that still grow.';
    return this.unmet(bytes, (await partitionedBytes(sql)) + (await besideBytes(sql)), why);
  }

  /** A step was taken. @param taken bytes that it took out @returns what is on disk now */
  async took(before: number, taken: number): Promise<number> {
    const after = await this.bytesOnDisk();
    this.inVain = before - after < taken / 2 ? this.inVain + 1 : 0;
    return after;
  }

  private unmet(bytes: number, records: number, why: string): UnmetLimit {
    const { limitBytes, floorBytes } = this;
    const others = Math.max(0, bytes - records);
    return {
      message: `The limit of ${formatBytes(limitBytes)} cannot be met: ${formatBytes(others)} are indexes, the database log and data that people marked to keep; ${formatBytes(records)} are records. ${why} Raise retention.gigabytes in settings.json.`,
      limitBytes,
      bytes,
      recordBytes: records,
      floorBytes,
    };
  }
}
