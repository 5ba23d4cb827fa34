/**
 * Rows that are gone although PostgreSQL says nothing: a page of zeros is valid to it, checksums or not, and empty. What traces count
 * and spans refer to is compared with the rows there are, a few at a time; where less is there, the files of these tables are searched
 * for such a page. Blocks say how many spans they held as they were closed, which later versions of spans make fewer.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { inBlockOrder } from '../../core/store/blocks/block-order';
import { PARTITION_BLOCKS } from '../../core/store/blocks/span-partitions';
import { BOOL, decodeRows, INT4, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';

/** Some milliseconds. */
const BLOCKS = 4;
const TRACES = 300;
const PAGE_BYTES = 8_192;
const CHUNK_PAGES = 128;
/** A file of PostgreSQL's is so long at most; the next is called like it, with a number. */
const SEGMENT_BYTES = 1_073_741_824;
const NO_PAGE = Buffer.alloc(PAGE_BYTES);

/** What is pruned, restored or made anew is counted by others for a while. */
const IS_SETTLED = (workspace: string, partition: string): string =>
  `not exists (select 1 from pruning p where p.workspace_id = ${workspace} and p.victim_signal = 'spans' ${partition})
   and not exists (select 1 from workspace w where w.id = ${workspace} and w.rebuild_due)`;

const OF_BLOCKS = `select b.id, (select count(distinct s.payload_id) from span s where s.workspace_id + 0 = b.workspace_id and s.block_id = b.id and s.payload_id <> 0)
      > (select count(*) from span_payload p where p.workspace_id + 0 = b.workspace_id and p.block_id = b.id) as lacks
  from (select workspace_id, id from span_block b where closed and id > $1
    and ${IS_SETTLED('b.workspace_id', `and p.victim_partition = b.id / ${PARTITION_BLOCKS}`)} order by id limit ${BLOCKS}) b order by b.id`;

const OF_TRACES = `select t.trace_id::text as id, t.deleted_at is null and t.span_count > (select count(*) from span s where s.workspace_id = t.workspace_id
      and s.trace_id = t.trace_id and s.block_id between t.first_block and t.last_block) as lacks
  from (select * from trace where trace_id > $1::uuid order by trace_id limit ${TRACES}) t
  where ${IS_SETTLED('t.workspace_id', '')} order by t.trace_id`;

const OF_LIST = `select count(*) > 0 as lacks from workspace w
  where ${IS_SETTLED('w.id', '')} and w.trace_count > (
    select count(*) from trace where workspace_id = w.id and deleted_at is null)`;

type Asked = 'payloads' | 'spans' | 'traces';
const TABLES: Readonly<Record<Asked, RegExp>> = {
  payloads: /^span_payload_\d+$/,
  spans: /^span_\d+$/,
  traces: /^trace$/,
};

const FILES = `select relname::text as name, pg_relation_filepath(oid)::text as path from pg_class
  where relkind in ('r', 't') and relpersistence = 'p' and pg_relation_filepath(oid) is not null`;

/** Before all others. */
const NO_TRACE = '00000000-0000-0000-0000-000000000000';

export class LostRows {
  private block = -1;
  private trace = NO_TRACE;
  /** What lacked rows where no page of zeros was found: it was counted wrongly once. */
  private readonly known = new Set<Asked>();

  constructor(
    private readonly sql: SqlClient,
    private readonly directory: string,
  ) {}

  /** Looks at the next blocks and traces. @returns what is wrong; null: nothing is known to be */
  async look(): Promise<string | null> {
    const blocks = decodeRows({ id: INT4, lacks: BOOL }, await this.inBlockOrder(OF_BLOCKS, [this.block]));
    this.block = blocks.length < BLOCKS ? -1 : (blocks.at(-1)?.id ?? -1);
    const traces = decodeRows({ id: TEXT, lacks: BOOL }, await this.sql.query(OF_TRACES, [this.trace]));
    const last = traces.at(-1)?.id;
    this.trace = last ?? NO_TRACE;
    const lists = last === undefined ? decodeRows({ lacks: BOOL }, await this.sql.query(OF_LIST)) : [];
    const lacking: readonly (readonly [Asked, readonly { readonly lacks: boolean }[]])[] = [
      ['payloads', blocks],
      ['spans', traces],
      ['traces', lists],
    ];
    for (const [asked, rows] of lacking) {
      if (this.known.has(asked) || !rows.some(({ lacks }) => lacks)) continue;
      const lost = await this.search(TABLES[asked]);
      if (lost !== null) return lost;
      this.known.add(asked);
    }
    return null;
  }

  /**
   * The first table that has a page of zeros. Pages that a table has just grown by are of zeros, too, at its end, and so may be some
   * between where a process was killed: they alone mean nothing.
   * @param tables which may be it
   */
  async search(tables = /./): Promise<string | null> {
    // What is changed in memory alone is of zeros on disk.
    await this.sql.query('checkpoint');
    for (const { name, path } of decodeRows({ name: TEXT, path: TEXT }, await this.sql.query(FILES))) {
      if (tables.test(name) && (await hasEmptyPage(join(this.directory, path)))) {
        return `Rows are missing: a part of ${path}, the file of the table ${name}, was overwritten with zeros`;
      }
    }
    return null;
  }

  private inBlockOrder(sql: string, parameters: readonly number[]) {
    return this.sql.snapshot(() =>
      this.sql.transaction(async (tx) => {
        await inBlockOrder(tx, true);
        return tx.query(sql, parameters);
      }),
    );
  }
}

async function hasEmptyPage(path: string): Promise<boolean> {
  let empty = 0;
  let pages = 0;
  for (let segment = 0; ; segment++) {
    // Dropped meanwhile, or the last was full.
    const file = await open(segment === 0 ? path : `${path}.${segment}`).catch(() => null);
    if (!file) break;
    let read = 0;
    try {
      const chunk = Buffer.alloc(CHUNK_PAGES * PAGE_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, read);
        for (let at = 0; at + PAGE_BYTES <= bytesRead; at += PAGE_BYTES) {
          pages++;
          if (chunk.compare(NO_PAGE, 0, PAGE_BYTES, at, at + PAGE_BYTES) === 0) empty++;
          else if (empty > 0) return true;
        }
        if (bytesRead < chunk.length) break;
        read += bytesRead;
      }
    } finally {
      await file.close();
    }
    if (read < SEGMENT_BYTES) break;
  }
  return empty > 0 && empty === pages;
}
