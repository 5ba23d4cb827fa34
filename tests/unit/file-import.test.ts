/** Files on their way in: told by their content, whatever they are packed in and however they are cut into parts. */
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { FileImportPart } from '../../core/api/file-import';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { storedFile } from '../../services/gateway/import-file';
import { hexOf } from '../../services/ingest/digest';
import { FileImport } from '../../services/ingest/import/file-import';
import { Imports } from '../../services/ingest/import/imports';
import type { Stored } from '../../services/ingest/intake';
import type { Signal } from '../../services/ingest/signals';

const tools = { hexOf, nowNs: () => 1_700_000_000_000_000_000n };

/** Decodes as the receivers do, and keeps nothing. */
function countingIntake(): { store(signal: Signal, request: Uint8Array): Promise<Stored>; requests: number } {
  return {
    requests: 0,
    async store(signal, request) {
      this.requests++;
      const { batch, rejected, rejectedReason } = signal.decode(request);
      return { kept: batch.length, duplicates: 0, rejected, reason: rejectedReason, isUnderstood: true };
    },
  };
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* slowly(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of cut(bytes, size)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield chunk;
  }
}

function read(file: Uint8Array | string, size = 1_000) {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  return new FileImport(countingIntake(), tools).read(cut(bytes, size));
}

const protobufOf = (sample: SampleSpan): Uint8Array => protobufFromTraceJson(traceRequest([sample]));

const span = (n: number) => ({
  traceId: n.toString(16).padStart(32, '0'),
  spanId: n.toString(16).padStart(16, '0'),
  name: `Grüße ${n}`,
  startTimeUnixNano: '1700000000000000000',
  endTimeUnixNano: '1700000000000000001',
});
const traces = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '1', body: { stringValue: 'x' } }] }] }] };
const metrics = {
  resourceMetrics: [
    { scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: '1', asInt: '1' }] } }] }] },
  ],
};
const zipkin = [{ traceId: '1'.repeat(16), id: '2'.repeat(16), name: 'get', timestamp: 1, duration: 1 }];

