/**
 * Looks through log records, newest first or oldest first, some thousands at a time: each statement takes about 30 ms, so that others wait no
 * longer, and the search can end anywhere and go on from there.
 */
import type { LogRecord } from '../../api/telemetry';
import { conjunctsOf, type LogQuery } from '../../query/logs/log-query';
import { matchesLog } from '../../query/logs/match-log';
import type { Turns } from '../../query/traceql/turns';
import { LOG_ATTRIBUTES, PartReader } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { Pace } from '../sql/pace';
import { decodeRows, INT4, INT8, orNull } from '../sql/row-spec';
import type { SqlClient, SqlParameter, SqlRow } from '../sql/sql-client';
import { type LogRange, spansOfBlocks } from './block-spans';
import { LogConditions } from './log-conditions';
import type { LogNames } from './log-names';
import {
  LOG_JOINS,
  LOG_ROW,
  LOG_TEXTS,
  type LogPlace,
  type LogRow,
  type LogText,
  logColumns,
  partsOf,
  placeOf,
  recordOf,
} from './log-rows';
import { mayHaveText } from './payload-text';
import { isExact, type Sides } from './sides';

export type Direction = 'older' | 'newer';

/** Records between two places; both may be open. */
export interface LogSlice {
  /** Exclusive: what was looked at before. */
  readonly after: LogPlace | null;
  /** Inclusive: the last of the slice. Null: all the rest. */
  readonly last: LogPlace | null;
  /** No slice comes after it. */
  readonly isEnd: boolean;
}

export interface FoundLog {
  readonly row: LogRow;
  readonly record: LogRecord;
  /** Of the record as it was sent. */
  readonly bytes: number;
}

/** Matches, in order. @property rest what is still to be looked at */
interface Read<T> {
  readonly found: T[];
  readonly rest: LogSlice | null;
}

/** Records in the first statement, and at most. */
const FIRST = 2_000;
const LEAST = 500;
const MOST = 200_000;
/** Packed: unpacked they are some times as large, and those that a stranger packed a thousand times. */
const MOST_PAYLOAD_BYTES = 128 * 1024;
/** Of matches that are held: most are of a kilobyte, and some of many megabytes. */
const MOST_FOUND_BYTES = 4 * 1024 * 1024;
/** No record has a higher number. */
const MOST_ID = 2n ** 63n - 1n;
/** So few are read without a look at their size. */
const FEW_PAYLOADS = 1;

export class LogSearch {
  private readonly parts: PartReader;
  private readonly pace: Pace;
  private cut = false;

  private constructor(
    private readonly sql: SqlClient,
    workspaceId: number,
    codec: PayloadCodec,
    private readonly query: LogQuery,
    private readonly range: LogRange,
    private readonly sides: Sides,
    private readonly values: readonly SqlParameter[],
    private readonly traceId: string | null,
    private readonly textInPayload: string | null,
    readonly turns: Turns,
  ) {
    this.parts = new PartReader(sql, workspaceId, codec);
    this.pace = new Pace(isExact(sides) ? 5 * FIRST : FIRST, MOST, LEAST);
  }

  /** @throws SpoorError VALIDATION_ERROR when regular expressions took too many steps */
  static async of(
    sql: SqlClient,
    workspaceId: number,
    codec: PayloadCodec,
    names: LogNames,
    query: LogQuery,
    range: LogRange,
    turns: Turns,
  ): Promise<LogSearch> {
    const conditions = new LogConditions(sql, workspaceId, names, turns);
    const { sides, textInPayload } = await conditions.search(query);
    const { parameters } = conditions;
    return new LogSearch(
      sql,
      workspaceId,
      codec,
      query,
      range,
      sides,
      parameters,
      traceOf(query),
      textInPayload,
      turns,
    );
  }

  /** Every record matches. */
  get isEverything(): boolean {
    return this.sides.must === 'true';
  }

  /** SQL knows all matches. */
  get isExact(): boolean {
    return isExact(this.sides);
  }

  /** Time was up within a slice: there may be matches in it that `unsure` did not give. */
  get isCut(): boolean {
    return this.cut;
  }

  /** Parts of the time in their order, until all is looked through; who asks for the next has read the one before. */
  async *slices(after: LogPlace | null, direction: Direction = 'older'): AsyncGenerator<LogSlice> {
    if (this.sides.may === 'false') return;
    // The records of a trace are found by an index of their own.
    if (this.traceId !== null) {
      yield { after, last: null, isEnd: true };
      return;
    }
    const parts = await this.partsToLookAt(after, direction);
    for (const [i, part] of parts.entries()) {
      for (let from = part.after; ; ) {
        const began = performance.now();
        const last = await this.lastOf({ ...part, after: from }, this.pace.next, direction);
        yield { after: from, last: last ?? part.last, isEnd: last === null && i === parts.length - 1 };
        if (last === null) break;
        this.pace.took(performance.now() - began);
        from = last;
      }
    }
  }

