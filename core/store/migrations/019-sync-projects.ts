/** Where a shared trace is: how far each project has come is told by it. */
export const syncProjects019 = {
  version: 19,
  name: 'projects of shared traces',
  sql: `
-- of the server; null: nobody knows, or it is not there yet
alter table sync_trace add column project_id text;
`,
} as const;
