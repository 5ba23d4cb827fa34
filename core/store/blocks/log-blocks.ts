/**
 * Blocks of log records, in order of arrival: which time each spans, and what a search can know of its texts without reading it. A block
 * of which nothing is known is looked at whatever is searched for, so that nothing is lost when a process ends before its block is full.
 */
import type { LogBatch } from '../../model/log-batch';
import { PART_REST } from '../../model/record-parts';
import { decodeLogBody, readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import { textOfBody, textsOf } from '../../query/logs/match-log';
import { Grams } from '../../search/grams';
import { startOf } from '../dictionary/part-ids';
import { decodeRows, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Beside which a bitmap of 6 kB is little, and few enough that most lack a rare word's letters. */
const FULL = 4_096;

interface Open {
  readonly id: bigint;
  readonly partition: number;
  readonly grams: Grams;
  firstNs: bigint;
  lastNs: bigint;
  records: number;
}

export class LogBlocks {
  private open: Open | null = null;

  constructor(
    private readonly workspaceId: number,
    private readonly full = FULL,
  ) {}

  /** Forgets the block that is open: the transaction it was told of did not commit. */
  rolledBack(): void {
    this.open = null;
  }

  /** Records that were stored in the partition. */
  async add(tx: SqlClient, batch: LogBatch, partition: number): Promise<void> {
    for (let from = 0; from < batch.length; ) {
      const open = await this.openFor(tx, partition, batch.timeNs[from] as bigint);
      const to = Math.min(batch.length, from + this.full - open.records);
      for (let row = from; row < to; row++) {
        const timeNs = batch.timeNs[row] as bigint;
        if (timeNs < open.firstNs) open.firstNs = timeNs;
        if (timeNs > open.lastNs) open.lastNs = timeNs;
      }
      addTexts(open.grams, batch, from, to);
      open.records += to - from;
      await this.keep(tx, open);
      from = to;
    }
  }

  private async openFor(tx: SqlClient, partition: number, timeNs: bigint): Promise<Open> {
    if (this.open && this.open.partition !== partition) await this.close(tx, this.open);
    if (this.open) return this.open;
    const rows = await tx.query(
      'insert into log_block (workspace_id, partition_id, first_ns, last_ns, records) values ($1, $2, $3, $3, 0) returning id',
      [this.workspaceId, partition, timeNs],
    );
    const [row] = decodeRows({ id: INT8 }, rows);
    if (!row) throw new Error('a block of logs was not made');
    this.open = { id: row.id, partition, grams: new Grams(), firstNs: timeNs, lastNs: timeNs, records: 0 };
    return this.open;
  }

  private async keep(tx: SqlClient, open: Open): Promise<void> {
    if (open.records >= this.full) return this.close(tx, open);
    await tx.execute(
      'update log_block set first_ns = $3, last_ns = $4, records = $5 where workspace_id = $1 and id = $2',
      [this.workspaceId, open.id, open.firstNs, open.lastNs, open.records],
    );
  }

  private async close(tx: SqlClient, { id, firstNs, lastNs, records, grams }: Open): Promise<void> {
    this.open = null;
    await tx.execute(
      'update log_block set first_ns = $3, last_ns = $4, records = $5, grams = $6 where workspace_id = $1 and id = $2',
      [this.workspaceId, id, firstNs, lastNs, records, grams.bits],
    );
  }
}

/** Whatever `matchesLog` looks at of records `from` to `to`, in bodies, names of events and attributes. */
function addTexts(grams: Grams, batch: LogBatch, from: number, to: number): void {
  const { parts } = batch;
  const added = new Set<number>();
  const events = new Set<number>();
  for (let row = from; row < to; row++) {
    grams.addBytes(
      batch.message,
      row === 0 ? 0 : (batch.messageEnd[row - 1] as number),
      batch.messageEnd[row] as number,
    );
    events.add(batch.eventName[row] as number);
    for (let i = row === 0 ? 0 : (parts.partEnd[row - 1] as number); i < (parts.partEnd[row] as number); i++) {
      const part = parts.part[i] as number;
      if (added.has(part)) continue;
      added.add(part);
      const bytes = parts.bytes.subarray(startOf(parts, part), parts.end[part] as number);
      if (parts.kind[part] !== PART_REST) addAttribute(grams, bytes);
      else addRest(grams, bytes);
    }
  }
  for (const event of events) grams.addText(batch.eventNames[event] as string);
}

function addAttribute(grams: Grams, message: Uint8Array): void {
  for (const text of textsOf(readKeyValue(new WireReader(message)).value)) grams.addText(text);
}

/** The body where it is no text, or a long one; the name of the event where that is long. */
function addRest(grams: Grams, message: Uint8Array): void {
  const { body, eventName } = decodeLogBody(message);
  grams.addText(textOfBody(body));
  if (eventName) grams.addText(eventName);
}
