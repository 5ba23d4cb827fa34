export const retention003 = {
  version: 3,
  name: 'retention of workspaces',
  sql: `
-- null: everything is kept
alter table workspace add column retention_days int4;
`,
} as const;
