/**
 * The list of traces: pages of searches. A search that has not ended waits for its next page under the number that the cursor
 * holds; where it is gone, another begins where the page before ended.
 */

import type { MatchedSpan, TraceListPage } from '../../api/search';
import { NEWEST_FIRST, type TraceListQuery } from '../../api/trace-list-query';
import { SpoorError } from '../../model/errors';
import { spanIdFromInt8 } from '../../model/ids';
import { statusCodeName } from '../../model/span-kind';
import { knownDuration, rfc3339FromNs } from '../../model/time';
import { inDeployments } from '../../query/in-deployments';
import type { Field, FieldExpression, TraceqlQuery } from '../../query/traceql/ast';
import { valuesOf } from '../../query/traceql/evaluate';
import { parseTraceql } from '../../query/traceql/parse';
import { fieldText } from '../../query/traceql/print';
import { nameOf } from '../../query/traceql/spansets';
import { Turns } from '../../query/traceql/turns';
import { isSpanset } from '../../query/traceql/walk';
import { hashWord } from '../../search/words';
import type { TraceReader } from '../read/trace-reader';
import { decodeCursor, encodeCursor, SEARCH_CURSOR } from '../sql/cursor';
import type { SqlClient } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import type { TimeRange } from './block-plan';
import type { Place } from './candidates';
import type { PagedSearch, Searcher } from './searcher';
import type { StoredSpan } from './stored-span';
import type { TraceMatch } from './trace-evaluation';

const DEFAULT_LIMIT = 50;
const DEFAULT_WAIT_MS = 250;
/** Searches that wait for their next page. */
const MAX_WAITING = 24;
/** Matched spans shown of a trace. */
const SPANS_SHOWN = 3;

interface Waiting {
  readonly search: PagedSearch;
  /** What it is a search for. */
  readonly key: string;
}

/** What a cursor says. */
interface Position {
  readonly after: Place | null;
  readonly number: number;
}

export class TraceList {
  /** By number, the one that rested longest first. */
  private readonly waiting = new Map<number, Waiting>();
  private lastNumber = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly searcher: Searcher,
    private readonly reader: TraceReader,
  ) {}

  /** Newest first. Each page sees one state, and goes on with what the pages before it planned. @throws SpoorError VALIDATION_ERROR */
  async page(query: TraceListQuery, signal?: AbortSignal): Promise<TraceListPage> {
    const endMs = (): number => performance.now() + (query.waitMs ?? DEFAULT_WAIT_MS);
    const limit = query.limit ?? DEFAULT_LIMIT;
    const traceql = await this.searcher.traceqlOf(query.query ?? '');
    const parsed = inDeployments(parseTraceql(traceql), query);
    if (parsed.metrics) throw notASearch();
    const range = rangeOf(query);
    const sort = query.sort ?? NEWEST_FIRST;
    const { environment = '', version = '', team = '' } = query;
    const asked = [traceql, String(range.from), String(range.to), sort, environment, version, team];
    const key = hashWord(JSON.stringify(asked)).toString(16);
    const position = positionOf(query.cursor, key);
    const pageOf = async (search: PagedSearch): Promise<TraceListPage> => {
      const { matches, done, progress } = await search.next(limit);
      const data = await this.summaries(parsed, matches, search.turns);
      const nextCursor = done ? null : this.suspend(search, key, search.last ?? position.after);
      return {
        data,
        pagination: { nextCursor, hasMore: !done },
        search: { traceql, ...reportOf(done || matches.length === limit, progress) },
      };
    };
    const resumed = this.resume(position, key);
    resumed?.turns.renew(signal, endMs());
    const next = resumed && (await this.goOn(resumed, pageOf));
    if (next) return next;
    return this.sql.snapshot(async () =>
      pageOf(await this.searcher.search(parsed, range, position.after, new Turns(signal, endMs()), sort)),
    );
  }

  /** Null where what it planned to look into has gone, or goes meanwhile: spans that are kept are somewhere else then. */
  private async goOn(
    search: PagedSearch,
    pageOf: (search: PagedSearch) => Promise<TraceListPage>,
  ): Promise<TraceListPage | null> {
    let isBegun = false;
    return this.sql.snapshot(async () => {
      // What it took up in an attempt that does not count is lost to another.
      if (isBegun || !(await this.searcher.isStillThere(search))) return null;
      isBegun = true;
      return pageOf(search);
    }, true);
  }

  private resume({ after, number }: Position, key: string): PagedSearch | null {
    const waiting = this.waiting.get(number);
    if (waiting?.key !== key) return null;
    // Taken out while it works: who asks for the same page twice gets it from a search of its own.
    this.waiting.delete(number);
    return waiting.search.isAt(after) ? waiting.search : null;
  }

  private suspend(search: PagedSearch, key: string, after: Place | null): string {
    const number = ++this.lastNumber;
    this.waiting.set(number, { search, key });
    for (const [oldest] of this.waiting) {
      if (this.waiting.size <= MAX_WAITING) break;
      this.waiting.delete(oldest);
    }
    return encodeCursor(SEARCH_CURSOR, { at: after?.at ?? 0n, tie: `${after?.traceId ?? ''}.${number}.${key}` });
  }

  private async summaries(
    query: TraceqlQuery,
    matches: readonly TraceMatch[],
    turns: Turns,
  ): Promise<TraceListPage['data']> {
    const summaries = await this.reader.summaries(matches.map(({ trace }) => trace.trace_id));
    const shown = shownFields(query, turns);
    return matches.flatMap(({ trace, count, sets }) => {
      const summary = summaries.get(trace.trace_id);
      // Deleted while we looked.
      if (!summary) return [];
      const spans = (sets ?? []).flatMap((set) => set.spans.slice(0, SPANS_SHOWN)).slice(0, SPANS_SHOWN);
      return [{ ...summary, matchedSpans: count, spans: spans.map((span) => matchedSpan(span, shown)) }];
    });
  }
}

