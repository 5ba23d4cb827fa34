/** Partitions of spans belong to one workspace each, whoever writes the others: numbers of blocks follow from the partition's. */
export const workspacePartitions015 = {
  version: 15,
  name: 'workspace partitions',
  sql: `
create sequence span_partition_id as int4;
select setval('span_partition_id', (select last_value / 128 + 1 from span_block_id), false);
drop sequence span_block_id;
`,
} as const;
