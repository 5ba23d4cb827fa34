/** Migration 022 of the store makes the same index under another name, for every host. */
export const oneIndex013 = {
  version: 13,
  name: 'one index of deleted traces',
  sql: 'drop index if exists trace_deleted',
} as const;