  /** All the rest, less what blocks say has no match. */
  private async partsToLookAt(after: LogPlace | null, direction: Direction) {
    const { block = 'true' } = this.sides;
    if (block === 'true') return [{ after, last: null }];
    const spans = await spansOfBlocks(this.sql, this.values[0] as number, block, this.range);
    const ends = spans.map(({ from, to }) => ({ first: { timeNs: from, id: 0n }, last: { timeNs: to, id: MOST_ID } }));
    if (direction === 'newer') {
      return ends.flatMap(({ first, last }) =>
        after === null || isBefore(after, last)
          ? [{ after: after && isBefore(first, after) ? after : first, last }]
          : [],
      );
    }
    return ends
      .reverse()
      .flatMap(({ first, last }) =>
        after === null || isBefore(first, after)
          ? [{ after: after && isBefore(after, last) ? after : last, last: first }]
          : [],
      );
  }

  /** Matches within a slice, until they are of some megabytes. @param limit at most so many are read; fewer may match */
  async read(slice: LogSlice, limit: number, direction: Direction = 'older'): Promise<Read<FoundLog>> {
    const { rows, rest } = await this.page(slice, limit, direction);
    const found: FoundLog[] = [];
    let bytes = 0;
    for await (const some of this.matching(rows)) {
      for (const one of some) {
        found.push(one);
        bytes += one.bytes;
        if (bytes >= MOST_FOUND_BYTES) return { found, rest: { ...slice, after: placeOf(one.row) } };
      }
    }
    return { found, rest };
  }

  /** What the matches say, and no more of those that SQL knows to match. */
  async readTexts(slice: LogSlice, limit: number): Promise<Read<LogText>> {
    if (this.isExact) {
      const { row, columns, joins } = LOG_TEXTS;
      const found = decodeRows(row, await this.rows(columns, slice, this.sides.must, joins, orderSql('older', limit)));
      return { found, rest: restOf(slice, found, limit) };
    }
    const { rows, rest } = await this.page(slice, limit, 'older');
    const unsure = rows.filter(({ sure }) => !sure);
    if (unsure.length === 0) return { found: rows, rest };
    const matching = new Set<LogRow>();
    for await (const some of this.matching(unsure)) for (const { row } of some) matching.add(row);
    return { found: rows.filter((row) => row.sure || matching.has(row)), rest };
  }

  private async page(slice: LogSlice, limit: number, direction: Direction) {
    const rows = decodeRows(
      LOG_ROW,
      await this.rows(
        logColumns(this.sides.must),
        slice,
        this.sides.may,
        LOG_JOINS,
        orderSql(direction, limit),
        direction,
      ),
    );
    return { rows, rest: restOf(slice, rows, limit) };
  }

  /** Counts what SQL knows to match. @param select over `log_record l` */
  count(slice: LogSlice, select: string, groupBy: string, join = ''): Promise<readonly SqlRow[]> {
    return this.rows(select, slice, this.sides.must, join, groupBy);
  }

  /** Of a slice the matches that SQL does not know. */
  async *unsure(slice: LogSlice): AsyncGenerator<FoundLog[]> {
    if (this.isExact) return;
    const condition = `(${this.sides.may}) and not (${this.sides.must})`;
    for (let rest: LogSlice | null = slice; rest; ) {
      const rows: readonly SqlRow[] = await this.rows(
        logColumns('false'),
        rest,
        condition,
        LOG_JOINS,
        orderSql('older', FIRST),
      );
      const decoded = decodeRows(LOG_ROW, rows);
      yield* this.matching(decoded);
      const last = decoded.at(-1);
      rest = decoded.length === FIRST && last ? { ...rest, after: placeOf(last) } : null;
      if (rest && this.turns.isDue && (await this.turns.end())) {
        this.cut = true;
        return;
      }
    }
  }

  /** The times of the first and the last record of the range; null: there is none. */
  async extent(): Promise<{ readonly from: bigint; readonly to: bigint } | null> {
    const bound = this.within({ after: null, last: null });
    const edge = (order: string): string =>
      `(select l.time_ns from ${this.source} where ${bound} order by ${order} limit 1)`;
    const rows = await this.bound(
      `select ${edge('l.time_ns, l.id')} as first, ${edge('l.time_ns desc, l.id desc')} as last`,
    );
    const [{ first, last } = { first: null, last: null }] = decodeRows(
      { first: orNull(INT8), last: orNull(INT8) },
      rows,
    );
    return first === null || last === null ? null : { from: first, to: last };
  }

  /** As many at once as fit into memory with what they were sent with. */
  private async *matching(rows: readonly LogRow[]): AsyncGenerator<FoundLog[]> {
    for (const some of await this.readable(rows)) {
      if (this.turns.isDue) await this.turns.end();
      const looked = await this.worthALook(some);
      const messages = await this.parts.messages(looked.map(partsOf), LOG_ATTRIBUTES);
      const found: FoundLog[] = [];
      for (const [i, row] of looked.entries()) {
        const message = messages[i] as Uint8Array;
        const record = recordOf(row, message);
        if (row.sure || matchesLog(this.query, record, this.turns)) found.push({ row, record, bytes: message.length });
      }
      yield found;
    }
  }

