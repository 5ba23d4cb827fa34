/** Made by 008, and by 005 where that did not run yet: it closes blocks as this build does. */
export const SERVICE_EDGE_SQL = `
-- read model: calls between services, a row for each pair, minute of the called span and block
create table if not exists service_edge (
  workspace_id int4 not null,
  caller_id int4 not null,
  callee_id int4 not null,
  -- since the epoch
  minute int4 not null,
  block_id int4 not null,
  calls int4 not null,
  errors int4 not null,
  duration_ns int8 not null
);
create index if not exists service_edge_time on service_edge (workspace_id, minute);
create index if not exists service_edge_block on service_edge (workspace_id, block_id);
`;
