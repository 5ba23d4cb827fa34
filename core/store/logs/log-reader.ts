/** Log records: pages of a search, one of them, and those around it. */
import type { LogListQuery, LogPage, LogsAround, LogsAroundQuery } from '../../api/logs';
import type { LogRecord } from '../../api/telemetry';
import { SpoorError } from '../../model/errors';
import { parseTraceId } from '../../model/ids';
import type { LogQuery } from '../../query/logs/log-query';
import { parseLogQuery } from '../../query/logs/parse-log-query';
import { Turns } from '../../query/traceql/turns';
import type { PayloadCodec } from '../payloads/payloads';
import { decodeCursor, encodeCursor, LOG_CURSOR } from '../sql/cursor';
import type { SqlClient } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import type { LogRange } from './block-spans';
import { type LogNameLimits, LogNames } from './log-names';
import { type LogPlace, logPlaceOf, placeOf } from './log-rows';
import { type Direction, type FoundLog, LogSearch } from './log-search';

const DEFAULT_LIMIT = 50;
const DEFAULT_AROUND = 25;
const DEFAULT_WAIT_MS = 2_000;
/** Of records in one answer: after the one that reaches it the page ends, however many were asked for. */
const MOST_PAGE_BYTES = 4 * 1024 * 1024;
/** Records of one statement, where each has to be looked at. */
const BATCH = 1_000;
const ALL_TIME: LogRange = { from: null, to: null };

export class LogReader {
  private readonly names: LogNames;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly codec: PayloadCodec,
    limits?: LogNameLimits,
  ) {
    this.names = new LogNames(sql, workspaceId, limits);
  }

  /** Newest first. @throws SpoorError VALIDATION_ERROR */
  async list(query: LogListQuery, signal?: AbortSignal): Promise<LogPage> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.cursor ? placeOfCursor(query.cursor) : null;
    const range = rangeOf(query);
    const search = await this.search(
      inTrace(parseLogQuery(query.query ?? ''), query.traceId),
      range,
      query.waitMs,
      signal,
    );
    const { found, reached, isFull } = await collect(search, after, limit + 1, 'older');
    const data = found.slice(0, limit);
    const last = data.at(-1);
    if (last && (isFull || found.length > limit)) return page(data, placeOf(last.row), true, 1);
    if (reached === null) return page(found, null, true, 1);
    return page(found, reached, false, await progressOf(search, range, reached.timeNs));
  }

  /** @throws SpoorError NOT_FOUND */
  async get(id: string): Promise<LogRecord> {
    return (await this.found(id)).record;
  }

  /** @throws SpoorError NOT_FOUND */
  async around(id: string, query: LogsAroundQuery, signal?: AbortSignal): Promise<LogsAround> {
    const itself = await this.found(id);
    const wanted: LogQuery =
      query.service === 'same'
        ? { kind: 'condition', field: { of: 'service' }, test: { op: 'equals', text: itself.record.service } }
        : { kind: 'all' };
    const sides: FoundLog[][] = [];
    let complete = true;
    for (const direction of ['newer', 'older'] as const) {
      const count = (direction === 'newer' ? query.after : query.before) ?? DEFAULT_AROUND;
      const search = await this.search(wanted, ALL_TIME, DEFAULT_WAIT_MS / 2, signal);
      const { found, reached, isFull } = await collect(search, placeOf(itself.row), count, direction);
      sides.push(direction === 'newer' ? found.reverse() : found);
      complete &&= (reached === null && !isFull) || found.length === count;
    }
    const [newer = [], older = []] = sides;
    return { data: [...newer, itself, ...older].map(({ record }) => record), complete };
  }

  /** @throws SpoorError VALIDATION_ERROR */
  async searchFor(
    query: { readonly query?: string | undefined; readonly waitMs?: number | undefined },
    range: LogRange,
    signal?: AbortSignal,
  ): Promise<LogSearch> {
    return this.search(parseLogQuery(query.query ?? ''), range, query.waitMs, signal);
  }

  get nameBooks(): LogNames {
    return this.names;
  }

  private search(query: LogQuery, range: LogRange, waitMs = DEFAULT_WAIT_MS, signal?: AbortSignal): Promise<LogSearch> {
    const turns = new Turns(signal, performance.now() + waitMs);
    return LogSearch.of(this.sql, this.workspaceId, this.codec, this.names, query, range, turns);
  }

  private async found(id: string): Promise<FoundLog> {
    const place = logPlaceOf(id);
    if (place) {
      // Of its moment alone.
      const search = await this.search({ kind: 'all' }, { from: place.timeNs, to: place.timeNs + 1n });
      const slice = { after: { ...place, id: place.id + 1n }, last: place, isEnd: true };
      const { found } = await search.read(slice, 1);
      if (found[0]) return found[0];
    }
    throw new SpoorError('NOT_FOUND', 'There is no such log record; it may have been pruned.');
  }
}

