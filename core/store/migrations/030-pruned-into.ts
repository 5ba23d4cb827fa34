/** Where a trace that was pruned for its age went: whoever follows a link to it is told until when it can be restored. */
export const prunedInto030 = {
  version: 30,
  name: 'pruned into',
  sql: `
-- of quarantine; null: it is in none
alter table pruned_trace add column quarantine_id int8;
`,
} as const;
