/** Builds the WHERE clause that the trace list and its histogram share. Table aliases: t trace, o root operation, s its service. */
import type { TraceListQuery } from '../api/contract';
import { parseSimpleSearch } from '../query/simple-search';
import { containing, likePattern, timeBound, WhereBuilder } from './where';

export function traceFilter(workspaceId: number, query: Pick<TraceListQuery, 'query' | 'from' | 'to'>): WhereBuilder {
  const where = new WhereBuilder(workspaceId, 't');
  where.and('t.deleted_at is null');
  const from = timeBound('from', query.from);
  const to = timeBound('to', query.to);
  if (from !== null) where.and('t.start_ns >= ?', from);
  if (to !== null) where.and('t.start_ns < ?', to);
  const search = parseSimpleSearch((query.query ?? '').replaceAll('\0', ''));
  if (search.status === 'error') where.and('t.error_count > 0');
  if (search.status === 'ok') where.and('t.error_count = 0');
  for (const service of search.services) {
    where.and(
      `t.service_ids && array(select id from service where workspace_id = $1 and name ilike ?)`,
      containing(service),
    );
  }
  for (const word of search.words) {
    const pattern = containing(word);
    where.and(
      `(o.name ilike ? or t.agent_name ilike ? or replace(t.trace_id::text, '-', '') like ?
        or t.service_ids && array(select id from service where workspace_id = $1 and name ilike ?))`,
      pattern,
      pattern,
      `${likePattern(word.toLowerCase())}%`,
      pattern,
    );
  }
  return where;
}