describe('a file that is imported', () => {
  const lines = [traces(span(1), span(2)), logs, metrics].map((line) => JSON.stringify(line));
  const mixed = { formats: ['otlp'], documents: 3, spans: 2, logRecords: 1, metricPoints: 1, rejected: 0 };

  it.each([
    ['lines', `${lines.join('\n')}\n`],
    ['lines without an end', lines.join('\n')],
    ['lines of Windows, with a mark and empty ones', `\ufeff${lines.join('\r\n\r\n')}\r\n`],
  ])('holds JSON %s', async (_, text) => {
    for (const size of [1, 7, 100_000]) expect(await read(text, size)).toMatchObject(mixed);
  });

  it('is unpacked where its bytes say that it is packed, in several members too', async () => {
    const packed = Buffer.concat([gzipSync(`${lines[0]}\n`), gzipSync(`${lines[1]}\n${lines[2]}`)]);
    expect(await read(packed, 5)).toMatchObject(mixed);
    const cutOff = read(packed.subarray(0, packed.length - 9), 5);
    await expect(cutOff).rejects.toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('gzip') });
  });

  it('is one document, indented, in UTF-16, a list of requests, or one with every signal', async () => {
    const whole = JSON.stringify({ ...traces(span(1), span(2)), ...logs, ...metrics }, null, 2);
    expect(await read(whole)).toMatchObject({ ...mixed, documents: 1 });
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(whole, 'utf16le')]);
    expect(await read(wide)).toMatchObject({ ...mixed, documents: 1 });
    expect(await read(`[${lines.join(',\n')}]`)).toMatchObject({ ...mixed, documents: 1 });
  });

  it('is an export request in protobuf, of any size', async () => {
    const one = (n: number) => ({
      traceId: n.toString(16).padStart(32, '0'),
      spanId: 'a'.repeat(16),
      startNs: 1n,
      endNs: 2n,
    });
    const resources = Array.from({ length: 50 }, (_, n) =>
      protobufOf({ ...one(n + 1), service: `s${n}`, name: 'x'.repeat(400_000) }),
    );
    const intake = countingIntake();
    const report = await new FileImport(intake, tools).read(cut(Buffer.concat(resources), 1_000_000));
    expect(report).toMatchObject({ formats: ['protobuf'], spans: 50, rejected: 0 });
    expect(intake.requests).toBeGreaterThan(2);
  });

  it('is what the Collector writes as protobuf: requests, each after its length', async () => {
    const framed = [1, 2, 3].map((n) => {
      const request = protobufFromTraceJson(traces(span(n)));
      const head = Buffer.alloc(4);
      head.writeUInt32BE(request.length);
      return Buffer.concat([head, request]);
    });
    expect(await read(Buffer.concat(framed))).toMatchObject({ formats: ['protobuf'], documents: 3, spans: 3 });
    const cutOff = Buffer.concat(framed).subarray(0, -5);
    expect(await read(cutOff)).toMatchObject({ documents: 3, spans: 2, rejectedDocuments: 1 });
  });

  it('leaves others their turn, however much of it cannot be read', async () => {
    const bad = Buffer.concat(Array.from({ length: 2_000 }, () => Buffer.from([0, 0, 0, 1, 0x0a])));
    let turns = 0;
    let isRead = false;
    const turn = (): void => {
      turns++;
      if (!isRead) setImmediate(turn);
    };
    setImmediate(turn);
    await expect(read(bad, bad.length)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    isRead = true;
    expect(turns).toBeGreaterThanOrEqual(20);
  });

  it('is of another format, or of several', async () => {
    expect(await read(JSON.stringify(zipkin))).toMatchObject({ formats: ['zipkin'], spans: 1 });
    expect(await read(JSON.stringify([zipkin]))).toMatchObject({ formats: ['zipkin'], spans: 1 });
    const tempo = { batches: traces(span(1)).resourceSpans };
    expect(await read(`${JSON.stringify(tempo)}\n${lines[1]}`)).toMatchObject({
      formats: ['tempo', 'otlp'],
      spans: 1,
      logRecords: 1,
    });
  });

  it('is of a kind that may be cut off: what was whole is kept, and that the rest is missing is said', async () => {
    const event = (ts: number) => `{"name":"task","ph":"X","ts":${ts},"dur":5,"pid":1,"tid":1}`;
    const report = await read(`[\n${event(1)},\n${event(10)},\n{"name":"ta`);
    expect(report).toMatchObject({ formats: ['chrome-trace'], rejected: 1, rejectedDocuments: 0 });
    expect(report.spans).toBe(4);
    expect(report.reasons).toContain('the end of the file is missing');
  });

  it('loses only what cannot be read, and says where and why', async () => {
    const text = [
      lines[0],
      '{"resourceSpans": [',
      JSON.stringify(traces({ ...span(3), spanId: 'zz' })),
      '{"a":1}',
    ].join('\n');
    const report = await read(text);
    expect(report).toMatchObject({ documents: 4, spans: 2, rejectedDocuments: 2 });
    expect(report.reasons).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^line 2: it is not JSON/),
        expect.stringMatching(/^line 4: it looks like JSON with "a"/),
      ]),
    );
    expect(report.rejected).toBe(1);
  });

  it.each([
    ['nothing', '', 'The file is empty.'],
    ['something else', 'hello, this is a note\n', 'neither JSON nor an export request'],
    ['JSON of another kind', '{"name":"package","version":"1"}', 'JSON with "name", "version"'],
    ['JSON that cannot be text', '{"$schema":{"toString":1}}', 'JSON with "$schema"'],
    [
      'bytes of chance',
      Uint8Array.from({ length: 500 }, (_, i) => (i * 37 + 11) % 256),
      'neither JSON nor an export request',
    ],
  ])('with %s is refused, by what it looks like', async (_, file, message) => {
    await expect(read(file)).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining(message),
    });
  });
});

