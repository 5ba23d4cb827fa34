/** Traces that somebody marked are kept: by a bookmark or a note, or by a score that a person gave. */

/** SQL of their ids; parameter 1 is the workspace. */
export const MARKED_TRACES = `select trace_id from annotation where workspace_id = $1 and trace_id is not null
  union all select trace_id from score where workspace_id = $1 and trace_id is not null and source = 'human'`;

/** SQL of whether one is. */
export function isMarked(traceId: string): string {
  return `(exists (select 1 from annotation a where a.workspace_id = $1 and a.trace_id = ${traceId})
    or exists (select 1 from score s where s.workspace_id = $1 and s.trace_id = ${traceId} and s.source = 'human'))`;
}
