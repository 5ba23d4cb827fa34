/**
 * Until when the clock of this database was known to be right: what is old is told by it, and a clock that jumps is noticed. A row
 * for all workspaces.
 */
export const retentionClock023 = {
  version: 23,
  name: 'clock of retention',
  sql: `
create table retention_clock (
  id int4 primary key check (id = 1),
  -- by the time that is trusted
  seen_at timestamptz not null,
  -- what the system's clock said then
  clock_at timestamptz not null,
  -- since when the system's clock says something else; null: it agrees
  doubted_since timestamptz,
  -- how often somebody said that the system's clock is right
  settled int4 not null default 0
);
`,
} as const;
