/** Files and bodies that strangers may have made, against a running process: each is read or refused by name, and others notice nothing. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileImportReport } from '../../core/api/file-import';
import type { LogPage } from '../../core/api/logs';
import { half } from '../fixtures/half-request';
import { answeredWhileRead, cutOffJson, MIB } from '../fixtures/hostile-requests';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';

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

/** Exports that are answered before the last bytes of a large body arrive, which have left. */
const ON_ITS_WAY = 5;

let traces = 0;
function trace(name = 'step'): object {
  traces++;
  const id = (digits: number): string => traces.toString(16).padStart(digits, '0');
  const span = { traceId: id(32), spanId: id(16), name, startTimeUnixNano: '1', endTimeUnixNano: '2' };
  return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
}

type Imported = Partial<FileImportReport> & { readonly error?: { readonly code: string; readonly message: string } };

async function importFile(body: BodyInit): Promise<{ status: number; body: Imported }> {
  const init = { method: 'POST', body, headers: { authorization: `Bearer ${spoor.ready.token}` }, duplex: 'half' };
  const response = await fetch(`${spoor.ready.ui}/v1/import`, init);
  return { status: response.status, body: (await response.json()) as Imported };
}

/** It answers, and is not in the middle of starting again. */
async function expectWell(): Promise<void> {
  expect((await spoor.post('/v1/traces', trace())).status).toBe(200);
  expect((await spoor.get('/v1/status')).status).toBe(200);
  expect(spoor.errors()).not.toContain('worker stopped');
}

