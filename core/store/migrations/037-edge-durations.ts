/**
 * Calls between services with a sketch of the durations that are known, and the deployment of who was called, so that the edges of the map
 * have percentiles and follow its filters. Of what is stored both are unknown until it is counted anew.
 */
export const edgeDurations037 = {
  version: 37,
  name: 'durations of edges',
  sql: `
alter table service_edge add column deployment_id int4 not null default 0;
-- as in operation_minute; null: not known
alter table service_edge add column sketch bytea;
alter table deleted_edge add column deployment_id int4 not null default 0;
alter table deleted_edge add column sketch bytea;
update workspace set rebuild_due = true where span_count > 0;
`,
} as const;
