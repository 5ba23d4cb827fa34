/** As 021 of the core, of the server's own migrations. */
export const checksums014 = {
  version: 14,
  name: 'checksums',
  sql: 'alter table server_migration add column checksum text',
} as const;
