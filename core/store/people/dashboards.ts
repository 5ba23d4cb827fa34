/** Charts and lists that somebody put together (migration 036). */
import { type Dashboard, type DashboardEdit, readPanels } from '../../api/dashboard';
import { TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type ColumnValues, clean, VersionedTable } from '../sql/versioned-table';

const SPEC = { name: TEXT, panels: TEXT };

export class Dashboards {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(sql: SqlClient, workspaceId: number) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'dashboard',
      noun: 'dashboard',
      spec: SPEC,
      select: { name: 't.name', panels: 't.panels' },
    });
  }

  /** Oldest first. */
  async list(): Promise<Dashboard[]> {
    return (await this.table.all()).map(read);
  }

  async create(edit: DashboardEdit): Promise<Dashboard> {
    return read(await this.table.insert(values(edit)));
  }

  /** @param version of what was changed. @throws SpoorError NOT_FOUND, CONFLICT when somebody else was first */
  async update(id: string, version: number, edit: DashboardEdit): Promise<Dashboard> {
    return read(await this.table.update(id, version, values(edit)));
  }

  /** @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }
}

type Row = Awaited<ReturnType<VersionedTable<typeof SPEC>['get']>>;

function read({ panels, ...row }: Row): Dashboard {
  // What cannot be shown can be deleted, and keeps nobody from the others.
  return { ...row, panels: readPanels(panels) ?? [] };
}

function values({ name, panels }: DashboardEdit): ColumnValues {
  return { name: clean(name), panels: clean(JSON.stringify(panels)) };
}
