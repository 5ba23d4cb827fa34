/** Rules that mark, and what they marked. */

import {
  GUARDRAIL_KINDS,
  type Guardrail,
  type GuardrailEdit,
  type GuardrailHit,
  type GuardrailHitQuery,
} from '../../api/guardrail';
import type { Page } from '../../api/page';
import { SpoorError } from '../../model/errors';
import type { GuardrailMark } from '../../model/span-batch';
import { PatternError, UserPattern } from '../../patterns/user-pattern';
import { deploymentsIn } from '../dictionary/deployments';
import { decodeCursor, HIT_CURSOR, pageOf } from '../sql/cursor';
import { BOOL, decodeRows, FLOAT8, INT8, oneOf, orNull, TEXT, TEXT_ARRAY } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { type ColumnValues, clean, VersionedTable } from '../sql/versioned-table';
import { timeBound, WhereBuilder } from '../sql/where';
import { aboutTarget } from './mark-targets';

const SPEC = {
  name: TEXT,
  kind: oneOf(GUARDRAIL_KINDS),
  enabled: BOOL,
  pattern: orNull(TEXT),
  tools: orNull(TEXT_ARRAY),
  maxUsd: orNull(FLOAT8),
};

const HIT = {
  id: INT8,
  ruleId: TEXT,
  ruleName: TEXT,
  kind: oneOf(GUARDRAIL_KINDS),
  traceId: TEXT,
  spanId: orNull(TEXT),
  spanName: TEXT,
  attribute: TEXT,
  excerpt: TEXT,
  createdAt: TEXT,
};

const DEFAULT_LIMIT = 50;

export class Guardrails {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'guardrail',
      noun: 'guardrail',
      spec: SPEC,
      select: {
        name: 't.name',
        kind: 't.kind',
        enabled: 't.enabled',
        pattern: 't.pattern',
        tools: 't.tools',
        maxUsd: 't.max_usd',
      },
    });
  }

  /** Oldest first. */
  list(): Promise<Guardrail[]> {
    return this.table.all();
  }

  create(edit: GuardrailEdit): Promise<Guardrail> {
    return this.table.insert(values(edit));
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  update(id: string, version: number, edit: GuardrailEdit): Promise<Guardrail> {
    return this.table.update(id, version, values(edit));
  }

  /** What it marked goes with it. @throws SpoorError NOT_FOUND */
  async remove(id: string): Promise<void> {
    await this.table.remove(id);
    await this.sql.query('delete from guardrail_hit where workspace_id = $1 and rule_id = $2::uuid', [
      this.workspaceId,
      id,
    ]);
  }

  /** Newest first. @throws SpoorError VALIDATION_ERROR */
  async hits(query: GuardrailHitQuery): Promise<Page<GuardrailHit>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const where = new WhereBuilder(this.workspaceId, 't');
    aboutTarget(where, { traceId: query.traceId });
    const [from, to] = [timeBound('from', query.from), timeBound('to', query.to)];
    if (from !== null) where.and('r.start_ns >= ?', from);
    if (to !== null) where.and('r.start_ns < ?', to);
    const deployments = await deploymentsIn(this.sql, this.workspaceId, query);
    if (deployments) where.and(`r.deployment_ids && ${deployments}`);
    if (query.cursor) where.and('t.id < ?', decodeCursor(HIT_CURSOR, query.cursor).at);
    const rows = await this.sql.query(
      `select t.id, t.rule_id::text as "ruleId", g.name as "ruleName", g.kind, replace(t.trace_id::text, '-', '') as "traceId",
         lpad(to_hex(t.span_id), 16, '0') as "spanId", o.name as "spanName", t.attribute, t.excerpt,
         to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt"
       from guardrail_hit t join guardrail g on g.id = t.rule_id
         join trace r on r.workspace_id = t.workspace_id and r.trace_id = t.trace_id and r.deleted_at is null
         join operation o on o.id = coalesce((select s.operation_id from span s where s.workspace_id = t.workspace_id
           and s.trace_id = t.trace_id and s.span_id = t.span_id limit 1), r.root_operation_id)
       where ${where.sql} order by t.id desc limit ${limit + 1}`,
      where.parameters,
    );
    return pageOf(
      HIT_CURSOR,
      decodeRows(HIT, rows),
      limit,
      ({ id }) => ({ at: id, tie: '' }),
      ({ id, ...hit }) => ({ id: String(id), ...hit }),
    );
  }
}

function values({ name, kind, enabled, pattern, tools, maxUsd }: GuardrailEdit): ColumnValues {
  if (kind === 'pattern' && pattern !== null) assertPattern(pattern);
  return {
    name: clean(name),
    kind,
    enabled,
    pattern: clean(pattern),
    'tools::text[]': tools?.map(clean) ?? null,
    max_usd: maxUsd,
  };
}

function assertPattern(pattern: string): void {
  try {
    new UserPattern(pattern, { ignoreCase: true });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new SpoorError('VALIDATION_ERROR', error.message, [
      { field: 'pattern', code: 'invalid_pattern', message: 'use a regular expression as RE2 has them' },
    ]);
  }
}

/** A mark on its way into the store. */
export interface PlacedMark extends Omit<GuardrailMark, 'row'> {
  /** 32 hex digits. */
  readonly traceId: string;
  /** As SQL stores it; null: of the trace as a whole. */
  readonly spanId: bigint | null;
}

/** Marks that are there already, and those of rules that are gone, are left out. @returns how many are new */
export async function writeMarks(
  tx: SqlStatements,
  workspaceId: number,
  marks: readonly PlacedMark[],
): Promise<number> {
  if (marks.length === 0) return 0;
  const written = await tx.query(
    `insert into guardrail_hit (workspace_id, rule_id, trace_id, span_id, attribute, excerpt, digest)
     select $1, g.id, i.trace_id, i.span_id, i.attribute, i.excerpt, i.digest
     from unnest($2::uuid[], $3::uuid[], $4::int8[], $5::text[], $6::text[], $7::int8[])
       as i (rule_id, trace_id, span_id, attribute, excerpt, digest)
       join guardrail g on g.workspace_id = $1 and g.id = i.rule_id
     on conflict (workspace_id, trace_id, rule_id, digest) do nothing returning 1 as one`,
    [
      workspaceId,
      marks.map(({ ruleId }) => ruleId),
      marks.map(({ traceId }) => traceId),
      marks.map(({ spanId }) => spanId),
      marks.map(({ attribute }) => clean(attribute)),
      marks.map(({ excerpt }) => clean(excerpt)),
      marks.map(({ digest }) => BigInt(digest)),
    ],
  );
  return written.length;
}
