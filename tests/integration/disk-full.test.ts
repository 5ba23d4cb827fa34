/** A disk that runs full and gets room again, for real: a small tmpfs, which takes the right to mount one. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBatch } from '../bench/load';
import { eventually, type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';

const BATCH_SPANS = 1_000;

function mount(path: string, megabytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function canMount(): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = await temporaryFolder();
  const mounted = mount(folder.path, 1);
  if (mounted) execFileSync('umount', [folder.path]);
  await folder.remove();
  return mounted;
}

const possible = await canMount();
if (!possible) process.stderr.write('disk-full tests need root and the right to mount a tmpfs: skipped\n');

describe.skipIf(!possible)('a full disk', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let disk: string;
  let spoor: RunningSpoor | null = null;
  beforeEach(async () => {
    folder = await temporaryFolder();
    disk = join(folder.path, 'disk');
    await mkdir(disk);
    expect(mount(disk, 90)).toBe(true);
  });
  afterEach(async () => {
    await spoor?.stop();
    spoor = null;
    execFileSync('umount', ['-l', disk]);
    await folder.remove();
  });

  const ballast = () => join(disk, 'ballast');
  /** Takes all room that is left, or `megabytes` of it. */
  const fill = (megabytes = Number.POSITIVE_INFINITY): void => {
    const file = openSync(ballast(), 'a');
    const block = new Uint8Array(256 * 1024);
    try {
      for (let written = 0; written < megabytes * 4; written++) writeSync(file, block);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    } finally {
      closeSync(file);
    }
  };

  const send = (n: number) => (spoor as RunningSpoor).post('/v1/traces', loadBatch(n) as Uint8Array<ArrayBuffer>);
  const status = async () =>
    (
      await (spoor as RunningSpoor).get<{ counts: { spans: number }; store: object; disk: { full: boolean } }>(
        '/v1/status',
      )
    ).body;

  it('is refused with 503 and a reason, lets all be read, and is over when there is room', async () => {
    spoor = await startSpoor(join(disk, 'data'));
    expect((await send(0)).status).toBe(200);
    fill();
    const refused = await send(1);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.text()).toMatch(/The disk is full: .* are free at .*\. Free some space/);
    expect(await status()).toMatchObject({ store: { state: 'ready' }, disk: { full: true } });
    expect((await spoor.get('/v1/traces')).status).toBe(200);
    rmSync(ballast());
    expect((await send(1)).status).toBe(200);
    expect(await status()).toMatchObject({ counts: { spans: 2 * BATCH_SPANS }, disk: { full: false } });
  });

  it('that another program fills under load loses nothing acknowledged', async () => {
    spoor = await startSpoor(join(disk, 'data'));
    expect((await send(0)).status).toBe(200);
    const acknowledged = new Set([0]);
    let next = 1;
    let stop = false;
    const sender = async (): Promise<void> => {
      while (!stop) {
        const n = next++;
        const answer = await send(n).catch(() => null);
        if (answer?.status === 200) acknowledged.add(n);
        else expect(answer?.status ?? 503).toBe(503);
      }
    };
    const senders = [sender(), sender()];
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      fill();
      await new Promise((resolve) => setTimeout(resolve, 300));
      rmSync(ballast());
      execFileSync('mount', ['-o', `remount,size=${120 + round * 40}m`, disk]);
      const before = acknowledged.size;
      // The database is opened again after every time it could not write: that takes a while where more runs beside it.
      await eventually(async () => acknowledged.size > before);
    }
    stop = true;
    await Promise.all(senders);
    // A batch that was committed and not answered is there too; sent again, all are, and none twice.
    const stored = (await status()).counts.spans;
    expect(stored).toBeGreaterThanOrEqual(acknowledged.size * BATCH_SPANS);
    for (const n of acknowledged) expect((await send(n)).status).toBe(200);
    expect((await status()).counts.spans).toBe(stored);
  });

  it('at the start is said, and the database opens when there is room', async () => {
    fill(80);
    spoor = await startSpoor(join(disk, 'data'));
    await eventually(async () => /disk is full/.test(JSON.stringify((await status()).store)));
    expect((await send(0)).status).toBe(503);
    rmSync(ballast());
    await eventually(async () => (await send(0)).status === 200);
    expect(await status()).toMatchObject({ counts: { spans: BATCH_SPANS }, store: { state: 'ready' } });
  });
});
