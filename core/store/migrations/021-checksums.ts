/**
 * Of each migration that was run, what its file was (core/store/schema/landed-migrations.json). Before it, what older builds ran
 * in another form is brought to what it is today (core/store/schema/repairs.ts).
 */
export const checksums021 = {
  version: 21,
  name: 'checksums',
  sql: 'alter table schema_migration add column checksum text',
} as const;
