/** Attributes whose words an older version indexed by other rules: up to `workspace.old_words_to`. Made anew from the newest on. */
import { BYTEA, decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { searchable } from './attribute-values';

/** SQL over `a`: those of which the rules make other words. Plain ASCII text has the same by both. */
export const WITH_OTHER_WORDS = `a.key_id > 1 and (a.type = 0 or (a.type = 1 and (a.text ~ '[^\\x01-\\x7f]' or strpos(a.text, '\\') > 0)))`;

/** Rows of one transaction: some milliseconds. */
const ROWS = 2_000;

/** How many steps `indexSome` will take. */
export async function stepsToIndex(tx: SqlClient, workspaceId: number): Promise<number> {
  const rows = await tx.query(
    `select ceil(count(*)::float8 / ${ROWS})::int4 as steps from attribute a join workspace w on w.id = a.workspace_id
     where w.id = $1 and a.id <= w.old_words_to and ${WITH_OTHER_WORDS}`,
    [workspaceId],
  );
  return decodeRows({ steps: INT4 }, rows)[0]?.steps ?? 0;
}

export async function indexSome(tx: SqlClient, workspaceId: number): Promise<void> {
  const rows = decodeRows(
    { id: INT4, message: BYTEA },
    await tx.query(
      `select a.id, a.message from attribute a join workspace w on w.id = a.workspace_id
       where w.id = $1 and a.id <= w.old_words_to and ${WITH_OTHER_WORDS} order by a.id desc limit ${ROWS}`,
      [workspaceId],
    ),
  );
  if (rows.length > 0) {
    const words = rows.map(({ message }) => searchable(message).words);
    await tx.execute(
      `update attribute a set words = i.words::text[] from unnest($2::int4[], $3::text[]) as i (id, words)
       where a.workspace_id = $1 and a.id = i.id and a.words is distinct from i.words::text[]`,
      [workspaceId, rows.map(({ id }) => id), words.map(wordsLiteral)],
    );
  }
  await tx.execute('update workspace set old_words_to = $2 where id = $1', [
    workspaceId,
    rows.length < ROWS ? 0 : (rows.at(-1)?.id ?? 1) - 1,
  ]);
}

/** As an array of SQL: words hold neither quotes nor backslashes. Null of none. */
export function wordsLiteral(words: readonly string[]): string | null {
  return words.length === 0 ? null : `{${words.map((word) => `"${word}"`).join(',')}}`;
}
