/** What the words of the search box may mean: whether there are attributes with these keys, and traces with ids that begin so. */
import type { PlainKnowledge } from '../../query/plain-search';
import { decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const LAST_ID = 'f'.repeat(32);
const FIRST_ID = '0'.repeat(32);

/** @param isOfResource whether a resource has an attribute with this key */
export async function readPlainKnowledge(
  sql: SqlClient,
  workspaceId: number,
  keys: readonly string[],
  ids: readonly string[],
  isOfResource: (key: string) => boolean,
): Promise<PlainKnowledge> {
  const found =
    keys.length === 0
      ? []
      : await sql.query('select key from attribute_key where workspace_id = $1 and key = any($2::text[]) and id > 1', [
          workspaceId,
          [...keys],
        ]);
  const known = new Set(decodeRows({ key: TEXT }, found).map(({ key }) => key));
  for (const key of keys) if (isOfResource(key)) known.add(key);
  const traces =
    ids.length === 0
      ? []
      : await sql.query(
          `select i.at::int4 as at from unnest($2::uuid[], $3::uuid[]) with ordinality as i (first, last, at),
             lateral (select 1 from trace where workspace_id = $1 and trace_id between i.first and i.last limit 1) t`,
          [
            workspaceId,
            ids.map((id) => id + FIRST_ID.slice(id.length)),
            ids.map((id) => id + LAST_ID.slice(id.length)),
          ],
        );
  const begun = new Set(decodeRows({ at: INT4 }, traces).map(({ at }) => ids[at - 1]));
  return { isField: (key) => known.has(key), hasTrace: (id) => begun.has(id) };
}
