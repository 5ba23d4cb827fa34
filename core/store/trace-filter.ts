/** Builds the WHERE clause that the trace list and its histogram share. Table aliases: t trace, o root operation, s its service. */
import type { TraceListQuery } from '../api/contract';
import { SpoorError } from '../api/errors';
import { nsFromText } from '../model/time';
import { parseSimpleSearch } from '../query/simple-search';
import type { SqlParameter } from './sql-client';

export class WhereBuilder {
  readonly parameters: SqlParameter[];
  private readonly conditions: string[];

  constructor(workspaceId: number) {
    this.parameters = [workspaceId];
    this.conditions = ['t.workspace_id = $1'];
  }

  /** Adds a condition; `?` stands for each parameter in turn. */
  and(condition: string, ...parameters: SqlParameter[]): void {
    let index = 0;
    this.conditions.push(
      condition.replaceAll('?', () => {
        this.parameters.push(parameters[index++] as SqlParameter);
        return `$${this.parameters.length}`;
      }),
    );
  }

  get sql(): string {
    return this.conditions.join(' and ');
  }
}

const MIN_INT8 = -(2n ** 63n);
const MAX_INT8 = 2n ** 63n - 1n;

/** @throws SpoorError VALIDATION_ERROR */
export function timeBound(field: 'from' | 'to', text: string | undefined): bigint | null {
  if (text === undefined || text === '') return null;
  const ns = nsFromText(text);
  if (ns === null || ns < MIN_INT8 || ns > MAX_INT8) {
    throw new SpoorError('VALIDATION_ERROR', `${field} is neither RFC 3339 nor epoch nanoseconds.`, [
      { field, code: 'invalid_time', message: 'use 2026-01-31T12:00:00Z or epoch nanoseconds' },
    ]);
  }
  return ns;
}

export function traceFilter(workspaceId: number, query: Pick<TraceListQuery, 'query' | 'from' | 'to'>): WhereBuilder {
  const where = new WhereBuilder(workspaceId);
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
      `%${likePattern(service)}%`,
    );
  }
  for (const word of search.words) {
    const pattern = `%${likePattern(word)}%`;
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

function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
