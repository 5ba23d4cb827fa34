/** Parts of files that come in: what never ends holds no more memory than one file may have. */
import { expect, it } from 'vitest';
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
