/** Files out: `GET /v1/traces/ID?format=`, `GET /v1/export` and `spoor export` against a real process, and back in. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WRITERS } from '../../core/formats/formats';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { connectRpc } from '../../services/net/rpc-client';
import { type RunningSpoor, runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { ORACLES } from '../fuzz/oracle';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let spoor: RunningSpoor;
const T = 1_780_000_000_123_456_789n;
const LARGE = 'c'.repeat(32);
/** More than are read at once. */
const LARGE_SPANS = 9_000;

const attribute = (key: string, value: object) => ({ key, value });
const idOf = (n: number): string => n.toString(16).padStart(32, '0');

function trace(traceId: string, spans: number, more: object = {}) {
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', { stringValue: 'shop' })] },
        schemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1' },
            spans: Array.from({ length: spans }, (_, i) => ({
              traceId,
              spanId: (i + 1).toString(16).padStart(16, '0'),
              ...(i === 0 ? {} : { parentSpanId: '0000000000000001' }),
              name: i === 0 ? 'root' : 'step',
              kind: 1,
              startTimeUnixNano: String(T + BigInt(i)),
              endTimeUnixNano: String(T + 1_000_000n),
              ...more,
            })),
          },
        ],
      },
    ],
  };
}

const everything = {
  traceState: 'a=1',
  flags: 257,
  attributes: [
    attribute('large', { intValue: '9007199254740993' }),
    attribute('half', { doubleValue: 0.5 }),
    attribute('bytes', { bytesValue: 'AAEC/w==' }),
    attribute('list', { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }),
    attribute('map', { kvlistValue: { values: [attribute('inner', { boolValue: true })] } }),
    attribute('session.id', { stringValue: 'visit 7' }),
  ],
  droppedAttributesCount: 2,
  events: [{ timeUnixNano: String(T), name: 'exception', attributes: [attribute('n', { intValue: '1' })] }],
  links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), attributes: [] }],
  status: { code: 2, message: 'no stock' },
};

async function send(request: object): Promise<void> {
  const response = await fetch(`${spoor.ready.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(response.status).toBe(200);
}

const get = (path: string, of = spoor): Promise<Response> =>
  fetch(`${of.ready.ui}${path}`, { headers: { authorization: `Bearer ${of.ready.token}` } });

/** As protobufjs reads it: resources by resource, spans by id. */
function spansIn(request: Uint8Array): Map<string, unknown> {
  const { resourceSpans } = ORACLES.traces.toObject(ORACLES.traces.decode(request), {
    longs: String,
    bytes: String,
  }) as {
    resourceSpans: {
      resource: object;
      schemaUrl: string;
      scopeSpans: { scope: object; schemaUrl?: string; spans: { traceId: string; spanId: string }[] }[];
    }[];
  };
  return new Map(
    resourceSpans.flatMap(({ scopeSpans, ...of }) =>
      scopeSpans.flatMap(({ spans, ...scope }) =>
        spans.map((span): [string, unknown] => [`${span.traceId} ${span.spanId}`, { ...span, of, scope }]),
      ),
    ),
  );
}

const protobufOf = (text: string): Uint8Array => protobufFromTraceJson(JSON.parse(text));

beforeAll(async () => {
  folder = await temporaryFolder();
  spoor = await startSpoor(join(folder.path, 'data'));
  await send(trace(idOf(1), 3, everything));
  const others = Array.from({ length: 150 }, (_, i) => trace(idOf(i + 2), 2));
  await send({ resourceSpans: others.flatMap(({ resourceSpans }) => resourceSpans) });
  await send(trace(LARGE, LARGE_SPANS));
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

describe('a trace as a file', () => {
  it.each(['otlp', 'otlp-jsonl', 'otlp-protobuf'])('of %s has all that was sent', async (format) => {
    const response = await get(`/v1/traces/${idOf(1)}?format=${format}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="spoor-trace-0{16}\.(json|jsonl|pb)"$/,
    );
    const file = new Uint8Array(await response.arrayBuffer());
    const request = format === 'otlp-protobuf' ? file : protobufOf(Buffer.from(file).toString());
    const sent = protobufFromTraceJson(trace(idOf(1), 3, everything));
    expect(spansIn(request)).toEqual(spansIn(sent));
  });

  it('comes whole, however many spans it has', async () => {
    for (const format of ['otlp', 'jaeger', 'zipkin', 'chrome', 'csv']) {
      const text = await (await get(`/v1/traces/${LARGE}?format=${format}`)).text();
      const ids =
        format === 'csv'
          ? text
              .split('\r\n')
              .slice(1, -1)
              .map((line) => line.split(',')[1])
          : Array.from(
              text.matchAll(
                /"(?:spanId|spanID|id)":"([0-9a-f]{16})"[^}]*?"(?:name|operationName|status|parentSpanId|scope)"/g,
              ),
              ([, id]) => id,
            );
      expect(new Set(ids).size, format).toBe(LARGE_SPANS);
      if (format !== 'csv') JSON.parse(text);
    }
  });

  it('is refused by name where it is of no format, or not there', async () => {
    const wrong = await get(`/v1/traces/${idOf(1)}?format=xml`);
    expect(wrong.status).toBe(400);
    const { error } = (await wrong.json()) as { error: { message: string } };
    for (const { name } of WRITERS) expect(error.message).toContain(name);
    for (const path of [
      `/v1/traces/${'d'.repeat(32)}?format=otlp`,
      `/v1/export?format=csv&traceIds=${'d'.repeat(32)}`,
      '/v1/export?format=csv&sessionId=none',
    ]) {
      expect((await get(path)).status, path).toBe(404);
    }
    expect((await get('/v1/export')).status).toBe(400);
    expect((await get('/v1/export?format=csv&query=%7Bname%20%3D')).status).toBe(400);
    expect((await get(`/v1/export?format=csv&sessionId=a&traceIds=${idOf(1)}`)).status).toBe(400);
    expect((await fetch(`${spoor.ready.ui}/v1/export?format=csv`)).status).toBe(401);
  });

  it('without a format is what it was', async () => {
    const body = (await (await get(`/v1/traces/${idOf(1)}`)).json()) as { spans: unknown[] };
    expect(body.spans).toHaveLength(3);
  });
});