/** As GNU tar writes it. */
function tar(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const entry = (name: string, content: string | Uint8Array, type = '0'): Uint8Array[] => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write(bytes.length.toString(8).padStart(11, '0'), 124);
    header.write(type, 156);
    header.write('ustar\0', 257);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  };
  const blocks = Object.entries(files).flatMap(([name, content]) => [
    ...(name.length > 100 ? entry('././@LongLink', `${name}\0`, 'L') : []),
    ...entry(name, content),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('an archive', () => {
  const files = {
    'a/first.jsonl': `${JSON.stringify(traces(span(1)))}\n${JSON.stringify(logs)}\n`,
    '../../etc/zipkin.json': JSON.stringify(zipkin),
    'notes.txt': 'We went to the sea.',
    'empty.json': '',
    '__MACOSX/._x': 'left out',
    'packed.gz': gzipSync(JSON.stringify(traces(span(2)))),
  };
  const zip = zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)])));

  it.each([
    ['ZIP', zip],
    ['tar', tar(files)],
    ['tar, packed', gzipSync(tar(files))],
  ])('of kind %s is read file by file: one that cannot be read leaves the others', async (_, file) => {
    for (const size of [100, 1_000_000]) {
      const report = await read(file, size);
      expect(report).toMatchObject({ spans: 3, logRecords: 1, documents: 6, rejectedDocuments: 2 });
      expect(report.formats).toEqual(['otlp', 'zipkin']);
      expect(report.reasons).toEqual([expect.stringContaining('notes.txt: it'), 'empty.json: it is empty']);
    }
  });

  it('in an archive is not opened, and one that is cut off keeps what was whole', async () => {
    const report = await read(tar({ 'a.json': JSON.stringify(zipkin), 'inner.zip': zip }));
    expect(report).toMatchObject({ spans: 1, rejectedDocuments: 1 });
    expect(report.reasons[0]).toContain('inner.zip: it is an archive in an archive');
    const cut = tar({ 'a.json': JSON.stringify(zipkin), 'b.json': JSON.stringify(zipkin) }).subarray(0, 1_600);
    expect(await read(cut)).toMatchObject({ spans: 1, rejectedDocuments: 1 });
    await expect(read(zip.subarray(0, 200))).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('in an archive, packed too, leaves what is behind it, however slowly it comes', async () => {
    const inner = gzipSync(tar({ 'x.bin': new Uint8Array(60_000) }), { level: 0 });
    const file = tar({ 'inner.tgz': inner, 'a.json': JSON.stringify(zipkin), 'b.json': JSON.stringify(zipkin) });
    for (const size of [700, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000, 50_000]) {
      const report = await new FileImport(countingIntake(), tools).read(slowly(file, size));
      expect.soft(report, String(size)).toMatchObject({ spans: 2, documents: 3, rejectedDocuments: 1 });
      expect(report.reasons).toEqual(['inner.tgz: it is an archive in an archive: take it out first']);
    }
  });

  it('names entries at any length, that of a whole block too', async () => {
    for (const length of [101, 510, 511, 512, 1_023]) {
      const report = await read(tar({ ['n'.repeat(length)]: 'a note', 'a.json': JSON.stringify(zipkin) }));
      expect(report, String(length)).toMatchObject({ spans: 1, documents: 2, rejectedDocuments: 1 });
      expect(report.reasons).toEqual([expect.stringContaining(`${'n'.repeat(Math.min(length, 200))}: it is neither`)]);
    }
  });

  it('with a damaged packed file keeps all that is behind it, however slowly it comes', async () => {
    const damaged = Buffer.concat([gzipSync('').subarray(0, 10), Buffer.alloc(100_000, 0xff)]);
    const file = tar({ 'damaged.gz': damaged, 'a.json': JSON.stringify(zipkin), 'b.json': JSON.stringify(zipkin) });
    for (const size of [700, 5_000, 50_000]) {
      const report = await new FileImport(countingIntake(), tools).read(slowly(file, size));
      expect(report, String(size)).toMatchObject({ spans: 2, documents: 3, rejectedDocuments: 1 });
      expect(report.reasons).toEqual([expect.stringMatching(/^damaged\.gz: .*gzip/)]);
    }
  });

  it('that would unpack to much more than it says, or says too much, is refused', async () => {
    const bomb = zipSync({ 'bomb.json': new Uint8Array(300 * 1024 * 1024) }, { level: 9 });
    await expect(read(bomb, 1_000_000)).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      message: 'The ZIP file is not opened: an entry would unpack to more than 256 MiB.',
    });
  });
});

describe('a file that is too large to be read at once', () => {
  it.each([
    ['ZIP', 'PK\x03\x04', 'The ZIP file is larger than 256 MiB: unpack it first.'],
    ['Zstandard', '(\xb5/\xfd', 'The Zstandard file is larger than 128 MiB: unpack it first.'],
    ['JSON', '{\n', 'The file is one document of more than 256 MiB. Split it'],
  ])('is told what to do with it: %s', async (_, magic, message) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    chunk.write(magic, 'latin1');
    async function* large(): AsyncGenerator<Uint8Array> {
      for (let mib = 0; mib <= 256; mib++) yield chunk;
    }
    await expect(new FileImport(countingIntake(), tools).read(large())).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining(message),
    });
  });
});

