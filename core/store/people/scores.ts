/** Scores of spans, traces and sessions. */
import type { Page } from '../../api/page';
import { SCORE_SOURCES, type Score, type ScoreEdit, type ScoreListQuery, type ScoreValue } from '../../api/score';
import { FLOAT8, oneOf, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type ColumnValues, clean, VersionedTable } from '../sql/versioned-table';
import { aboutTarget, storedTarget, TARGET_COLUMNS } from './mark-targets';

const SPEC = {
  traceId: orNull(TEXT),
  spanId: orNull(TEXT),
  sessionId: orNull(TEXT),
  name: TEXT,
  value: orNull(FLOAT8),
  label: orNull(TEXT),
  comment: TEXT,
  source: oneOf(SCORE_SOURCES),
};

export class Scores {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'score',
      noun: 'score',
      spec: SPEC,
      select: {
        ...TARGET_COLUMNS,
        name: 't.name',
        value: 't.value',
        label: 't.label',
        comment: 't.comment',
        source: 't.source',
      },
    });
  }

  /** Oldest first. @throws SpoorError VALIDATION_ERROR */
  list(query: ScoreListQuery): Promise<Page<Score>> {
    return this.table.page(query, (where) => {
      aboutTarget(where, query);
      if (query.name !== undefined) where.and('t.name = ?', clean(query.name));
      if (query.source !== undefined) where.and('t.source = ?', query.source);
    });
  }

  /** @throws SpoorError NOT_FOUND when what it is about is not stored */
  async create(edit: ScoreEdit): Promise<Score> {
    const target = await storedTarget(this.sql, this.workspaceId, edit);
    return this.table.insert({ ...target, ...values(edit) });
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  update(id: string, version: number, edit: ScoreValue): Promise<Score> {
    return this.table.update(id, version, values(edit));
  }

  /** @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }
}

function values({ name, value, label, comment, source }: ScoreValue): ColumnValues {
  return { name: clean(name), value, label: clean(label), comment: clean(comment), source };
}
