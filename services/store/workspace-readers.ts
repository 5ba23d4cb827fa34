/** The readers of a workspace where payloads are packed as Node packs them. */
import type { PriceBook } from '../../core/pricing/price-book';
import type { SearchesKey } from '../../core/search/searched-keys';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { readersOf, type WorkspaceReaders } from '../../core/store/workspace/workspace-readers';
import { deflateCodec } from './payload-codec';

/** @param searchesKey as the writer indexes them */
export function workspaceReaders(
  sql: SqlClient,
  workspaceId: number,
  prices: () => PriceBook,
  searchesKey: SearchesKey,
): WorkspaceReaders {
  return readersOf(sql, workspaceId, deflateCodec, prices, searchesKey);
}
