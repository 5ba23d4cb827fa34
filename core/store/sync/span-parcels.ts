/** Stored spans as the OTLP request that they could have come in. */
import { WireWriter } from '../../otlp/wire-writer';
import { writeSpanFields } from '../../otlp/write-span';
import { inBlockOrder } from '../blocks/block-order';
import { readSides } from '../blocks/trace-sides';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { CopyReader } from '../sql/copy-binary';
import { BYTEA, decodeRows, INT4, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const COLUMNS = `trace_id, span_id, coalesce(parent_span_id, 0), start_ns, duration_ns, block_id, operation_id, resource_id, scope_id,
  payload_id, payload_index, attributes`;
const OPERATION = { id: INT4, name: TEXT, kind: INT4 };
const OWNER = { id: INT4, message: BYTEA, schema_url: TEXT };
/** Of what never changes, held between parcels. */
const MAX_HELD = 20_000;

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
  private readonly operations = new Map<number, Operation>();
  private readonly resources = new Map<number, Owner>();
  private readonly scopes = new Map<number, Owner>();
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

  private async encode(rows: readonly Row[]): Promise<Uint8Array> {
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
              scopeSpans.message(2, (span) => writeSpanFields(span, row, operation, messages[i] as Uint8Array));
            }
            if (scope.schema_url !== '') scopeSpans.string(3, scope.schema_url);
          });
        }
        if (resource.schema_url !== '') resourceSpans.string(3, resource.schema_url);
      });
    }
    return writer.finish();
  }

  private async known<S extends typeof OPERATION | typeof OWNER>(
    held: Map<number, RowOf<S>>,
    spec: S,
    columns: string,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, RowOf<S>>> {
    if (held.size > MAX_HELD) held.clear();
    const missing = [...new Set(ids)].filter((id) => !held.has(id));
    if (missing.length === 0) return held;
    const rows = await this.sql.query(`select ${columns} where workspace_id = $1 and id = any($2::int4[])`, [
      this.workspaceId,
      missing,
    ]);
    for (const row of decodeRows(spec, rows)) held.set(row.id as number, row);
    return held;
  }
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
