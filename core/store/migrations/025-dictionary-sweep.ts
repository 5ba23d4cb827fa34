/**
 * Services and metrics that nothing names are taken out (pruning/dictionaries.ts), thousands at a time. PostgreSQL would look for rows that
 * still name each: a scan without an index, and with one a plan that reads all operations of a service to find one of them. The sweep knows.
 */
export const dictionarySweep025 = {
  version: 25,
  name: 'dictionary sweep',
  sql: `
alter table operation drop constraint if exists operation_service_id_fkey;
alter table metric_series drop constraint if exists metric_series_metric_id_fkey;
create index deleted_edge_block on deleted_edge (workspace_id, block_id);
`,
} as const;