describe('many traces as a file', () => {
  const linesOf = async (path: string): Promise<Set<string>> => {
    const response = await get(path);
    expect(response.status, path).toBe(200);
    const rows = (await response.text()).split('\r\n').slice(1, -1);
    return new Set(rows.map((row) => row.split(',')[0] ?? ''));
  };

  it('are those that match, of a session, that are named, or all', async () => {
    expect(await linesOf('/v1/export?format=csv')).toHaveProperty('size', 152);
    expect(await linesOf(`/v1/export?format=csv&query=${encodeURIComponent('{ status = error }')}`)).toEqual(
      new Set([idOf(1)]),
    );
    expect(await linesOf(`/v1/export?format=csv&sessionId=${encodeURIComponent('visit 7')}`)).toEqual(
      new Set([idOf(1)]),
    );
    expect(await linesOf(`/v1/export?format=csv&traceIds=${idOf(3)},${idOf(2)}`)).toEqual(new Set([idOf(3), idOf(2)]));
    expect(await linesOf('/v1/export?format=csv&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z')).toEqual(new Set());
  });

  it('are taken back in by another Spoor, which then has the same', async () => {
    const other = await startSpoor(join(folder.path, 'other'));
    try {
      const body = await (await get('/v1/export?format=otlp-jsonl')).arrayBuffer();
      const imported = await fetch(`${other.ready.ui}/v1/import`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${other.ready.token}` },
      });
      expect(await imported.json()).toMatchObject({ spans: 3 + 300 + LARGE_SPANS, rejected: 0 });
      const file = async (of: RunningSpoor): Promise<Map<string, unknown>> =>
        spansIn(new Uint8Array(await (await get('/v1/export?format=otlp-protobuf', of)).arrayBuffer()));
      expect(await file(other)).toEqual(await file(spoor));
    } finally {
      await other.stop();
    }
  });

  it('lists the formats', async () => {
    const { data } = (await (await get('/v1/export/formats')).json()) as { data: { name: string }[] };
    expect(data.map(({ name }) => name)).toEqual(WRITERS.map(({ name }) => name));
  });
});

describe('a page', () => {
  it('takes a file part by part, the same as over HTTP, or gives it up', async () => {
    const page = await connectRpc(spoor.ready.ui, spoor.ready.token);
    const query = { format: 'otlp-jsonl', traceIds: LARGE };
    const parts: Uint8Array[] = [];
    for (let isLast = false; !isLast; ) {
      const part = await page.api.exportPart({ ...query, exportId: 'whole' });
      parts.push(part.bytes);
      ({ isLast } = part);
    }
    expect(parts.length).toBeGreaterThan(2);
    const whole = await (await get(`/v1/export?format=otlp-jsonl&traceIds=${LARGE}`)).arrayBuffer();
    expect(Buffer.concat(parts).equals(Buffer.from(whole))).toBe(true);
    // Each of them leaves its place to the next.
    for (let n = 0; n < 6; n++) {
      expect((await page.api.exportPart({ ...query, exportId: `given up ${n}` })).isLast).toBe(false);
      await page.api.cancelExport(`given up ${n}`);
    }
    await expect(page.api.exportPart({ ...query, format: 'xml', exportId: 'wrong' })).rejects.toThrow(
      'format: is one of',
    );
    const part = page.api.exportPart({ ...query, exportId: 'twice' });
    await expect(page.api.exportPart({ ...query, exportId: 'twice' })).rejects.toThrow('still being written');
    await part;
    await page.api.cancelExport('twice');
    page.close();
  });
});

describe('spoor export', () => {
  const run = (...args: string[]) => runSpoor(['export', '--data-dir', join(folder.path, 'data'), ...args]);

  it('writes a file, or to standard output', async () => {
    const output = join(folder.path, 'trace.json');
    expect(await run('--trace', idOf(1), '--format', 'jaeger', '-o', output)).toMatchObject({ code: 0 });
    const { data } = JSON.parse(await readFile(output, 'utf8'));
    expect(data[0].spans).toHaveLength(3);
    expect(existsSync(`${output}.partial`)).toBe(false);
    const { stdout } = await run('--trace', idOf(1));
    expect(spansIn(protobufOf(stdout)).size).toBe(3);
    const all = await run('--all', '--format', 'csv');
    expect(all.stdout.split('\r\n')).toHaveLength(1 + 3 + 300 + LARGE_SPANS + 1);
    const errors = await run('--query', 'status:error', '--format', 'markdown');
    expect(errors.stdout).toContain('no stock');
  });

  it('says what is wrong, and leaves no file', async () => {
    const output = join(folder.path, 'none.json');
    const unknown = await run('--trace', 'd'.repeat(32), '-o', output);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('spoor: ') });
    expect(existsSync(output)).toBe(false);
    expect(await run('--trace', idOf(1), '--format', 'xml')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('jaeger'),
    });
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('--trace') });
    expect(await run('--all', '--trace', idOf(1))).toMatchObject({ code: 2 });
    expect(await run('--session', 'x', '--from', '1h')).toMatchObject({ code: 2 });
  });
});
