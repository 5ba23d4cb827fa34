/** Attributes of the dictionary that have a word: by the index, and by a look at those that an older version indexed. */

import { readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import type { Turns } from '../../query/traceql/turns';
import type { SearchesKey } from '../../search/searched-keys';
import { termsOfWord } from '../../search/words';
import { WITH_OTHER_WORDS } from '../dictionary/older-words';
import { BYTEA, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlRow } from '../sql/sql-client';
import { valueHasWord } from './stored-span';

export async function attributesWithWord(
  sql: SqlClient,
  workspaceId: number,
  word: string,
  searchesKey: SearchesKey,
  turns: Turns,
): Promise<number[]> {
  const terms = termsOfWord(word);
  const indexed = await sql.query(
    `select a.id, k.key, ${terms.length > 1 ? 'a.message' : "''::bytea as message"} from attribute a join attribute_key k on k.id = a.key_id
     where a.workspace_id = $1 and a.words @> $2::text[]`,
    [workspaceId, terms],
  );
  const older = await sql.query(
    `select a.id, k.key, a.message
     from workspace w join attribute a on a.workspace_id = w.id and a.id <= w.old_words_to join attribute_key k on k.id = a.key_id
     where w.id = $1 and w.old_words_to > 0 and ${WITH_OTHER_WORDS}`,
    [workspaceId],
  );
  const ids = new Set<number>();
  const add = async (rows: readonly SqlRow[], isSure: boolean): Promise<void> => {
    for (const { id, key, message } of decodeRows({ id: INT4, key: TEXT, message: BYTEA }, rows)) {
      if (turns.isDue) await turns.end();
      if (searchesKey(key) && (isSure || valueHasWord(readKeyValue(new WireReader(message)).value, word))) ids.add(id);
    }
  };
  // That all the pairs of a run are there does not say that they stand in its order.
  await add(indexed, terms.length === 1);
  await add(older, false);
  return [...ids];
}
