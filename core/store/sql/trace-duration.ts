/** How long a trace took, in SQL over `t`. */

/** Whether a span says how long it took. A trace that ends when it starts took no time, or nobody knows how much. */
export const KNOWS_DURATION_SQL = `case when t.end_ns > t.start_ns then true else exists (select from span sp
  where sp.workspace_id = t.workspace_id and sp.trace_id = t.trace_id
    and sp.block_id between t.first_block and t.last_block and sp.duration_ns >= 0) end`;
