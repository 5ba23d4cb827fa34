/** Files in: `POST /v1/import` and `spoor import` against a real process. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileImportReport } from '../../core/api/file-import';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { connectRpc } from '../../services/net/rpc-client';
import { packFile } from '../../workers/sync/spoor-file';
import { preparedFolder } from '../fixtures/prepared-folder';
import { CLI, type RunningSpoor, runSpoor, startSpoor } from '../fixtures/spoor';

const CASES = process.env.SPOOR_CASES ?? join(process.cwd(), '..', 'shared', 'cases');

let folder: Awaited<ReturnType<typeof preparedFolder>>;
let spoor: RunningSpoor;
beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(join(folder.path, 'data'));
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

const trace = (n: number) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'imported' } }] },
      scopeSpans: [
        {
          spans: Array.from({ length: 3 }, (_, i) => ({
            traceId: n.toString(16).padStart(32, '0'),
            spanId: (n * 10 + i + 1).toString(16).padStart(16, '0'),
            parentSpanId: i === 0 ? '' : (n * 10 + 1).toString(16).padStart(16, '0'),
            name: `step ${i}`,
            startTimeUnixNano: String(1_700_000_000_000_000_000n + BigInt(i)),
            endTimeUnixNano: String(1_700_000_001_000_000_000n),
          })),
        },
      ],
    },
  ],
});

async function post(body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(`${spoor.ready.ui}/v1/import`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${spoor.ready.token}`, ...headers },
  });
  return {
    status: response.status,
    body: (await response.json()) as FileImportReport & { error?: { message: string } },
  };
}

async function counts() {
  const { body } = await spoor.get<{ counts: { traces: number; spans: number } }>('/v1/status');
  return body.counts;
}

describe('POST /v1/import', () => {
  it('stores a packed file of lines, once however often it comes', async () => {
    const file = gzipSync([1, 2, 3].map((n) => JSON.stringify(trace(n))).join('\n'));
    const before = await counts();
    for (const duplicates of [0, 9]) {
      expect(await post(file)).toMatchObject({
        status: 200,
        body: { formats: ['otlp'], documents: 3, spans: 9, duplicates, rejected: 0, rejectedDocuments: 0 },
      });
    }
    // A store that does not answer at once is shown as it was.
    await expect
      .poll(
        async () => {
          const after = await counts();
          return [after.traces - before.traces, after.spans - before.spans];
        },
        { timeout: 60_000 },
      )
      .toEqual([3, 9]);
    const { body } = await spoor.get('/v1/traces/00000000000000000000000000000002');
    expect(body).toMatchObject({ rootName: 'step 0', rootService: 'imported', spanCount: 3, incomplete: false });
  });

  it('stores a .spoor file', async () => {
    const request = protobufFromTraceJson(trace(20));
    const file = packFile({ requests: [request], objects: [] }, { traces: 1, spans: 3 });
    expect(await post(Buffer.from(file))).toMatchObject({ status: 200, body: { formats: ['spoor'], spans: 3 } });
    expect((await spoor.get('/v1/traces/00000000000000000000000000000014')).status).toBe(200);
  });

  it('takes more than any request may have, in pieces', async () => {
    const wide = JSON.stringify(trace(30)).replaceAll('step', `step ${'x'.repeat(50_000)}`);
    const lines = `${wide}\n`.repeat(150);
    expect(Buffer.byteLength(lines)).toBeGreaterThan(20 * 1024 * 1024);
    expect(await post(lines)).toMatchObject({ status: 200, body: { documents: 150, rejected: 0 } });
  });

  it('says what a file is that it does not read, and what is asked of a form', async () => {
    expect(await post('{"log":{"version":"1.2","entries":[]}}')).toMatchObject({
      status: 400,
      body: { error: { code: 'VALIDATION_ERROR', message: expect.stringContaining('a HAR file') } },
    });
    const form = new FormData();
    form.set('file', new Blob(['{}']));
    expect(await post(form)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('--data-binary') } },
    });
    expect((await fetch(`${spoor.ready.ui}/v1/import`, { method: 'POST', body: '{}' })).status).toBe(401);
  });
});

describe.runIf(existsSync(CASES))('a file of Jaeger', () => {
  it('is the trace that it was made from', async () => {
    const folderOfPair = join(CASES, '05-jaeger-otlp-pairs');
    const report = await post(readFileSync(join(folderOfPair, 'otlp2jaeger-out.json')));
    expect(report).toMatchObject({ status: 200, body: { formats: ['jaeger'], rejected: 0 } });
    const before = await counts();
    const otlp = await post(readFileSync(join(folderOfPair, 'otlp2jaeger-in.json')));
    expect(otlp).toMatchObject({ status: 200, body: { spans: report.body.spans } });
    expect((await counts()).traces).toBe(before.traces);
  });
});

it('a page gives a file in parts', async () => {
  const page = await connectRpc(spoor.ready.ui, spoor.ready.token);
  const bytes = new TextEncoder().encode(JSON.stringify(trace(50)));
  const importId = 'of-a-page';
  expect(await page.api.importPart({ importId, bytes: bytes.slice(0, 100), isFirst: true, isLast: false })).toBeNull();
  expect(await page.api.importPart({ importId, bytes: bytes.slice(100), isFirst: false, isLast: true })).toMatchObject({
    spans: 3,
  });
  page.close();
});

it('a page gives a file up: what was read of it is stored, and its place is free', async () => {
  const page = await connectRpc(spoor.ready.ui, spoor.ready.token);
  const line = new TextEncoder().encode(`${JSON.stringify(trace(60))}\n${'{"resourceSpans":['}`);
  for (let n = 0; n < 6; n++) {
    expect(
      await page.api.importPart({ importId: `given up ${n}`, bytes: line, isFirst: true, isLast: false }),
    ).toBeNull();
    await page.api.cancelImport(`given up ${n}`);
  }
  await page.api.cancelImport('never begun');
  page.close();
});

describe('spoor import', () => {
  const args = () => ['--data-dir', join(folder.path, 'data')];

  it('takes files one after the other, and says of each what became of it', async () => {
    const good = join(folder.path, 'good.json');
    const bad = join(folder.path, 'bad.json');
    await writeFile(good, JSON.stringify(trace(40)));
    await writeFile(bad, '{"half": ');
    const { code, stdout, stderr } = await runSpoor(['import', bad, join(folder.path, 'none.json'), good, ...args()]);
    expect(stdout).toBe(`${good}: 3 spans (otlp)\n`);
    expect(stderr).toMatch(/bad\.json: Nothing was imported: it is not JSON/);
    expect(stderr).toMatch(/none\.json: .*no such file/);
    expect(stderr).toMatch(/2 of 3 files could not be imported/);
    expect(code).toBe(1);
  });

  it('reads standard input', async () => {
    const child = spawn(process.execPath, [CLI, 'import', '-', '--json', ...args()], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(JSON.stringify(trace(41)));
    let stdout = '';
    for await (const chunk of child.stdout) stdout += chunk;
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', spans: 3, formats: ['otlp'] });
  });

  it('is told that it needs files', async () => {
    expect(await runSpoor(['import', ...args()])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('takes files'),
    });
  });
});

describe.runIf(existsSync(CASES))('files of other projects', () => {
  it.each([
    ['03-otel-demo-capture-mixed', { formats: ['otlp'], spans: 547, logRecords: 23, rejectedDocuments: 0 }],
    ['07-zipkin', { formats: ['zipkin'], rejectedDocuments: 0 }],
    ['11-chrome-trace-event', { formats: ['chrome-trace'], documents: 1, rejectedDocuments: 0 }],
  ])('%s', async (name, expected) => {
    for (const file of readdirSync(join(CASES, name)).filter((one) => /\.jsonl?$/.test(one))) {
      const report = await post(readFileSync(join(CASES, name, file)));
      expect([file, report]).toEqual([file, { status: 200, body: expect.objectContaining(expected) }]);
    }
  });
});
