/** The program of `spoor run`: signals that we get are its own. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runProgram } from '../../electron/cli/run/program';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-program-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.skipIf(process.platform === 'win32').each(['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)(
  'gets %s',
  { timeout: 120_000 },
  async (signal) => {
    const ready = join(folder, 'ready');
    const program = `process.on('${signal}', () => process.exit(7));
      setInterval(() => {}, 1000);
      require('fs').writeFileSync(${JSON.stringify(ready)}, '');`;
    const before = process.listenerCount(signal);
    const ended = runProgram(process.execPath, ['-e', program], process.env);
    await vi.waitUntil(() => existsSync(ready), { timeout: 60_000 });
    process.kill(process.pid, signal);
    expect(await ended).toEqual({ code: 7, signal: null, problem: null });
    expect(process.listenerCount(signal)).toBe(before);
  },
);
