/** Searches with a name. */
import type { SavedView, SavedViewEdit } from '../../api/saved-view';
import { TRACE_SORTS } from '../../api/trace-list-query';
import { oneOf, orNull, TEXT, TEXT_ARRAY } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type ColumnValues, clean, VersionedTable } from '../sql/versioned-table';

const SPEC = {
  name: TEXT,
  query: TEXT,
  last: orNull(TEXT),
  from: orNull(TEXT),
  to: orNull(TEXT),
  environment: orNull(TEXT),
  serviceVersion: orNull(TEXT),
  team: orNull(TEXT),
  groupBy: orNull(TEXT),
  sort: orNull(oneOf(TRACE_SORTS)),
  columns: orNull(TEXT_ARRAY),
  chart: orNull(TEXT),
};

export class SavedViews {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(sql: SqlClient, workspaceId: number) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'saved_view',
      noun: 'saved view',
      spec: SPEC,
      select: {
        name: 't.name',
        query: 't.query',
        last: 't.last',
        from: 't.from_time',
        to: 't.to_time',
        environment: 't.environment',
        serviceVersion: 't.service_version',
        team: 't.team',
        groupBy: 't.group_by',
        sort: 't.sort',
        columns: 't.columns',
        chart: 't.chart',
      },
    });
  }

  /** Oldest first. */
  list(): Promise<SavedView[]> {
    return this.table.all();
  }

  create(edit: SavedViewEdit): Promise<SavedView> {
    return this.table.insert(values(edit));
  }

  /** @param version of what was changed. @throws SpoorError NOT_FOUND, CONFLICT when somebody else was first */
  update(id: string, version: number, edit: SavedViewEdit): Promise<SavedView> {
    return this.table.update(id, version, values(edit));
  }

  /** @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }
}

function values(edit: SavedViewEdit): ColumnValues {
  const { name, query, last, from, to, environment, serviceVersion, team, groupBy, sort, columns, chart } = edit;
  return {
    name: clean(name),
    query: clean(query),
    last: clean(last),
    from_time: clean(from),
    to_time: clean(to),
    environment: clean(environment),
    service_version: clean(serviceVersion),
    team: clean(team),
    group_by: clean(groupBy),
    sort,
    'columns::text[]': columns?.map(clean) ?? null,
    chart: clean(chart),
  };
}
