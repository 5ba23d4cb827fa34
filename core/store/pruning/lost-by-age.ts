/** What believing another time would cost. */

import { PARTITION_BLOCKS } from '../blocks/span-partitions';
import { decodeRows, INT8 } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';

/** Of a signal; less goes without a question, as after some days on which nobody worked. */
const MUCH = 0.25;
const MS_PER_DAY = 86_400_000;

/** Whether much more would be too old at one time than at the other, both in epoch milliseconds. */
export async function losesMuch(
  sql: SqlStatements,
  workspaceId: number,
  days: number | null,
  at: number,
  instead: number,
): Promise<boolean> {
  if (days === null) return false;
  // Where it is earlier, nothing is lost; but all that comes would look older than it is once it is right again.
  if (at < instead) return true;
  const before = (time: number): number => time - days * MS_PER_DAY;
  const rows = await sql.query(
    `with p as (
       select 'spans' as signal, max(last_at) as last_at, count(*) as records from span_block where workspace_id = $1
       group by id / ${PARTITION_BLOCKS}
       union all select signal, last_at, records from record_partition where workspace_id = $1 and records > 0)
     select coalesce(sum(records), 0)::int8 as records, coalesce(sum(records) filter (
       where last_at < to_timestamp($2::float8 / 1000) and last_at >= to_timestamp($3::float8 / 1000)), 0)::int8 as lost
     from p group by signal`,
    [workspaceId, before(at), before(instead)],
  );
  return decodeRows({ records: INT8, lost: INT8 }, rows).some(
    ({ records, lost }) => Number(lost) > MUCH * Number(records),
  );
}
