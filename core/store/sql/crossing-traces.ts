/** Traces that are under way at a time: an index knows the long ones, and the others began shortly before. */

/** Spans of a trace start at most this much after it; what lasts longer comes from LongTracesSource. */
export const LONG_TRACE_NS = 600_000_000_000n;
/** SQL over `t`, as the index `trace_long` has it. */
export const IS_LONG_SQL = 't.end_ns::float8 - t.start_ns::float8 > 6e11';

/**
 * Traces that have begun before a time and not ended, as SQL over `t`: the shorter ones began shortly before, and an index knows
 * the longer ones. Each condition is one to look for by itself.
 */
export function crossingSql(from: bigint): readonly string[] {
  const shortly = from - LONG_TRACE_NS;
  return [
    `t.start_ns >= ${shortly} and t.start_ns < ${from} and t.end_ns >= ${from}`,
    `t.start_ns < ${shortly} and t.end_ns >= ${from} and ${IS_LONG_SQL}`,
  ];
}