describe('an archive', () => {
  it('writes no file by the names in it, and they are shown as they are', async () => {
    const bytes = strToU8(JSON.stringify(trace()));
    const archive = zipSync({
      '../../../outside.json': bytes,
      '/etc/outside.json': strToU8(JSON.stringify(trace())),
      'C:\\outside.json': strToU8(JSON.stringify(trace())),
      '../con\u0000trol\u001b[31m.txt': strToU8('no telemetry'),
    });
    const { status, body } = await importFile(Uint8Array.from(archive));
    expect(status).toBe(200);
    expect(body).toMatchObject({ spans: 3, rejectedDocuments: 1 });
    expect(body.reasons?.[0]).toMatch(/^\.\.\/con\ufffdtrol\ufffd\[31m\.txt: /);
    const above = join(folder.path, 'data', '..', '..', '..');
    for (const path of ['/etc', above, join(above, '..'), join(folder.path, 'data'), process.cwd()]) {
      expect(existsSync(join(path, 'outside.json'))).toBe(false);
    }
    await expectWell();
  });

  it('whose entries overlap is refused', async () => {
    const once = zipSync({ 'a.json': strToU8(JSON.stringify(trace())), 'b.json': strToU8(JSON.stringify(trace())) });
    const view = new DataView(once.buffer, once.byteOffset, once.byteLength);
    const end = once.length - 22;
    const directory = view.getUint32(end + 16, true);
    const second = directory + 46 + view.getUint16(directory + 28, true);
    // Both are where the first is.
    view.setUint32(second + 42, view.getUint32(directory + 42, true), true);
    const { status, body } = await importFile(Uint8Array.from(once));
    expect(status).toBe(400);
    expect(body.error?.message).toContain('overlap');
    await expectWell();
  });
});

describe('text', () => {
  it('in UTF-16 and with a mark is read as a file', async () => {
    const text = JSON.stringify(trace('Größe'), null, 1);
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    for (const file of [little, Buffer.from(little).swap16(), Buffer.from(`\ufeff${text}`)]) {
      expect(await importFile(Uint8Array.from(file))).toMatchObject({ status: 200, body: { spans: 1 } });
    }
    const cutOff = await importFile(Uint8Array.from(little.subarray(0, -1)));
    expect(cutOff.status).toBe(400);
  });

  it('in UTF-16 is refused as an export, and with a mark of UTF-8 taken', async () => {
    const text = JSON.stringify(trace());
    const send = (body: Uint8Array<ArrayBuffer>, type = 'application/json') =>
      fetch(`${spoor.ready.otlpHttp}/v1/traces`, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await send(Uint8Array.from(Buffer.from(`\ufeff${text}`)))).status).toBe(200);
    const wide = Uint8Array.from(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
    for (const type of ['application/json', 'application/json; charset=utf-16']) {
      const answer = await send(wide, type);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('UTF-8');
    }
    await expectWell();
  });

  it('of five megabytes in a log is stored whole, and pages end when they are of megabytes', async () => {
    const long = 'word '.repeat(MIB);
    const logRecords = [1, 2, 3].map((n) => ({
      timeUnixNano: String(1_700_000_000_000_000_000n + BigInt(n)),
      body: { stringValue: `${long}${n}` },
    }));
    const answer = await spoor.post('/v1/logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    expect(answer.status).toBe(200);
    for (const query of ['', '&query=%7E%22word%20word%22']) {
      const bodies: string[] = [];
      for (let cursor = ''; ; ) {
        const path = `/v1/logs?limit=100${query}&waitMs=60000${cursor}`;
        const { status, body } = await spoor.get<LogPage>(path);
        expect(status).toBe(200);
        expect(body.data.length).toBeLessThanOrEqual(1);
        for (const record of body.data) bodies.push(String(record.body));
        if (body.pagination.nextCursor === null) break;
        cursor = `&cursor=${encodeURIComponent(body.pagination.nextCursor)}`;
      }
      expect(bodies.map((body) => body.length)).toEqual([3, 2, 1].map(() => long.length + 1));
      expect(bodies.map((body) => body.at(-1))).toEqual(['3', '2', '1']);
    }
    expect((await spoor.get('/v1/logs/patterns')).status).toBe(200);
    await expectWell();
  });
});

describe('a document that takes long to read', () => {
  it('keeps no export waiting', async () => {
    // None of these events is kept, so that nothing of it is stored while it is read.
    const event = {
      ph: 'P',
      name: 'sample',
      ts: 1,
      pid: 1,
      tid: 1,
      args: { data: { stack: [1, 2, 3], a: { b: 'c' } } },
    };
    const file = strToU8(JSON.stringify({ traceEvents: Array.from({ length: 300_000 }, () => event) }));
    const { times, answer } = await answeredWhileRead(file, importFile, async () =>
      expect((await spoor.post('/v1/traces', trace())).status).toBe(200),
    );
    expect(answer.status).toBe(400);
    expect(times).toBeGreaterThan(0);
    await expectWell();
  });
});

describe('an export in JSON', () => {
  it('of many megabytes keeps no other sender waiting while it is read', async () => {
    const send = (body: ReadableStream<Uint8Array>) => {
      const init = { method: 'POST', body, headers: { 'content-type': 'application/json' }, duplex: 'half' };
      return fetch(`${spoor.ready.otlpHttp}/v1/traces`, init);
    };
    const { times, answer } = await answeredWhileRead(cutOffJson(48 * MIB), send, async () =>
      expect((await spoor.post('/v1/traces', trace())).status).toBe(200),
    );
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('The body is not JSON');
    // What is still on its way when all of it has left is less than that.
    expect(times).toBeGreaterThan(ON_ITS_WAY);
    await expectWell();
  });
});

describe('a connection', () => {
  const request = (url: string, lines: readonly string[], body: string): Promise<string> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      let said = '';
      socket.on('data', (chunk) => {
        said += chunk;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(said));
      socket.write(`${['POST /v1/traces HTTP/1.1', 'host: localhost', ...lines].join('\r\n')}\r\n\r\n${body}`);
    });
  const JSON_TYPE = 'content-type: application/json';

  it('that says another length than it sends ends alone, and nothing of the rest is a request', async () => {
    const body = JSON.stringify(trace());
    // What follows after its end is no request.
    const short = await request(spoor.ready.otlpHttp, [JSON_TYPE, 'content-length: 2'], `{}GARBAGE ${body}`);
    expect(short.match(/HTTP\/1\.1 \d+/g)?.at(-1)).toBe('HTTP/1.1 400');
    for (const lines of [
      ['content-length: 5', 'content-length: 6'],
      ['content-length: -1'],
      ['content-length: 5', 'transfer-encoding: chunked'],
      ['transfer-encoding: chunked, identity'],
    ]) {
      const said = await request(spoor.ready.otlpHttp, [JSON_TYPE, ...lines], body);
      expect(said).toMatch(/^HTTP\/1\.1 400/);
    }
    await expectWell();
  });

  it('that stays half open keeps nobody waiting, and is not stored', async () => {
    const body = Buffer.from(JSON.stringify(trace('never whole')));
    const count = traces;
    const open = Array.from({ length: 50 }, (_, n) =>
      half(`${n % 2 === 0 ? spoor.ready.otlpHttp : spoor.ready.ui}/v1/traces`, body),
    );
    const imports = Array.from({ length: 6 }, () =>
      half(`${spoor.ready.ui}/v1/import`, body, [`authorization: Bearer ${spoor.ready.token}`]),
    );
    await Promise.all([...open, ...imports].map(({ isSent }) => isSent));
    await expectWell();
    expect(await importFile(JSON.stringify(trace()))).toMatchObject({ status: 200, body: { spans: 1 } });
    expect((await spoor.get(`/v1/traces/${count.toString(16).padStart(32, '0')}`)).status).toBe(404);
    for (const { socket } of [...open, ...imports]) socket.destroy();
  });
});
