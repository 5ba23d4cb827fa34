/** A secret in any text, through any way in, must not be in any row of the database. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_CHOICE } from '../../core/api/sync-state';
import { nsFromMs } from '../../core/model/time';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { READ_HERE } from '../../services/ingest/bodies/body-reader';
import { hexOf } from '../../services/ingest/digest';
import { Imports } from '../../services/ingest/import/imports';
import { SIGNALS } from '../../services/ingest/signals';
import { openDatabase } from '../../services/store/open-database';
import { Ingest } from '../../workers/ingest/ingest-service';
import { DesktopStore } from '../../workers/store/desktop-store';
import { FileTransfer } from '../../workers/sync/file-transfer';
import { packFile } from '../../workers/sync/spoor-file';
import { jsonOf, nameOf, PLANTED_SIGNALS, type PlantedSignal, pathsOf, requestWith } from '../fixtures/otlp-paths';
import { traceIdOf } from '../fixtures/traces';

const FREE = { host: '127.0.0.1', port: 0 };
/** What is planted, by where. */
const planted = new Map<string, string>();
let folder: string;
let store: DesktopStore;
let ingest: Ingest;
let client: Client;
let http: string;

/** One for each place, as a key of OpenAI; every other in base64. */
function plant(place: string): string {
  const n = planted.size;
  const secret = `sk-proj-${'a1B2c3D4e5F6'.repeat(2)}x${String(n).padStart(5, '0')}x`;
  const text = n % 2 === 0 ? secret : Buffer.from(`key ${secret}`).toString('base64');
  planted.set(text, place);
  return text;
}

function requestsOf(door: string, signal: PlantedSignal): Uint8Array[] {
  return pathsOf(signal).map((path) => requestWith(path, signal, plant(`${door}: ${nameOf(path)}`), planted.size));
}