describe('a file of something else', () => {
  it.each([
    [
      'a CPU profile',
      '{"nodes":[{"id":1}],"startTime":1,"endTime":2,"samples":[1],"timeDeltas":[1]}',
      'a CPU profile of V8',
    ],
    [
      'speedscope',
      '{"$schema":"https://www.speedscope.app/file-format-schema.json","profiles":[],"shared":{"frames":[]}}',
      'speedscope.app',
    ],
    ['Firefox', '{"meta":{"product":"Firefox"},"threads":[]}', 'profiler.firefox.com'],
    ['HAR', '{"log":{"version":"1.2","entries":[]}}', 'a HAR file'],
    ['PNG', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), 'a picture'],
    ['PDF', '%PDF-1.7', 'a PDF document'],
    ['Perfetto', Uint8Array.from([0x0a, 4, 0x50, 1, 0x40, 1, 0x0a, 2, 0x50, 1]), 'ui.perfetto.dev'],
    ['HTML', '<!doctype html><p>Hello', 'open it with a browser'],
  ])('is told what it looks like and what opens it: %s', async (_, file, message) => {
    await expect(read(file)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe('files that come in parts', () => {
  const bytes = new TextEncoder().encode(JSON.stringify(traces(span(1))));

  it('are read while they come, several at once, and told of at the end', async () => {
    const imports = new Imports(countingIntake(), tools);
    const part = (importId: string, from: number, to: number, isLast: boolean) =>
      imports.take({ importId, bytes: bytes.subarray(from, to), isFirst: from === 0, isLast });
    expect(await part('a', 0, 10, false)).toBeNull();
    expect(await part('b', 0, 20, false)).toBeNull();
    expect(await part('a', 10, bytes.length, true)).toMatchObject({ spans: 1 });
    expect(await part('b', 20, bytes.length, true)).toMatchObject({ spans: 1 });
  });

  it('come one after the other: a second part beside the first gives the file up, and no call waits for ever', async () => {
    const imports = new Imports(countingIntake(), tools);
    const part = (from: number, to: number, isLast: boolean) =>
      imports.take({ importId: 'a', bytes: bytes.subarray(from, to), isFirst: from === 0, isLast });
    const [first, second] = await Promise.allSettled([part(0, 10, false), part(10, 20, false)]);
    expect([first, second]).toMatchObject([
      { reason: { code: 'SERVICE_UNAVAILABLE' } },
      { reason: { code: 'CONFLICT' } },
    ]);
  });

  it('are no more than a few at once, and room comes back from one that fails', async () => {
    const imports = new Imports(countingIntake(), tools);
    const begin = (importId: string) =>
      imports.take({ importId, bytes: bytes.subarray(0, 5), isFirst: true, isLast: false });
    for (const id of ['a', 'b', 'c', 'd']) await begin(id);
    await expect(begin('e')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const end = { importId: 'a', bytes: new Uint8Array(0), isFirst: false, isLast: true };
    await expect(imports.take(end)).rejects.toThrow('it is not JSON');
    expect(await begin('e')).toBeNull();
  });

  it('give their place back when who sends them over HTTP goes', async () => {
    const imports = new Imports(countingIntake(), tools);
    const given: string[] = [];
    const taker = {
      importPart: (part: FileImportPart) => imports.take(part),
      async cancelImport(importId: string) {
        given.push(importId);
        imports.cancel(importId);
      },
      importFile: async () => null,
    };
    for (let n = 1; n <= 6; n++) {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent++ < 3) controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
          else controller.error(new Error('the sender has gone'));
        },
      });
      const init = { method: 'POST', body, duplex: 'half' };
      await expect(storedFile(new Request('http://localhost/v1/import', init), taker)).rejects.toThrow(
        'the sender has gone',
      );
      expect(new Set(given).size).toBe(n);
    }
  });

  it('are begun by their first part alone: the rest of one that was given up is no file', async () => {
    const imports = new Imports(countingIntake(), tools);
    const lines = new TextEncoder().encode(`${JSON.stringify(traces(span(1)))}\n`);
    const part = (isFirst: boolean, isLast: boolean) => imports.take({ importId: 'a', bytes: lines, isFirst, isLast });
    expect(await part(true, false)).toBeNull();
    expect(await part(false, false)).toBeNull();
    await imports.cancel('a');
    await expect(part(false, true)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await part(true, true)).toMatchObject({ documents: 1 });
  });

  it('that fail over HTTP fail with what was wrong, whatever becomes of giving them up', async () => {
    const unavailable = () => Promise.reject(new Error('the receivers stopped'));
    const taker = {
      importPart: () => Promise.reject(new Error('the file is damaged')),
      cancelImport: unavailable,
      importFile: unavailable,
    };
    const request = new Request('http://localhost/v1/import', { method: 'POST', body: 'a file' });
    await expect(storedFile(request, taker)).rejects.toThrow('the file is damaged');
  });
});
