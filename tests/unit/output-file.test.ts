/** Files that commands write: whole, or not at all, and in words where they are not. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { saveStream } from '../../electron/cli/output-file';
import { StartError } from '../../services/store/start-error';

const LONG = { timeout: 60_000 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Begins, and ends when it is told how. */
function begun(): { content: Readable; end: (error: Error) => void } {
  const content = new Readable({ read: () => {} });
  content.push('begun');
  return { content, end: (error) => content.destroy(error) };
}

describe('a file that is saved', () => {
  it('is there when it is whole', async () => {
    await saveStream(Readable.from(['a', 'b']), join(folder, 'out.json'));
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe('ab');
    expect(readdirSync(folder)).toEqual(['out.json']);
  });

  it('in a folder that is not there is told in a line', async () => {
    const file = join(folder, 'no', 'out.json');
    const saved = saveStream(Readable.from(['a']), file);
    await expect(saved).rejects.toThrow(StartError);
    await expect(saved).rejects.toThrow(`${file} could not be written: ENOENT`);
  });

  it('leaves what was there where its content breaks off', async () => {
    const file = join(folder, 'out.json');
    writeFileSync(file, 'before');
    const { content, end } = begun();
    const saved = saveStream(content, file);
    await vi.waitUntil(() => existsSync(`${file}.partial`), LONG);
    end(new Error('terminated'));
    await expect(saved).rejects.toThrow(new StartError(`${file} could not be written: terminated.`));
    expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['out.json'], 'before']);
  });

  it.skipIf(process.platform === 'win32')('leaves nothing where a signal ends the command', async () => {
    const file = join(folder, 'out.json');
    const before = process.listenerCount('SIGHUP');
    const { content, end } = begun();
    const saved = saveStream(content, file).catch(() => {});
    await vi.waitUntil(() => existsSync(`${file}.partial`), LONG);
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
    try {
      process.kill(process.pid, 'SIGHUP');
      await vi.waitUntil(() => exit.mock.calls.length > 0, LONG);
      expect([exit.mock.calls[0], readdirSync(folder)]).toEqual([[128 + constants.signals.SIGHUP], []]);
    } finally {
      exit.mockRestore();
      end(new Error('over'));
      await saved;
    }
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });
});
