/** Accounts that sign in at an OpenID provider. */
export const identities005 = {
  version: 5,
  name: 'identities',
  sql: `
create table account_identity (
  issuer text not null,
  subject text not null,
  account_id uuid not null references account (id),
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);
-- sign-ins that are under way, by the digest of their state
create table oidc_attempt (
  digest bytea primary key,
  nonce text not null,
  code_verifier text not null,
  expires_at timestamptz not null
);
`,
} as const;
