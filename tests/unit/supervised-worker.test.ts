import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { SupervisedWorker } from '../../electron/host/supervised-worker';

it('starts a thread anew with other data without calling that a crash, and a crash one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spoor-worker-'));
  const file = join(folder, 'worker.cjs');
  await writeFile(
    file,
    `const { parentPort, workerData } = require('node:worker_threads');
     parentPort.postMessage(workerData);
     parentPort.on('message', () => process.exit(0));`,
  );
  let port = 1;
  const [heard, crashes]: [unknown[], string[]] = [[], []];
  const worker = new SupervisedWorker('gateway', file, () => port, {
    onStart: () => {},
    onMessage: (message) => heard.push(message),
    onCrash: (reason) => crashes.push(reason),
  });
  const until = (count: number) => vi.waitFor(() => expect(heard).toHaveLength(count), 60_000);
  worker.start();
  await until(1);
  port = 2;
  await worker.restart();
  await until(2);
  expect([heard, crashes]).toEqual([[1, 2], []]);
  await worker.crash();
  await until(3);
  expect(crashes).toEqual(['exit code 1']);
  await worker.close();
  await rm(folder, { recursive: true, force: true });
});
