/** Rows of `trace` and of `missing_parent`, made anew from the spans that are stored. Tokens, agent and session stay as they are. */
import { isRequestSql } from '../../model/request';
import { DEPLOYMENT_OF_SPAN } from '../dictionary/deployments';
import { hashJoined, SERVICE_OF_SPAN } from '../sql/hash-joined';
import type { SqlClient, SqlParameter } from '../sql/sql-client';
import { rankSql } from './trace-deltas';

/** @param within SQL over `workspace_id`, which is `$1`, and `trace_id` */
export function makeTraceRows(tx: SqlClient, within: string, parameters: readonly SqlParameter[]): Promise<void> {
  return hashJoined(tx, () => makeRows(tx, within, parameters));
}

async function makeRows(tx: SqlClient, within: string, parameters: readonly SqlParameter[]): Promise<void> {
  await tx.execute(`delete from missing_parent where ${within}`, parameters);
  await tx.execute(
    `with s as materialized (select trace_id, span_id, parent_span_id from span where ${within})
     insert into missing_parent (workspace_id, trace_id, span_id)
     select distinct $1::int4, c.trace_id, c.parent_span_id from s c
     where c.parent_span_id is not null and not exists (
       select 1 from s p where p.trace_id = c.trace_id and p.span_id = c.parent_span_id)`,
    parameters,
  );
  await tx.execute(
    `delete from trace where ${within} and trace_id not in (select trace_id from span where ${within})`,
    parameters,
  );
  await tx.execute(
    `with s as materialized (
       select s.*, ${SERVICE_OF_SPAN} as service_id, (select o.kind from operation o where o.id = s.operation_id) as kind,
         nullif(${DEPLOYMENT_OF_SPAN}, 0) as deployment_id
       from span s where s.${within.replace(' and ', ' and s.')}),
     root as (
       select distinct on (trace_id) trace_id, ${rankSql('s')} as rank, start_ns, span_id, operation_id
       from s order by trace_id, rank, start_ns, span_id),
     whole as (
       select trace_id, min(start_ns) as start_ns, max(greatest(start_ns, start_ns + greatest(duration_ns, 0))) as end_ns,
         count(*)::int4 as spans, (count(*) filter (where status = 2))::int4 as errors,
         (count(*) filter (where status = 2 and ${isRequestSql('kind', 'parent_span_id')}))::int4 as failed,
         array_agg(distinct service_id) as service_ids,
         coalesce(array_agg(distinct deployment_id) filter (where deployment_id is not null), '{}') as deployment_ids,
         min(block_id) as first_block, max(block_id) as last_block
       from s group by trace_id)
     insert into trace (workspace_id, trace_id, start_ns, end_ns, span_count, error_count, failed_count, service_ids, root_rank, root_start_ns,
       root_span_id, root_operation_id, missing_parents, first_block, last_block, deployment_ids, changes)
     select $1, w.trace_id, w.start_ns, w.end_ns, w.spans, w.errors, w.failed, w.service_ids, r.rank, r.start_ns, r.span_id, r.operation_id,
       (select count(*) from missing_parent m where m.workspace_id = $1 and m.trace_id = w.trace_id)::int4,
       w.first_block, w.last_block, w.deployment_ids,
       (select count(*) from span_side m where m.workspace_id = $1 and m.trace_id = w.trace_id)::int4
     from whole w join root r using (trace_id)
     on conflict (workspace_id, trace_id) do update set start_ns = excluded.start_ns, end_ns = excluded.end_ns,
       span_count = excluded.span_count, error_count = excluded.error_count, failed_count = excluded.failed_count, service_ids = excluded.service_ids,
       root_rank = excluded.root_rank, root_start_ns = excluded.root_start_ns, root_span_id = excluded.root_span_id,
       root_operation_id = excluded.root_operation_id, missing_parents = excluded.missing_parents,
       first_block = excluded.first_block, last_block = excluded.last_block,
       deployment_ids = excluded.deployment_ids`,
    parameters,
  );
}
