/** What 011 made is made for every host by now. */
export const oneIndex013 = {
  version: 13,
  name: 'one index of deleted traces',
  sql: 'drop index if exists trace_deleted',
} as const;
