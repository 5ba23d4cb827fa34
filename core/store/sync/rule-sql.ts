/** Which traces rules of sharing are about. */
import type { SyncRule } from '../../api/sync-state';
import type { SqlParameter } from '../sql/sql-client';

/** SQL over `t` of `trace`. @param from number of the first parameter */
export function ruleSql(
  rules: readonly SyncRule[],
  from: number,
): { readonly where: string; readonly parameters: SqlParameter[] } {
  const parameters: SqlParameter[] = [];
  const conditions = rules.map((rule) => {
    if (rule.kind === 'everything') return 'true';
    if (rule.kind === 'errors') return 't.error_count > 0';
    const at = `$${from + parameters.length}`;
    if (rule.kind === 'session') {
      parameters.push(rule.sessionId);
      return `t.session_id = ${at}`;
    }
    parameters.push(rule.service);
    return `t.service_ids && array(select id from service where workspace_id = $1 and name = ${at})`;
  });
  return { where: conditions.join(' or '), parameters };
}
