/** Parts of files that come in: what never ends holds no more memory than one file may have. */
import { afterEach, expect, it, vi } from 'vitest';
import { FileTransfer } from '../../../workers/sync/file-transfer';
import { packFile } from '../../../workers/sync/spoor-file';

const FILE = Uint8Array.from(packFile({ requests: [], objects: [] }, { traces: 0, spans: 0 }));
const HALF = Math.ceil(FILE.length / 2);
const REPORT = { traces: 0, spans: 0, objects: 0, objectsKept: 0, traceId: null };

function transfer(maxBytes?: number) {
  const replica = {
    tracesOf: async () => [],
    spanCount: async () => 0,
    spansOfTraces: async () => ({ request: new Uint8Array(0), spans: 0 }),
    objectsAbout: async () => [],
    takeRequest: async () => ({ traceIds: [], spans: 0 }),
    takeObjects: async () => 0,
  };
  const files = new FileTransfer(replica, maxBytes);
  return {
    files,
    begin: (uploadId: string) => files.take({ uploadId, bytes: FILE.slice(0, HALF), isLast: false }),
    end: (uploadId: string) => files.take({ uploadId, bytes: FILE.slice(HALF), isLast: true }),
    add: (uploadId: string, bytes: Uint8Array<ArrayBuffer>) => files.take({ uploadId, bytes, isLast: false }),
  };
}

it('takes files side by side, each in parts', async () => {
  const { begin, end } = transfer();
  for (const id of ['a', 'b', 'c', 'd']) expect(await begin(id)).toBeNull();
  for (const id of ['c', 'a', 'd', 'b']) expect(await end(id)).toEqual(REPORT);
});

it('forgets the oldest of those that were never ended, by their number and their bytes', async () => {
  const many = transfer();
  for (const id of ['a', 'b', 'c', 'd', 'e']) await many.begin(id);
  await expect(many.end('a')).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  expect(await many.end('b')).toEqual(REPORT);
  const large = transfer(FILE.length);
  for (const id of ['a', 'b', 'c']) await large.begin(id);
  await expect(large.end('a')).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  expect(await large.end('c')).toEqual(REPORT);
});

it('refuses what is too large, and a part for every byte', async () => {
  await expect(transfer(10).begin('a')).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  const { add } = transfer();
  const all = async () => {
    for (let i = 0; i < 5_000; i++) await add('a', Uint8Array.of(1));
  };
  await expect(all()).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});

afterEach(() => vi.useRealTimers());

it('lets go of a file that is given up, and of one whose sender says nothing for a minute', async () => {
  vi.useFakeTimers();
  const { files, begin, add, end } = transfer();
  await begin('a');
  await begin('b');
  expect(files.heldBytes).toBe(2 * HALF);
  files.forget('a');
  expect(files.heldBytes).toBe(HALF);
  vi.advanceTimersByTime(50_000);
  await add('b', new Uint8Array(0));
  vi.advanceTimersByTime(50_000);
  expect(files.heldBytes).toBe(HALF);
  vi.advanceTimersByTime(20_000);
  expect(files.heldBytes).toBe(0);
  await begin('c');
  expect(await end('c')).toEqual(REPORT);
  expect(files.heldBytes).toBe(0);
});

it('writes two files at once: each is held as a whole', async () => {
  const { files } = transfer();
  const target = { traceId: 'a', sessionId: null };
  const [first, second, third] = await Promise.allSettled([1, 2, 3].map(() => files.export(target)));
  expect([first?.status, second?.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(third).toMatchObject({ reason: { code: 'RATE_LIMITED' } });
  expect((await files.export(target)).length).toBeGreaterThan(0);
});
