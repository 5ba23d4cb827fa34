/** What is deleted is few of what there is, and looked for often. */
export const deletedTraces011 = {
  version: 11,
  name: 'index of deleted traces',
  sql: 'create index trace_deleted on trace (workspace_id, deleted_at) where deleted_at is not null',
} as const;
