/** Desktops whose clocks are wrong by a day, each in processes of its own. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { type Desktop, has, isSettled, noteOf, signIn, startDesktop, write } from '../fixtures/sharing-desktop';
import { temporaryFolder } from '../fixtures/spoor';
import { makeKeys, type Owner, setUpOwner, startTeamServer, type TeamServer } from '../fixtures/team-server';

const DAY_MS = 86_400_000;
const SOON = { timeout: 60_000 };

let postgres: TestPostgres;
let server: TeamServer;
let owner: Owner;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  postgres = await startPostgres();
  folder = await temporaryFolder();
  server = await startTeamServer(await postgres.createServed());
  owner = await setUpOwner(server);
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
  await folder?.remove();
});

async function signedIn(name: string, skewMs: number, projectId: string): Promise<Desktop> {
  const one = await startDesktop(join(folder.path, name), null, skewMs);
  await signIn(one, server.url, owner.client, { projectId });
  return one;
}

const settled = (one: Desktop) => expect.poll(() => isSettled(one), SOON).toBe(true);

it('what is written last stands, and of what two wrote at once both is kept, whatever their clocks say', async () => {
  const { projectId } = await makeKeys(owner.client);
  const ahead = await signedIn('ahead', DAY_MS, projectId);
  const behind = await signedIn('behind', -DAY_MS, projectId);
  try {
    const apart = Date.parse((await ahead.api.syncReport()).link?.connectedAt ?? '');
    expect(apart - Date.now()).toBeGreaterThan(DAY_MS - 60_000);
    const traceId = await ahead.send();
    await ahead.api.share({ traceId, sessionId: null });
    await write(ahead, traceId, 'by the clock that is ahead');
    await expect.poll(() => noteOf(behind, traceId), SOON).toBe('by the clock that is ahead');
    await expect.poll(() => has(behind, traceId), SOON).toBe(true);
    // Two days before, by its own clock.
    await write(behind, traceId, 'and after it by the one that is behind');
    await expect.poll(() => noteOf(ahead, traceId), SOON).toBe('and after it by the one that is behind');
    await settled(behind);
    await settled(ahead);

    for (const one of [ahead, behind]) await one.api.pauseSync(true);
    await write(ahead, traceId, 'ahead, alone');
    await write(behind, traceId, 'behind, alone');
    for (const one of [ahead, behind]) await one.api.pauseSync(false);
    await expect.poll(() => noteOf(ahead, traceId), SOON).toContain('behind, alone');
    await expect.poll(() => noteOf(behind, traceId), SOON).toContain('ahead, alone');
    for (const one of [ahead, behind]) await settled(one);
    expect(await noteOf(ahead, traceId)).toBe(await noteOf(behind, traceId));
    expect([(await ahead.api.syncConflicts()).length + (await behind.api.syncConflicts()).length]).toEqual([1]);
  } finally {
    for (const one of [ahead, behind]) await one.stop();
  }
});
