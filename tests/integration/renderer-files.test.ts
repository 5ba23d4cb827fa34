/** What a browser fetches before the first screen shows: little, compressed, and kept. */
import { get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';

/** Of all code and styles, gzipped. */
const FIRST_SCREEN_BYTES = 350_000;

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

async function fetchRaw(path: string, encoding: string): Promise<{ response: IncomingMessage; body: Buffer }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${spoor.ready.ui}${path}`, { headers: { 'accept-encoding': encoding } }, resolve).on('error', reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { response, body: Buffer.concat(chunks) };
}

it('the first screen takes at most 350 kB of gzipped code and styles, and the other screens wait', async () => {
  const page = (await fetchRaw('/', 'identity')).body.toString();
  const bytes = new Map<string, number>();
  const follow = async (path: string): Promise<string> => {
    const { response, body } = await fetchRaw(path, 'gzip');
    expect(response.statusCode).toBe(200);
    bytes.set(path, body.length);
    // What is too small to gain comes as it is.
    const isCompressed = response.headers['content-encoding'] === 'gzip';
    expect(isCompressed || body.length < 1_000).toBe(true);
    const code = (isCompressed ? gunzipSync(body) : body).toString();
    for (const [, name] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
      if (!bytes.has(`/assets/${name}`)) await follow(`/assets/${name}`);
    }
    return code;
  };
  const linked = [...page.matchAll(/(?:src|href)="\.(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '');
  const codes = await Promise.all(linked.map(follow));
  const first = /\.\/(TracesPage-[^"']+\.js)/.exec(codes.join(''))?.[1];
  await follow(`/assets/${first}`);
  const total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(100_000);
  expect(total).toBeLessThan(FIRST_SCREEN_BYTES);
  expect([...bytes.keys()].filter((path) => /(Trace|Home|Team|Playground|Compare)Page-/.test(path))).toEqual([]);
});

it('files come compressed as the client takes them, the same in each form, and are kept by their names', async () => {
  const page = (await fetchRaw('/', 'identity')).body.toString();
  const path = /src="\.(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '';
  const plain = await fetchRaw(path, 'identity');
  const brotli = await fetchRaw(path, 'gzip, deflate, br, zstd');
  const refused = await fetchRaw(path, 'br;q=0, gzip;q=0.5');
  expect(plain.response.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  });
  expect(plain.response.headers['content-encoding']).toBeUndefined();
  expect(brotli.response.headers['content-encoding']).toBe('br');
  expect(refused.response.headers['content-encoding']).toBe('gzip');
  expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
  expect(gunzipSync(refused.body).equals(plain.body)).toBe(true);
});
