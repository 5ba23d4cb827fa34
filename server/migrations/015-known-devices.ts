/** Browsers that somebody signed in with: attempts from elsewhere do not use up theirs. */
export const knownDevices015 = {
  version: 15,
  name: 'known devices',
  sql: `
create table known_device (
  -- of what the browser keeps as a cookie
  digest bytea primary key,
  account_id uuid not null references account (id) on delete cascade,
  seen_at timestamptz not null default now()
);
create index known_device_account on known_device (account_id);
create index known_device_seen on known_device (seen_at);
`,
} as const;
