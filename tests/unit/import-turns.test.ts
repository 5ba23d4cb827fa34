/** A file that holds much of nothing ends at a count, and lets others have their turn before that. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hexOf } from '../../services/ingest/digest';
import { documentsOf } from '../../services/ingest/import/documents';
import { FileImport } from '../../services/ingest/import/file-import';

const MIB = 1024 * 1024;
const tools = { hexOf, nowNs: () => 1_700_000_000_000_000_000n };
const intake = {
  store: async () => ({ kept: 0, duplicates: 0, rejected: 0, reason: '', isUnderstood: true }),
};

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** How often others ran while `work` did. */
async function turnsOf(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const turn = (): void => {
    turns++;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work.catch(() => {});
  isDone = true;
  return turns;
}

async function linesIn(file: Uint8Array): Promise<number> {
  let count = 0;
  for await (const _ of documentsOf(pieces(file))) count++;
  return count;
}

describe('a file of lines', () => {
  const first = '{"resourceSpans":[]}\n';

  it('lets others have their turn at every 10,000 empty lines', async () => {
    const file = Buffer.from(first + '\n'.repeat(400_000) + first);
    expect(await linesIn(file)).toBe(2);
    expect(await turnsOf(linesIn(file))).toBeGreaterThanOrEqual(40);
  });

  it('ends at a million empty lines, however well they are packed', async () => {
    const newlines = Buffer.alloc(8 * MIB, '\n');
    const packed = gzipSync(Buffer.concat([Buffer.from(first), newlines]));
    expect(packed.length).toBeLessThan(10_000);
    const error = { code: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining('empty lines') };
    await expect(new FileImport(intake, tools).read(pieces(packed))).rejects.toMatchObject(error);
    const spaces = Buffer.from(first + ' \n'.repeat(1_000_001));
    await expect(linesIn(spaces)).rejects.toMatchObject(error);
  });

  it('ends at 100,000 documents that cannot be read', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(first);
      for (;;) {
        read += 1_000;
        yield Buffer.from('{}\n'.repeat(1_000));
      }
    }
    await expect(new FileImport(intake, tools).read(endless())).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('cannot be read'),
    });
    expect(read).toBeLessThanOrEqual(102_000);
  });
});
