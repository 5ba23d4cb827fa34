/** Stored spans as the OTLP request that they could have come in. */
import { readSentTimes, withoutSentTimes } from '../../otlp/sent-times';
import { WireWriter } from '../../otlp/wire-writer';
import { writeSpanFields } from '../../otlp/write-span';
import { inBlockOrder } from '../blocks/block-order';
import { readSides } from '../blocks/trace-sides';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { CopyReader } from '../sql/copy-binary';
import { HeldRows } from '../sql/held-rows';
import { BYTEA, decodeRows, INT4, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const COLUMNS = `trace_id, span_id, coalesce(parent_span_id, 0), start_ns, duration_ns, block_id, operation_id, resource_id, scope_id,
  payload_id, payload_index, attributes`;
const OPERATION = { id: INT4, name: TEXT, kind: INT4 };
const OWNER = { id: INT4, message: BYTEA, schema_url: TEXT };
/** Of what never changes, held between parcels. */
const MAX_HELD = 20_000;
const MAX_HELD_BYTES = 8 * 1024 * 1024;
/** A page of an export ends after so many bytes; of small spans, so many are put together at once. */
const PAGE_BYTES = 4 * 1024 * 1024;
const STEP_SPANS = 200;
/** Before it is known how large the spans are: with prompts in them they may have megabytes each. */
const FIRST_STEP_SPANS = 8;
/** Rows of an export that are read at once. */
const RANGE_SPANS = 8_000;

/** Put together at once, of one trace. */
const FIRST_SPANS = 64;
const MOST_SPANS = 2_000;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

type Operation = RowOf<typeof OPERATION>;
type Owner = RowOf<typeof OWNER>;

export interface WantedSpans {
  /** 32 hex digits. */
  readonly traceId: string;
  /** A transaction, as `pg_snapshot_xmin` gives it: only spans stored after it; null: all. */
  readonly mark: string | null;
}

/** After the first, up to the second. */
export type BlockRange = readonly [after: number, upTo: number];

/** Which spans an export reads next. */
export interface SpanPageQuery {
  /** 32 hex digits each: the order of the spans. Of several, all spans together are some thousands at most. */
  readonly traceIds: readonly string[];
  /** Of one trace, where it has more; null: all of its blocks. */
  readonly range: BlockRange | null;
  /** The `next` of the page before; null: the first page. */
  readonly after: string | null;
  /** As their sender wrote them, where they are stored under other ids or at other times. */
  readonly sentIds: boolean;
  readonly sentTimes: boolean;
}

export interface SpanPage {
  /** An OTLP trace request for each of the traces, in order, as far as they are in this page. */
  readonly traces: readonly { readonly traceId: string; readonly request: Uint8Array; readonly spans: number }[];
  /** Null: that was the last. */
  readonly next: string | null;
}

interface Row {
  readonly traceId: string;
  readonly spanId: bigint;
  readonly parentSpanId: bigint;
  readonly startNs: bigint;
  readonly durationNs: bigint;
  readonly blockId: number;
  readonly operationId: number;
  readonly resourceId: number;
  readonly scopeId: number;
  readonly payloadId: number;
  readonly payloadIndex: number;
  readonly attributes: readonly number[];
}

export class SpanParcels {
  private readonly operations = new HeldRows<Operation>(MAX_HELD);
  private readonly resources = new HeldRows<Owner>(MAX_HELD, MAX_HELD_BYTES, bytesOf);
  private readonly scopes = new HeldRows<Owner>(MAX_HELD, MAX_HELD_BYTES, bytesOf);
  private readonly parts: PartReader;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    codec: PayloadCodec,
  ) {
    this.parts = new PartReader(sql, workspaceId, codec);
  }

  /** @param range of one trace, where its spans are too many at once; null: all of these traces */
  async read(
    wanted: readonly WantedSpans[],
    range: BlockRange | null,
  ): Promise<{ readonly request: Uint8Array; readonly spans: number }> {
    const rows = range ? await this.inRange(wanted[0] as WantedSpans, range) : await this.ofTraces(wanted);
    return { request: await this.encode(await this.asSent(rows)), spans: rows.length };
  }

  /** Blocks of a trace, in ranges of some thousands of its spans. */
  async ranges(traceId: string): Promise<BlockRange[]> {
    const rows = await this.sql.query(
      `select block_id, count(*)::int4 as spans from span where workspace_id = $1 and trace_id = $2::uuid
       group by block_id order by block_id`,
      [this.workspaceId, traceId],
    );
    const ranges: [after: number, upTo: number][] = [];
    let left = 0;
    for (const { block_id: block, spans } of decodeRows({ block_id: INT4, spans: INT4 }, rows)) {
      const last = ranges.at(-1);
      if (last && spans <= left) last[1] = block;
      else ranges.push([last?.[1] ?? block - 1, block]);
      left = (last && spans <= left ? left : RANGE_SPANS) - spans;
    }
    return ranges;
  }

  /** Bounded by bytes, whatever the spans hold: spans that come meanwhile are in a later page or in none, and none is in two. */
  async page({ traceIds, range, after, sentIds, sentTimes }: SpanPageQuery): Promise<SpanPage> {
    const wanted = traceIds.map((traceId) => ({ traceId, mark: null }));
    const found = range ? await this.inRange(wanted[0] as WantedSpans, range) : await this.ofTraces(wanted);
    const place = new Map(traceIds.map((traceId, i) => [traceId, i]));
    const key = ({ traceId, blockId, spanId }: Row): readonly bigint[] => [
      BigInt(place.get(traceId) ?? 0),
      BigInt(blockId),
      spanId,
    ];
    const rows = found.sort((a, b) => compareKeys(key(a), key(b)));
    const last = after === null ? null : after.split(' ').map(BigInt);
    let at = last === null ? 0 : rows.findIndex((row) => compareKeys(key(row), last) > 0);
    if (at < 0) return { traces: [], next: null };
    const traces: { traceId: string; request: Uint8Array; spans: number }[] = [];
    const first = at;
    let most = FIRST_STEP_SPANS;
    for (let bytes = 0; at < rows.length && bytes < PAGE_BYTES; ) {
      const { traceId } = rows[at] as Row;
      let end = at + 1;
      while (end < rows.length && end < at + most && rows[end]?.traceId === traceId) end++;
      const step = rows.slice(at, end);
      const request = await this.encode(sentIds ? await this.asSent(step) : step, sentTimes);
      bytes += request.length;
      const open = traces.at(-1);
      if (open?.traceId === traceId) {
        open.request = joined(open.request, request);
        open.spans += step.length;
      } else traces.push({ traceId, request, spans: step.length });
      at = end;
      most = spansOfBytes(PAGE_BYTES, bytes / (at - first), STEP_SPANS);
    }
    return { traces, next: at < rows.length ? key(rows[at - 1] as Row).join(' ') : null };
  }

  /** The first spans of a trace by when they start: so many at most, and no more once they take so many bytes. */
  async first(
    traceId: string,
    most: number,
    mostBytes: number,
  ): Promise<{ readonly request: Uint8Array; readonly spans: number }> {
    const rows = await this.asSent(
      rowsOf(
        await this.sql.copyOut(
          `select ${COLUMNS} from span where workspace_id = ${this.workspaceId} and trace_id = '${traceId}'
           order by start_ns, span_id limit ${most}`,
        ),
      ),
    );
    const requests: Uint8Array[] = [];
    let bytes = 0;
    let spans = 0;
    for (let count = FIRST_SPANS; spans < rows.length && bytes < mostBytes; ) {
      const some = rows.slice(spans, spans + count);
      const request = await this.encode(some);
      requests.push(request);
      bytes += request.length;
      spans += some.length;
      // Spans of megabytes are read a few at a time.
      count = spansOfBytes(BYTES_AT_ONCE, bytes / spans, MOST_SPANS);
    }
    return { request: joinedAll(requests, bytes), spans };
  }

  /** With the ids that they were sent with: whoever reads them decides as we did which is whose. */
  private async asSent(rows: readonly Row[]): Promise<readonly Row[]> {
    const byTrace = await readSides(this.sql, this.workspaceId, [...new Set(rows.map(({ traceId }) => traceId))]);
    if (byTrace.size === 0) return rows;
    return rows.map((row) => {
      const sides = byTrace.get(row.traceId);
      const side = sides?.ofStored(row.spanId);
      if (side) return { ...row, spanId: side.sentId, parentSpanId: side.sentParentId ?? 0n };
      return { ...row, parentSpanId: sides?.sentIdOf(row.parentSpanId) ?? row.parentSpanId };
    });
  }

  // Ids are hex and numbers of our own making, marks digits: they may stand in SQL.

  private async ofTraces(wanted: readonly WantedSpans[]): Promise<Row[]> {
    const ids = wanted.map(({ traceId }) => traceId).join(',');
    const marks = wanted.map(({ mark }) => (mark === null ? 'NULL' : String(BigInt(mark)))).join(',');
    return rowsOf(
      await this.sql.copyOut(
        `select s.* from unnest('{${ids}}'::uuid[], '{${marks}}'::text[]) as i (trace_id, mark),
         lateral (select ${COLUMNS} from span where workspace_id = ${this.workspaceId} and trace_id = i.trace_id
           and (i.mark is null or age(xmin) <= age(i.mark::xid8::xid)) offset 0) as s`,
      ),
    );
  }

  private async inRange({ traceId, mark }: WantedSpans, [after, upTo]: BlockRange): Promise<Row[]> {
    const newer = mark === null ? '' : ` and age(xmin) <= age('${BigInt(mark)}'::xid8::xid)`;
    const bytes = await this.sql.transaction(async (tx) => {
      await inBlockOrder(tx, true);
      const copied = await tx.copyOut(
        `select ${COLUMNS} from span where workspace_id + 0 = ${this.workspaceId} and block_id > ${after} and block_id <= ${upTo}
           and trace_id = '${traceId}'${newer}`,
      );
      await inBlockOrder(tx, false);
      return copied;
    });
    return rowsOf(bytes);
  }

  /** @param sentTimes where they are others: not kept beside those by which a span is placed, but as its own */
  private async encode(rows: readonly Row[], sentTimes = false): Promise<Uint8Array> {
    const operations = await this.known(
      this.operations,
      OPERATION,
      'id, name, kind::int4 as kind from operation',
      rows.map(({ operationId }) => operationId),
    );
    const resources = await this.known(
      this.resources,
      OWNER,
      'id, message, schema_url from resource',
      rows.map(({ resourceId }) => resourceId),
    );
    const scopes = await this.known(
      this.scopes,
      OWNER,
      'id, message, schema_url from scope',
      rows.map(({ scopeId }) => scopeId),
    );
    const messages = await this.parts.messages(rows, SPAN_ATTRIBUTES);
    const byResource = new Map<number, Map<number, number[]>>();
    for (const [i, { resourceId, scopeId }] of rows.entries()) {
      const byScope = byResource.get(resourceId) ?? new Map<number, number[]>();
      const inScope = byScope.get(scopeId) ?? [];
      inScope.push(i);
      byScope.set(scopeId, inScope);
      byResource.set(resourceId, byScope);
    }
    const writer = new WireWriter(rows.length * 400 + 64);
    for (const [resourceId, byScope] of byResource) {
      writer.message(1, (resourceSpans) => {
        const resource = resources.get(resourceId) as Owner;
        resourceSpans.data(1, resource.message);
        for (const [scopeId, inScope] of byScope) {
          resourceSpans.message(2, (scopeSpans) => {
            const scope = scopes.get(scopeId) as Owner;
            scopeSpans.data(1, scope.message);
            for (const i of inScope) {
              const row = rows[i] as Row;
              const operation = operations.get(row.operationId) as Operation;
              const message = messages[i] as Uint8Array;
              const sent = sentTimes ? readSentTimes(message) : null;
              scopeSpans.message(2, (span) => {
                if (!sent) return writeSpanFields(span, row, operation, message);
                const times = { startNs: sent.startNs, durationNs: sent.endNs - sent.startNs };
                writeSpanFields(span, { ...row, ...times }, operation, withoutSentTimes(message));
              });
            }
            if (scope.schema_url !== '') scopeSpans.string(3, scope.schema_url);
          });
        }
        if (resource.schema_url !== '') resourceSpans.string(3, resource.schema_url);
      });
    }
    return writer.finish();
  }

  private known<S extends typeof OPERATION | typeof OWNER>(
    held: HeldRows<RowOf<S>>,
    spec: S,
    columns: string,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, RowOf<S>>> {
    return held.of([...new Set(ids)], async (missing) => {
      const rows = await this.sql.query(`select ${columns} where workspace_id = $1 and id = any($2::int4[])`, [
        this.workspaceId,
        missing,
      ]);
      return decodeRows(spec, rows).map((row) => [row.id as number, row]);
    });
  }
}

function bytesOf({ message }: Owner): number {
  return message.length;
}

function compareKeys(a: readonly bigint[], b: readonly bigint[]): number {
  for (const [i, one] of a.entries()) {
    const other = b[i] ?? 0n;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** So many of this size, and one at least. */
function spansOfBytes(bytes: number, bytesOfOne: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(bytes / bytesOfOne)));
}

/** Lists of protobuf go on where they are written behind each other. */
function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function rowsOf(bytes: Uint8Array): Row[] {
  const reader = new CopyReader(bytes);
  const rows: Row[] = [];
  while (reader.next()) {
    rows.push({
      traceId: reader.uuid(),
      spanId: reader.int8(),
      parentSpanId: reader.int8(),
      startNs: reader.int8(),
      durationNs: reader.int8(),
      blockId: reader.int4(),
      operationId: reader.int4(),
      resourceId: reader.int4(),
      scopeId: reader.int4(),
      payloadId: reader.int4(),
      payloadIndex: reader.int2(),
      attributes: reader.int4Array(),
    });
  }
  return rows;
}

/** Requests one after the other are one request. */
function joinedAll(requests: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const request of requests) {
    all.set(request, at);
    at += request.length;
  }
  return all;
}
