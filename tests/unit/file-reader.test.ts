/** The thread that reads files ends when memory does, and when nobody sends anything: whoever sends hears why, and no half of a file is taken for all. */
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { FileReader } from '../../workers/ingest/file-reader';

const LINE = '{"resourceSpans":[]}\n';
const MEMORY = { maxOldGenerationSizeMb: 128 };

const logged: unknown[] = [];
const readerOfFiles = () =>
  new FileReader(
    { store: () => Promise.reject(new Error('nothing is stored here')) },
    join(__dirname, '../fixtures/file-reader.cjs'),
    (_, __, fields) => logged.push(fields?.error),
    MEMORY,
  );
let reader = readerOfFiles();
afterEach(() => reader.close());

const send = (importId: string, text: string, isFirst = true, isLast = false) =>
  reader.take({ importId, bytes: new TextEncoder().encode(text), isFirst, isLast });

it('says that a file needs more memory than there is, and reads the next at once', async () => {
  await send('paused', LINE);
  const failing = send('large', 'too much', true, true).catch((error: unknown) => error);
  expect(await failing).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: expect.stringContaining('the file takes'),
  });
  expect(logged).toEqual([expect.stringContaining('out of memory')]);
  // Both are gone with the thread: neither call waits for another.
  await reader.cancel('large');
  await reader.cancel('never begun');
  await expect(send('paused', LINE, false, true)).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('given up before its last part'),
  });
  expect(await send('next', LINE, true, true)).toMatchObject({ documents: 1 });
});

it('does not say of one file what several did together', async () => {
  const failing = ['small', 'large'].map((id) => send(id, id === 'large' ? 'too much' : 'wait'));
  for (const { reason } of (await Promise.allSettled(failing)) as { reason?: unknown }[]) {
    expect(reason).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('one after the other'),
    });
  }
});

it('gives up a file whose thread ended meanwhile, and takes it when it is sent again', async () => {
  await send('slow', LINE);
  await reader.close();
  await expect(send('slow', LINE, false, true)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await send('slow', LINE);
  expect(await send('slow', LINE, false, true)).toMatchObject({ documents: 2 });
});

it('takes no rest for a file where the receiver itself started again between two parts', async () => {
  await send('halved', LINE);
  await reader.close();
  reader = readerOfFiles();
  await expect(send('halved', LINE, false)).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('send it again'),
  });
  await expect(send('halved', LINE, false, true)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});
