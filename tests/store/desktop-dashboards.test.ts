/** Dashboards of a desktop whose rules take out more than a server's: they stay dashboards. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DashboardPanel } from '../../core/api/dashboard';
import { NO_CHOICE } from '../../core/api/sync-state';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { DesktopStore } from '../../workers/store/desktop-store';

const PANEL: DashboardPanel = { id: 'a', title: '', width: 'half', kind: 'spans', query: '{ } | rate()' };
let folder: string;
let store: DesktopStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoor-dashboards-'));
  await mkdir(join(folder, 'data'));
  store = new DesktopStore(
    {
      dataDir: join(folder, 'data'),
      templateDir: null,
      retention: { days: null, bytes: null, spans: null },
      searchesPrompts: true,
      redaction: { ...DEFAULT_REDACTION, patterns: [{ name: 'customer', pattern: 'acct.*' }] },
      databaseEnds: [],
    },
    () => {},
    (error) => {
      throw error;
    },
  );
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

it('of a teammate, their texts are cleaned one by one, whichever way they come', async () => {
  await store.setSyncLink({
    ...NO_CHOICE,
    server: 'https://team.example',
    clientId: 'c',
    workspace: { id: 'w', name: 'Team' },
    account: null,
    role: null,
    permissions: [],
    projects: [],
    members: [],
    paused: false,
    connectedAt: '2026-01-01T00:00:00Z',
  });
  const object = (n: number) => ({
    kind: 'dashboard' as const,
    id: `00000000-0000-4000-8000-00000000000${n}`,
    stamp: `018c2500000${n}-0000-aaaaaaaa`,
    fields: {
      name: `${n} acct 1`,
      panels: JSON.stringify([{ ...PANEL, title: 'acct 7' }]),
      createdAt: `2026-01-0${n}T00:00:00Z`,
    },
  });
  const remote = (n: number) => ({ ...object(n), recent: [object(n).stamp] });
  const cleaned = [{ ...PANEL, title: '[redacted customer]' }];
  await store.apply({ objects: [remote(1)], traces: [], removed: [], events: [] }, null);
  await store.takeObjects([object(2)]);
  expect(await store.listDashboards()).toMatchObject([
    { name: '1 [redacted customer]', panels: cleaned },
    { name: '2 [redacted customer]', panels: cleaned },
  ]);
  const theirs = { ...remote(1), stamp: '018c25000009-0000-aaaaaaaa', recent: ['018c25000009-0000-aaaaaaaa'] };
  const fields = { ...theirs.fields, panels: JSON.stringify([{ ...PANEL, title: 'acct 8', width: 'full' }]) };
  const pushed = { ...object(1), base: object(1).stamp };
  await store.settle([{ pushed, result: { state: 'conflict', current: { ...theirs, fields } } }], '1');
  expect((await store.listDashboards())[0]?.panels).toEqual([{ ...cleaned[0], width: 'full' }]);
});

it('with a text that would grow too long are refused, and keep nobody from the others', async () => {
  const title = `${'x '.repeat(100)}password=Zq7!xK9w1`.slice(-200);
  const before = await store.listDashboards();
  await expect(store.createDashboard({ name: 'Shop', panels: [{ ...PANEL, title }] })).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
    message: expect.stringContaining('panels.0.title'),
  });
  expect(await store.listDashboards()).toEqual(before);
  const made = await store.createDashboard({ name: 'Shop', panels: [PANEL] });
  const change = { name: 'Shop', panels: [{ ...PANEL, title }] };
  await expect(store.updateDashboard(made.id, made.version, change)).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
  });
  expect((await store.listDashboards()).at(-1)).toEqual(made);
});
