/** Dashboards, on both engines: kept in their order, changed by whoever saw the newest version, shared as saved views are. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DashboardEdit } from '../../core/api/dashboard';
import { NO_CHOICE, type SyncLink } from '../../core/api/sync-state';
import { Dashboards } from '../../core/store/people/dashboards';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { writeLink } from '../../core/store/sync/link';
import { StoredReplica } from '../../core/store/sync/replica';
import { SyncEngine } from '../../core/sync/engine';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { MemoryServer } from '../fixtures/sync/memory-server';

const BOARD: DashboardEdit = {
  name: 'Shop',
  panels: [
    { id: 'b', title: '', width: 'half', kind: 'spans', query: '{ name = "a\u0000b" } | rate()' },
    {
      id: 'a',
      title: 'Memory',
      width: 'third',
      kind: 'metric',
      metric: 'process.memory',
      aggregate: null,
      groupBy: ['host.name'],
      filter: '',
    },
    { id: 'c', title: '', width: 'full', kind: 'logs', query: 'severity>=warn', show: 'list' },
  ],
};
const LINK: SyncLink = {
  server: 'http://127.0.0.1:1',
  clientId: 'replica',
  workspace: { id: 'w', name: 'Acme' },
  account: { id: 'a', name: 'Ann' },
  role: 'member',
  permissions: ['notes:write', 'rules:write', 'traces:share'],
  projects: [],
  members: [],
  paused: false,
  connectedAt: '2026-01-01T00:00:00Z',
  ...NO_CHOICE,
};

describe.each([pgliteDatabases(), postgresDatabases()])('dashboards on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let dashboards: Dashboards;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    await sql.query("insert into workspace (id, name) values (2, 'Other')");
    dashboards = new Dashboards(sql, 1);
  });
  afterEach(() => drop());

  it('are kept as they were written, in the order of their panels, each workspace its own', async () => {
    const made = await dashboards.create(BOARD);
    expect(made).toMatchObject({ ...BOARD, version: 1 });
    expect(await dashboards.list()).toEqual([made]);
    const others = new Dashboards(sql, 2);
    expect(await others.list()).toEqual([]);
    await expect(others.remove(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tell who changes an old version, and are gone when they were deleted', async () => {
    const made = await dashboards.create(BOARD);
    const [first = made.panels[0]] = made.panels;
    if (!first) throw new Error('no panel');
    const changed = await dashboards.update(made.id, 1, { name: 'Shop 2', panels: [first] });
    expect(changed).toMatchObject({ name: 'Shop 2', panels: [{ id: 'b' }], version: 2 });
    await expect(dashboards.update(made.id, 1, BOARD)).rejects.toMatchObject({ code: 'CONFLICT' });
    await dashboards.remove(made.id);
    expect(await dashboards.list()).toEqual([]);
    await expect(dashboards.update(made.id, 2, BOARD)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('one that cannot be read is shown without panels, can be deleted, and keeps nobody from the others', async () => {
    const [bad, good] = [await dashboards.create(BOARD), await dashboards.create(BOARD)];
    for (const panels of ['{', JSON.stringify([{ ...BOARD.panels[0], title: 'x'.repeat(201) }])]) {
      await sql.query('update dashboard set panels = $2 where id = $1::uuid', [bad.id, panels]);
      const all = await dashboards.list();
      expect(all.map(({ id, panels }) => [id, panels])).toEqual([
        [bad.id, []],
        [good.id, BOARD.panels],
      ]);
    }
    await dashboards.remove(bad.id);
    expect(await dashboards.list()).toEqual([good]);
  });

  it('go to the team with saved views, come back changed, and keep both sides of a conflict', async () => {
    const nonce = (): string => randomBytes(4).toString('hex');
    const append = async (): Promise<void> => {};
    const replica = new StoredReplica({ sql, workspaceId: 1, codec: deflateCodec, append, nowMs: Date.now, nonce });
    const server = new MemoryServer(Date.now, nonce);
    const engine = new SyncEngine(replica, server.remoteOf('replica'));
    await writeLink(sql, 1, LINK);
    const { id } = await dashboards.create(BOARD);
    await engine.round();
    expect(server.objects()).toEqual([]);
    await writeLink(sql, 1, { ...LINK, sharesViews: true });
    await engine.round();
    const [there] = server.objects();
    const fields = there?.fields;
    if (!fields || typeof fields.panels !== 'string') throw new Error('it did not arrive');
    expect([there?.kind, fields.name, JSON.parse(fields.panels)[1]]).toEqual(['dashboard', 'Shop', BOARD.panels[1]]);
    server.write('dashboard', id, { ...fields, name: 'Theirs' });
    await dashboards.update(id, 1, { ...BOARD, panels: [] });
    await engine.round();
    expect((await dashboards.list())[0]).toMatchObject({ name: 'Theirs', panels: [] });
    expect(await replica.conflicts()).toEqual([]);
    await dashboards.update(id, 3, { name: 'Mine', panels: [] });
    server.write('dashboard', id, { ...fields, panels: '[]', name: 'Theirs again' });
    await engine.round();
    expect(await replica.conflicts()).toMatchObject([
      { kind: 'dashboard', field: 'name', mine: 'Mine', theirs: 'Theirs again' },
    ]);
    server.write('dashboard', id, null);
    await engine.round();
    expect(await dashboards.list()).toEqual([]);
  });
});