/** Time bounds of a query. @throws SpoorError VALIDATION_ERROR */
export function rangeOf({
  from,
  to,
}: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): LogRange {
  return { from: timeBound('from', from), to: timeBound('to', to) };
}

interface Collected {
  readonly found: FoundLog[];
  /** How far was looked, where time was up; null: to the end, or until there were enough. */
  readonly reached: LogPlace | null;
  /** Whether there were enough by their bytes. */
  readonly isFull: boolean;
}

async function collect(
  search: LogSearch,
  after: LogPlace | null,
  count: number,
  direction: Direction,
): Promise<Collected> {
  const found: FoundLog[] = [];
  let bytes = 0;
  if (count <= 0) return { found, reached: null, isFull: false };
  const slices = search.isEverything ? [{ after, last: null, isEnd: true }] : search.slices(after, direction);
  for await (const slice of slices) {
    for (let rest: typeof slice | null = slice; rest; ) {
      const limit = search.isExact ? count - found.length : Math.max(BATCH, count);
      const read: Awaited<ReturnType<LogSearch['read']>> = await search.read(rest, limit, direction);
      found.push(...read.found);
      bytes += read.found.reduce((sum, one) => sum + one.bytes, 0);
      if (found.length >= count) return { found: found.slice(0, count), reached: null, isFull: false };
      if (bytes >= MOST_PAGE_BYTES) return { found, reached: null, isFull: true };
      rest = read.rest;
      if (search.turns.isDue) await search.turns.end();
      const reached = rest?.after ?? (slice.isEnd ? null : slice.last);
      if (search.turns.isOver && reached) return { found, reached, isFull: false };
    }
  }
  return { found, reached: null, isFull: false };
}

function page(found: readonly FoundLog[], next: LogPlace | null, complete: boolean, progress: number): LogPage {
  const nextCursor = next && encodeCursor(LOG_CURSOR, { at: next.timeNs, tie: next.id.toString() });
  return {
    data: found.map(({ record }) => record),
    pagination: { nextCursor, hasMore: nextCursor !== null },
    search: { complete, progress },
  };
}

async function progressOf(search: LogSearch, range: LogRange, reachedNs: bigint): Promise<number> {
  const extent = await search.extent();
  if (!extent) return 0;
  const from = range.from !== null && range.from > extent.from ? range.from : extent.from;
  const to = range.to !== null && range.to < extent.to ? range.to : extent.to;
  return to <= from ? 0 : Math.min(0.999, Math.max(0, Number(to - reachedNs) / Number(to - from)));
}

function placeOfCursor(cursor: string): LogPlace {
  const { at, tie } = decodeCursor(LOG_CURSOR, cursor);
  return { timeNs: at, id: BigInt(tie) };
}

function inTrace(query: LogQuery, traceId: string | undefined): LogQuery {
  if (traceId === undefined || traceId === '') return query;
  const id = parseTraceId(traceId);
  if (!id) {
    throw new SpoorError('VALIDATION_ERROR', 'traceId is not a trace id: it has 32 hex digits.', [
      { field: 'traceId', code: 'invalid', message: 'use 32 hex digits' },
    ]);
  }
  const ofTrace: LogQuery = {
    kind: 'condition',
    field: { of: 'trace' },
    test: { op: 'equals', text: id.replaceAll('-', '') },
  };
  return { kind: 'and', parts: [ofTrace, query] };
}
