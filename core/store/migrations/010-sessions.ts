/**
 * Sessions are the traces that name the same one: found by it, and the newest of them in order of time. By digest, because a key of a
 * B-tree ends at 2.7 kB and a hostile session id does not.
 */
export const sessions010 = {
  version: 10,
  name: 'sessions',
  sql: `
create index trace_session on trace (workspace_id, md5(session_id), start_ns, trace_id) where session_id is not null;
create index trace_in_session on trace (workspace_id, start_ns, trace_id) where session_id is not null;
create index trace_of_agent on trace (workspace_id, start_ns) where agent_name is not null;
`,
} as const;
