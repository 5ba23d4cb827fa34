/** Reads stored spans as they were sent, and where they are stored. */

import type { TraceSides } from '../blocks/trace-sides';
import { DEPLOYMENT_OF_SPAN } from '../dictionary/deployments';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { Owner, SpanVersion } from './arrange-sides';
import { saidBesides, sentTimes } from './span-versions';

/** Spans of a trace: those with these ids, or those whose parents have them. */
export interface WantedSpans {
  readonly traceId: string;
  readonly ids: readonly bigint[];
}

const ROW = {
  trace_id: TEXT,
  span_id: INT8,
  parent_span_id: orNull(INT8),
  start_ns: INT8,
  duration_ns: INT8,
  status: INT4,
  block_id: INT4,
  place: TEXT,
  operation_id: INT4,
  resource_id: INT4,
  scope_id: INT4,
  deployment_id: INT4,
  attributes: INT4_ARRAY,
  payload_id: INT4,
  payload_index: INT4,
  name: TEXT,
  kind: INT4,
  service_id: INT4,
  service: TEXT,
};

export type StoredRow = RowOf<typeof ROW>;

export interface StoredVersion extends SpanVersion {
  readonly stored: StoredRow;
}

export class VersionReader {
  private readonly owners = new Map<string, Owner>();
  private readonly parts: PartReader;

  constructor(
    private readonly tx: SqlClient,
    private readonly workspaceId: number,
    codec: PayloadCodec,
  ) {
    this.parts = new PartReader(tx, workspaceId, codec);
  }

  /** @param sides by trace */
  async read(
    wanted: readonly WantedSpans[],
    by: 'span_id' | 'parent_span_id',
    sides: ReadonlyMap<string, TraceSides>,
  ): Promise<StoredVersion[]> {
    const pairs = wanted.flatMap(({ traceId, ids }) => ids.map((id) => ({ traceId, id })));
    if (pairs.length === 0) return [];
    const rows = decodeRows(
      ROW,
      await this.tx.query(
        // By the index over traces, once each.
        `with wanted as materialized (select * from unnest($2::uuid[], $3::int8[]) as i (trace_id, id))
         select replace(s.trace_id::text, '-', '') as trace_id, s.span_id, s.parent_span_id, s.start_ns, s.duration_ns,
           s.status::int4 as status, s.block_id, s.place, s.operation_id, s.resource_id, s.scope_id,
           ${DEPLOYMENT_OF_SPAN} as deployment_id, s.attributes, s.payload_id, s.payload_index::int4 as payload_index,
           o.name, o.kind::int4 as kind, o.service_id, v.name as service
         from (select distinct trace_id from wanted) t, lateral (
           select span.*, span.ctid::text as place from span where workspace_id = $1 and trace_id = t.trace_id offset 0) s
           join operation o on o.id = s.operation_id join service v on v.id = o.service_id
         where (s.trace_id, s.${by}) in (select trace_id, id from wanted)`,
        [this.workspaceId, pairs.map(({ traceId }) => traceId), pairs.map(({ id }) => id)],
      ),
    );
    await this.readOwners(
      'resource',
      rows.map((row) => row.resource_id),
    );
    await this.readOwners(
      'scope',
      rows.map((row) => row.scope_id),
    );
    const messages = await this.parts.messages(
      rows.map((row) => {
        const { attributes, payload_id: payloadId, payload_index: payloadIndex, block_id: blockId } = row;
        return { attributes, payloadId, payloadIndex, blockId };
      }),
      SPAN_ATTRIBUTES,
    );
    return rows.map((row, i) => this.versionOf(row, messages[i] as Uint8Array, sides.get(row.trace_id)));
  }

  private versionOf(row: StoredRow, message: Uint8Array, sides: TraceSides | undefined): StoredVersion {
    const side = sides?.ofStored(row.span_id);
    const scope = this.owner('scope', row.scope_id);
    return {
      traceId: row.trace_id,
      sentId: side?.sentId ?? row.span_id,
      sentParentId: side ? side.sentParentId : (sides?.sentIdOf(row.parent_span_id) ?? row.parent_span_id),
      service: row.service,
      kind: row.kind,
      name: row.name,
      startNs: row.start_ns,
      endNs: row.start_ns + row.duration_ns,
      status: row.status,
      message,
      ...sentTimes(message, row.start_ns, row.start_ns + row.duration_ns),
      ...saidBesides(scope, message),
      resource: this.owner('resource', row.resource_id),
      scope,
      stored: row,
    };
  }

  private owner(table: 'resource' | 'scope', id: number): Owner {
    const owner = this.owners.get(`${table}${id}`);
    if (!owner) throw new Error(`${table} ${id} is not in the database`);
    return owner;
  }

  private async readOwners(table: 'resource' | 'scope', ids: readonly number[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.owners.has(`${table}${id}`));
    if (missing.length === 0) return;
    const rows = await this.tx.query(
      `select id, message, schema_url from ${table} where workspace_id = $1 and id = any($2::int4[])`,
      [this.workspaceId, missing],
    );
    for (const { id, message, schema_url } of decodeRows({ id: INT4, message: BYTEA, schema_url: TEXT }, rows)) {
      this.owners.set(`${table}${id}`, { message, schemaUrl: schema_url });
    }
  }
}
