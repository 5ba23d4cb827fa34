/** What commands do to the Spoor that they start in the background, with real processes in its place. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinRuns, stopSpoor } from '../../electron/cli/background';
import { StartError } from '../../services/store/start-error';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'spoor-background-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a Spoor that is stopped', () => {
  it('has ended when its process has', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    expect(await stopSpoor(child.pid as number)).toBe(true);
    await ended;
    expect(await stopSpoor(child.pid as number)).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('has ended although its parent does not look after it', async () => {
    // The shell becomes a program that waits for no child.
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
      // As a shell it would still look after it.
      await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'latin1')).toBe('sleep\n');
      expect(await stopSpoor(pid)).toBe(true);
      expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z ');
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

describe('a run', () => {
  it('is known to others while Spoor is looked for, and no longer where that fails', async () => {
    const script = join(folder, 'spoor.cjs');
    const seen = join(folder, 'seen.json');
    writeFileSync(
      script,
      `require('fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(require('fs').readdirSync(${JSON.stringify(folder)})));
       process.stderr.write('spoor: It does not start.\\n');
       process.exitCode = 1;`,
    );
    const own = process.argv[1] as string;
    process.argv[1] = script;
    try {
      const options = { dataDir: folder, token: null, json: false, sample: false, warnings: [] };
      await expect(joinRuns(options, process.env)).rejects.toThrow(new StartError('It does not start.'));
    } finally {
      process.argv[1] = own;
    }
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toContain(`spoor-run-${process.pid}`);
    expect(readdirSync(folder).filter((name) => name.startsWith('spoor-run-'))).toEqual([]);
  });
});
