/** Words on traces, spans and sessions (migration 018). */
import type { Page } from '../../api/page';
import type { NewTag, Tag, TagEdit, TagListQuery } from '../../api/tag';
import { orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { clean, VersionedTable } from '../sql/versioned-table';
import { aboutTarget, storedTarget, TARGET_COLUMNS } from './mark-targets';

const SPEC = { traceId: orNull(TEXT), spanId: orNull(TEXT), sessionId: orNull(TEXT), name: TEXT };

export class Tags {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'tag',
      noun: 'tag',
      spec: SPEC,
      select: { ...TARGET_COLUMNS, name: 't.name' },
    });
  }

  /** Oldest first. @throws SpoorError VALIDATION_ERROR */
  list(query: TagListQuery): Promise<Page<Tag>> {
    return this.table.page(query, (where) => {
      aboutTarget(where, query);
      if (query.name !== undefined) where.and('t.name = ?', clean(query.name));
    });
  }

  /** @throws SpoorError NOT_FOUND when what it is put on is not stored */
  async create({ name, ...about }: NewTag): Promise<Tag> {
    return this.table.insert({ ...(await storedTarget(this.sql, this.workspaceId, about)), name: clean(name) });
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  update(id: string, version: number, { name }: TagEdit): Promise<Tag> {
    return this.table.update(id, version, { name: clean(name) });
  }

  /** @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }
}