/** A page that is whole needs nothing more to be looked through. */
function reportOf(complete: boolean, progress: number): { readonly complete: boolean; readonly progress: number } {
  return { complete, progress: complete ? 1 : progress };
}

interface ShownField {
  readonly name: string;
  readonly values: ReturnType<typeof valuesOf>;
}

function shownFields({ pipeline }: TraceqlQuery, turns: Turns): ShownField[] {
  const fields = pipeline.stages.flatMap((stage): readonly (Field | FieldExpression)[] =>
    isSpanset(stage) || (stage.kind !== 'by' && stage.kind !== 'select') ? [] : stage.fields,
  );
  return fields.map((field) => ({ name: fieldText(field), values: valuesOf(field, turns) }));
}

function matchedSpan(span: StoredSpan, shown: readonly ShownField[]): MatchedSpan {
  const { row, operation } = span;
  const attributes = shown.flatMap(({ name, values }) => {
    const found = values(span);
    return found.length === 0 ? [] : [[name, nameOf(found)]];
  });
  return {
    spanId: spanIdFromInt8(row.span_id),
    name: operation.name,
    service: operation.service,
    startTime: rfc3339FromNs(row.start_ns),
    durationNs: knownDuration(Number(row.duration_ns)),
    status: statusCodeName(row.status),
    attributes: Object.fromEntries(attributes),
  };
}

function positionOf(cursor: string | undefined, key: string): Position {
  if (!cursor) return { after: null, number: 0 };
  const { at, tie } = decodeCursor(SEARCH_CURSOR, cursor);
  const [traceId = '', number = '', of = ''] = tie.split('.');
  if (of !== key) {
    throw new SpoorError('VALIDATION_ERROR', 'The cursor belongs to another query; start again without it.', [
      { field: 'cursor', code: 'other_query', message: 'query, from, to and sort must be those of the page before' },
    ]);
  }
  return { after: traceId === '' ? null : { at, traceId }, number: Number(number) };
}

function notASearch(): SpoorError {
  return new SpoorError('VALIDATION_ERROR', 'This query gives numbers over time, not traces; ask /v1/query for it.', [
    { field: 'query', code: 'metrics', message: 'a search for traces has no metric' },
  ]);
}

/** Bounds of a query, as given. @throws SpoorError VALIDATION_ERROR */
export function rangeOf(query: { readonly from?: string | undefined; readonly to?: string | undefined }): TimeRange {
  return { from: timeBound('from', query.from), to: timeBound('to', query.to) };
}