  /** Without those whose payloads cannot have what is searched for. */
  private async worthALook(rows: readonly LogRow[]): Promise<readonly LogRow[]> {
    const text = this.textInPayload;
    if (text === null) return rows;
    const parts = await this.parts.payloadParts(rows.map(partsOf));
    return rows.filter((row, i) => row.sure || mayHaveText(row, parts[i] as Uint8Array[], text));
  }

  /** In runs whose payloads fit into memory together. */
  private async readable(rows: readonly LogRow[]): Promise<LogRow[][]> {
    const ids = [...new Set(rows.flatMap(({ payload_id }) => (payload_id === 0 ? [] : [payload_id])))];
    if (ids.length <= FEW_PAYLOADS) return [[...rows]];
    const sizes = await this.sql.query(
      'select id, octet_length(data) as size from payload where workspace_id = $1 and id = any($2::int4[])',
      [this.values[0] as number, ids],
    );
    const sizeOf = new Map(decodeRows({ id: INT4, size: INT4 }, sizes).map(({ id, size }) => [id, size]));
    const runs: LogRow[][] = [];
    let run: LogRow[] = [];
    let held = new Set<number>();
    let bytes = 0;
    for (const row of rows) {
      const size = held.has(row.payload_id) ? 0 : (sizeOf.get(row.payload_id) ?? 0);
      if (run.length > 0 && bytes + size > MOST_PAYLOAD_BYTES) {
        runs.push(run);
        run = [];
        held = new Set();
        bytes = 0;
      }
      run.push(row);
      held.add(row.payload_id);
      bytes += size;
    }
    if (run.length > 0) runs.push(run);
    return runs;
  }

  /** The place so many records on; null: there are fewer. */
  private async lastOf(
    part: Pick<LogSlice, 'after' | 'last'>,
    count: number,
    direction: Direction,
  ): Promise<LogPlace | null> {
    const order = direction === 'older' ? 'l.time_ns desc, l.id desc' : 'l.time_ns, l.id';
    const rows = await this.bound(
      `select l.time_ns, l.id from ${this.source} where ${this.within(part, direction)}
       order by ${order} offset ${count - 1} limit 1`,
    );
    const [row] = decodeRows({ time_ns: INT8, id: INT8 }, rows);
    return row ? { timeNs: row.time_ns, id: row.id } : null;
  }

  private rows(
    select: string,
    slice: LogSlice,
    condition: string,
    join: string,
    end: string,
    direction: Direction = 'older',
  ): Promise<readonly SqlRow[]> {
    return this.bound(
      `select ${select} from ${this.source} ${join} where ${this.within(slice, direction)} and ${condition} ${end}`,
    );
  }

  private get source(): string {
    if (this.traceId === null) return 'log_record l';
    // A fence: the planner would walk all records by time.
    return `(select * from log_record where workspace_id = $1 and trace_id = '${this.traceId}'::uuid offset 0) l`;
  }

  private within({ after, last }: Pick<LogSlice, 'after' | 'last'>, direction: Direction = 'older'): string {
    const { from, to } = this.range;
    const [beyond, upTo] = direction === 'older' ? ['<', '>='] : ['>', '<='];
    return [
      'l.workspace_id = $1',
      from === null ? '' : `l.time_ns >= ${from}`,
      to === null ? '' : `l.time_ns < ${to}`,
      after === null ? '' : `(l.time_ns, l.id) ${beyond} (${after.timeNs}, ${after.id})`,
      last === null ? '' : `(l.time_ns, l.id) ${upTo} (${last.timeNs}, ${last.id})`,
    ]
      .filter((one) => one !== '')
      .join(' and ');
  }

  /** Only the parameters that the statement has: databases refuse others. */
  private bound(sql: string): Promise<readonly SqlRow[]> {
    const used: SqlParameter[] = [];
    const numbers = new Map<string, number>();
    const text = sql.replace(/\$(\d+)/g, (_, number: string) => {
      const known = numbers.get(number) ?? used.push(this.values[Number(number) - 1] as SqlParameter);
      numbers.set(number, known);
      return `$${known}`;
    });
    return this.sql.query(text, used);
  }
}

/** Of which at most so many rows were read. */
function restOf(slice: LogSlice, rows: readonly LogText[], limit: number): LogSlice | null {
  const last = rows.at(-1);
  return rows.length === limit && last ? { ...slice, after: placeOf(last) } : null;
}

function orderSql(direction: Direction, limit: number): string {
  return direction === 'older'
    ? `order by l.time_ns desc, l.id desc limit ${limit}`
    : `order by l.time_ns, l.id limit ${limit}`;
}

function isBefore(one: LogPlace, other: LogPlace): boolean {
  return one.timeNs < other.timeNs || (one.timeNs === other.timeNs && one.id < other.id);
}

/** A trace that all matches are of; hex digits, as the query was read. */
function traceOf(query: LogQuery): string | null {
  for (const part of conjunctsOf(query)) {
    if (part.kind === 'condition' && part.field.of === 'trace' && part.test.op === 'equals') return part.test.text;
  }
  return null;
}
