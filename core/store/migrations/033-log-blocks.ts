/**
 * Log records in blocks, as they arrive, each with the time that it spans and which runs of three letters occur in it (ADR 036). Of records
 * that are stored already nothing is known but their time: they are looked at as before.
 */
export const logBlocks033 = {
  version: 33,
  name: 'log blocks',
  sql: `
create table log_block (
  workspace_id int4 not null,
  id int8 generated always as identity,
  -- record_partition: both go together
  partition_id int4 not null,
  -- of the oldest and of the newest of its records; records that are in no other block's time are in this one's
  first_ns int8 not null,
  last_ns int8 not null,
  records int4 not null,
  -- core/search/grams.ts; null: records still come, or it is not known
  grams bytea,
  primary key (workspace_id, id)
);
-- one fits a page, and one bit of it is read
alter table log_block alter column grams set storage plain;
create index log_block_partition on log_block (workspace_id, partition_id);
insert into log_block (workspace_id, partition_id, first_ns, last_ns, records)
select workspace_id, partition_id, min(time_ns), max(time_ns), least(count(*), 2147483647) from log_record group by 1, 2;
`,
} as const;