async function post(path: string, body: string | Uint8Array, type: string): Promise<number> {
  const response = await fetch(`${http}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : Uint8Array.from(body),
    headers: { 'content-type': type },
  });
  await response.arrayBuffer();
  return response.status;
}

function call(path: string, request: Uint8Array): Promise<void> {
  const bytes = (value: Buffer): Buffer => value;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, bytes, bytes, Buffer.from(request), (error: ServiceError | null) =>
      error ? reject(error) : resolve(),
    );
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoor-doors-'));
  await mkdir(join(folder, 'data'));
  const fail = (error: unknown): void => {
    throw error;
  };
  store = new DesktopStore(
    {
      dataDir: join(folder, 'data'),
      templateDir: null,
      retention: { days: null, bytes: null, spans: null },
      searchesPrompts: true,
      redaction: DEFAULT_REDACTION,
      databaseEnds: [],
    },
    () => {},
    fail,
  );
  const settings = { redaction: DEFAULT_REDACTION, forward: null, corsOrigins: [] };
  ingest = new Ingest(
    { otlpHttp: FREE, otlpGrpc: FREE, settings },
    store,
    () => {},
    () => {},
    READ_HERE,
    (intake) => new Imports(intake, { hexOf, nowNs: () => nsFromMs(Date.now()) }),
  );
  await ingest.start();
  const { otlpHttp, otlpGrpc } = await ingest.report();
  if (otlpHttp.state !== 'listening' || otlpGrpc.state !== 'listening') throw new Error('the ports are not open');
  http = `http://127.0.0.1:${otlpHttp.port}`;
  client = new Client(`127.0.0.1:${otlpGrpc.port}`, credentials.createInsecure());
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** All that is stored, payloads unpacked. */
async function everyRow(): Promise<string> {
  const { db } = await openDatabase(join(folder, 'data'), null);
  const all: string[] = [];
  try {
    const tables = await db.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables.rows) {
      const { rows } = await db.query<Record<string, unknown>>(`select * from ${name}`);
      for (const row of rows) for (const value of Object.values(row)) all.push(textOf(value));
    }
  } finally {
    await db.close();
  }
  return all.join('\n');
}

function textOf(value: unknown): string {
  if (!(value instanceof Uint8Array))
    return typeof value === 'string' ? value : `${JSON.stringify(value, withBigints)}`;
  const raw = Buffer.from(value).toString('latin1');
  if (value[0] !== 1) return raw;
  try {
    return `${raw}\n${inflateRawSync(value.subarray(1)).toString('latin1')}`;
  } catch {
    return raw;
  }
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

describe('secrets do not reach the database', () => {
  it.each(PLANTED_SIGNALS)('over OTLP/HTTP in protobuf and JSON, and over gRPC: %s', async (signal) => {
    const { httpPath = '', grpcPath = '' } = SIGNALS.find(({ name }) => name === signal) ?? {};
    for (const request of requestsOf('protobuf', signal)) {
      expect(await post(httpPath, request, 'application/x-protobuf')).toBe(200);
    }
    for (const request of requestsOf('json', signal)) {
      expect(await post(httpPath, JSON.stringify(jsonOf(signal, request)), 'application/json')).toBe(200);
    }
    for (const request of requestsOf('grpc', signal)) await call(grpcPath, request);
  });

  it('over Zipkin, and as a run of the OpenAI Agents SDK', async () => {
    const span = (n: number, more: (place: string) => object): object => ({
      traceId: traceIdOf(900 + n),
      id: 'b'.repeat(16),
      timestamp: 1_700_000_000_000_000,
      duration: 5,
      ...more(`zipkin ${n}`),
    });
    const spans = [
      span(1, (place) => ({ name: plant(`${place}: name`) })),
      span(2, (place) => ({ localEndpoint: { serviceName: plant(`${place}: service`) } })),
      span(3, (place) => ({ remoteEndpoint: { serviceName: plant(`${place}: peer`) } })),
      span(4, (place) => ({
        annotations: [{ timestamp: 1_700_000_000_000_001, value: plant(`${place}: annotation`) }],
      })),
      span(5, (place) => ({
        tags: { plain: plant(`${place}: tag`), [plant(`${place}: key`)]: 'x', error: plant(`${place}: error`) },
      })),
      span(6, (place) => ({ tags: { password: plant(`${place}: key`) } })),
    ];
    expect(await post('/api/v2/spans', JSON.stringify(spans), 'application/json')).toBe(202);
    const trace = `trace_${'ab'.repeat(16)}`;
    const data = [
      {
        object: 'trace',
        id: trace,
        workflow_name: plant('openai: workflow'),
        group_id: plant('openai: group'),
        metadata: { a: plant('openai: metadata') },
      },
      {
        object: 'trace.span',
        id: 'span_a',
        trace_id: trace,
        parent_id: null,
        started_at: '2026-11-22T10:00:00.000000+00:00',
        ended_at: '2026-11-22T10:00:01.000000+00:00',
        span_data: {
          type: 'generation',
          model: 'gpt-5',
          input: [{ role: 'user', content: plant('openai: input') }],
          output: [{ role: 'assistant', content: plant('openai: output') }],
        },
        error: { message: plant('openai: error'), data: null },
      },
    ];
    expect(await post('/v1/traces/ingest', JSON.stringify({ data }), 'application/json')).toBe(204);
  });

  it('in a file that is imported', async () => {
    const lines = PLANTED_SIGNALS.flatMap((signal) =>
      requestsOf('import', signal).map((request) => JSON.stringify(jsonOf(signal, request))),
    );
    const bytes = new TextEncoder().encode(lines.join('\n'));
    const report = await ingest.importPart({ importId: 'i', bytes, isFirst: true, isLast: true });
    expect(report).toMatchObject({ documents: lines.length, rejectedDocuments: 0 });
  });

  it('in a .spoor file, and from a team server', async () => {
    const target = { traceId: traceIdOf(901), spanId: null, sessionId: null };
    const times = { createdAt: '2026-01-01T00:00:00Z' };
    const objects = (door: string, n: number) => {
      const id = (kind: number): string => `00000000-0000-4000-8000-0000000000${n}${kind}`;
      const stamp = `018c2500000${n}-0000-aaaaaaaa`;
      return [
        {
          kind: 'annotation',
          id: id(1),
          stamp,
          fields: { ...target, bookmarked: false, note: plant(`${door}: note`), ...times },
        },
        {
          kind: 'score',
          id: id(2),
          stamp,
          fields: {
            ...target,
            name: plant(`${door}: score`),
            value: 1,
            label: plant(`${door}: label`),
            comment: plant(`${door}: why`),
            source: 'human',
            ...times,
          },
        },
        {
          kind: 'comment',
          id: id(3),
          stamp,
          fields: {
            ...target,
            viewId: null,
            parentId: null,
            authorId: null,
            authorName: '',
            text: plant(`${door}: comment`),
            mentions: [],
            ...times,
          },
        },
        { kind: 'tag', id: id(4), stamp, fields: { ...target, name: plant(`${door}: tag`), ...times } },
      ] as const;
    };
    const file = packFile(
      { requests: requestsOf('.spoor', 'traces'), objects: [...objects('.spoor', 1)] },
      { traces: 1, spans: 1 },
    );
    const report = await new FileTransfer(store).take({ uploadId: 'u', bytes: Uint8Array.from(file), isLast: true });
    expect(report?.objects).toBe(4);
    await store.setSyncLink({
      ...NO_CHOICE,
      server: 'https://team.example',
      clientId: 'c',
      workspace: { id: 'w', name: 'Team' },
      account: null,
      role: null,
      permissions: [],
      projects: [],
      members: [],
      paused: false,
      connectedAt: times.createdAt,
    });
    for (const request of requestsOf('pull', 'traces')) await store.takeSpans({ request, traces: [] }, '1');
    const pulled = objects('pull', 2).map((object) => ({ ...object, recent: [object.stamp] }));
    await store.apply({ objects: pulled, traces: [], removed: [], events: [] }, null);
  });

  it('as notes, comments, scores, tags, saved views and examples', async () => {
    const target = { traceId: traceIdOf(901), spanId: null, sessionId: null };
    const { id, version } = await store.createAnnotation({ ...target, bookmarked: false, note: plant('new note') });
    await store.updateAnnotation(id, version, { bookmarked: true, note: plant('changed note') });
    await store.createComment({ ...target, viewId: null, parentId: null, text: plant('comment'), mentions: [] });
    await store.createScore({
      ...target,
      name: plant('score'),
      value: 1,
      label: plant('label'),
      comment: plant('why'),
      source: 'code',
    });
    await store.createTag({ ...target, name: plant('tag') });
    await store.createSavedView({
      name: plant('view'),
      query: `"${plant('query')}"`,
      last: null,
      from: null,
      to: null,
      environment: null,
      serviceVersion: null,
      team: null,
      groupBy: null,
      sort: null,
      columns: null,
      chart: null,
    });
    const note = await store.createAnnotation({
      ...target,
      bookmarked: false,
      note: 'talk about tokens and the password field',
    });
    expect(note.note).toBe('talk about tokens and the password field');
  });

  it('whatever was planted', async () => {
    const { counts, redacted } = await store.state();
    // Each request was stored, not left out.
    expect(counts.spans).toBeGreaterThanOrEqual(5 * pathsOf('traces').length);
    expect(redacted.total).toBeGreaterThan(pathsOf('traces').length);
    client.close();
    await ingest.close();
    await store.close();
    const rows = await everyRow();
    expect(rows).toContain('[redacted openai-key]');
    const leaks = [...planted].filter(([secret]) => rows.includes(secret)).map(([, place]) => place);
    expect(leaks).toEqual([]);
  });
});
