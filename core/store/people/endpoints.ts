/** Where models answer that prompts are tried on. */
import type { EndpointEdit, StoredEndpoint } from '../../api/playground';
import { TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type ColumnValues, clean, VersionedTable } from '../sql/versioned-table';

const SPEC = { name: TEXT, baseUrl: TEXT, model: TEXT };

export class Endpoints {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(sql: SqlClient, workspaceId: number) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'endpoint',
      noun: 'endpoint',
      spec: SPEC,
      select: { name: 't.name', baseUrl: 't.base_url', model: 't.model' },
    });
  }

  /** Oldest first. */
  list(): Promise<StoredEndpoint[]> {
    return this.table.all();
  }

  /** @throws SpoorError NOT_FOUND */
  get(id: string): Promise<StoredEndpoint> {
    return this.table.get(id);
  }

  create(edit: EndpointEdit): Promise<StoredEndpoint> {
    return this.table.insert(values(edit));
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  update(id: string, version: number, edit: EndpointEdit): Promise<StoredEndpoint> {
    return this.table.update(id, version, values(edit));
  }

  /** @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }
}

function values({ name, baseUrl, model }: EndpointEdit): ColumnValues {
  return { name: clean(name), base_url: clean(baseUrl), model: clean(model) };
}
