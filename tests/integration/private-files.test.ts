/** Nobody else may read what is stored: by the modes of every file, however carelessly the folder and the umask were set before. */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { openToEverybody, openToOthers } from '../fixtures/modes';
import { runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { makeKeys, setUpOwner, startTeamServer } from '../fixtures/team-server';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir: string;
const umask = process.umask();
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'data');
  await mkdir(dataDir);
  await chmod(dataDir, 0o755);
  // What is started inherits it.
  process.umask(0);
});
afterEach(async () => {
  process.umask(umask);
  await folder.remove();
});

const spans = (n: number) => drawnSpans(traceIdOf(n), 'GET /a 0..100 web\n  SELECT 10..20 db');

it('the headless shell keeps all of its folder private, and closes one that was open', async () => {
  const first = await startSpoor(dataDir);
  expect((await first.post('/v1/traces', traceRequest(spans(1)))).status).toBe(200);
  expect(await openToOthers(dataDir)).toEqual([]);
  expect((await readdir(dataDir)).length).toBeGreaterThan(3);
  await expect.poll(() => first.errors()).toContain('could be looked into by other users');
  await first.stop();
  expect(await openToOthers(dataDir)).toEqual([]);
  await openToEverybody(dataDir);
  const again = await startSpoor(dataDir);
  expect((await again.post('/v1/traces', traceRequest(spans(2)))).status).toBe(200);
  expect(await openToOthers(dataDir)).toEqual([]);
  expect((await again.get(`/v1/traces/${traceIdOf(1)}`)).status).toBe(200);
  await again.stop();
  expect(await openToOthers(dataDir)).toEqual([]);
});

it('a folder that holds more than Spoor’s data, open to others, is refused and left as it is', async () => {
  await mkdir(join(dataDir, 'website'));
  const before = await openToOthers(dataDir);
  const { code, stderr } = await runSpoor(['serve', '--data-dir', dataDir]);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('holds more than Spoor') });
  expect(await openToOthers(dataDir)).toEqual(before);
});

it('the trial of the team server does the same', async () => {
  const first = await startTeamServer(dataDir);
  const owner = await setUpOwner(first);
  const keys = await makeKeys(owner.client);
  expect(await keys.ingest.export(spans(1))).toBe(200);
  expect(await openToOthers(dataDir)).toEqual([]);
  await expect.poll(() => first.errors()).toContain('could be looked into by other users');
  await first.stop();
  await openToEverybody(dataDir);
  const again = await startTeamServer(dataDir);
  expect(await keys.ingest.at(again.url).export(spans(2))).toBe(200);
  expect(await openToOthers(dataDir)).toEqual([]);
  await again.stop();
  expect(await openToOthers(dataDir)).toEqual([]);
});
