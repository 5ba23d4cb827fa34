/** More services, scopes and resources than are held: searches for logs find the same, and memory holds no more than it may. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../core/api/telemetry';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { Turns } from '../../core/query/traceql/turns';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { LogCounts } from '../../core/store/logs/log-counts';
import { type LogNameLimits, LogNames } from '../../core/store/logs/log-names';
import { LogReader } from '../../core/store/logs/log-reader';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { type DrawnLog, logRequest } from '../fixtures/random-logs';
import { T0 } from '../fixtures/traces';

const WORKSPACE = 1;
/** More than a statement reads of them. */
const NAMES = 2_300;
const PATIENT_MS = 60_000;
const FEW: LogNameLimits = { services: 50, messages: 40, messageBytes: 1_000_000, beyond: 1_000_000 };

const logs: readonly DrawnLog[] = Array.from({ length: NAMES }, (_, i) => ({
  atMs: i,
  severityNumber: 9,
  severityText: '',
  service: `service-${i}`,
  environment: `env-${i % 500}`,
  scope: `scope-${i}`,
  eventName: '',
  body: { stringValue: i % 10 === 0 ? 'card declined' : 'fine' },
  attributes: [],
  trace: 0,
  span: 0,
}));

const QUERIES: readonly (readonly [query: string, has: (log: DrawnLog, i: number) => boolean])[] = [
  ['service:"service-7"', (_, i) => i === 7],
  ['service:"service-2200"', (_, i) => i === 2_200],
  ['service:service-22*', ({ service }) => service.startsWith('service-22')],
  ['service!="service-2200"', (_, i) => i !== 2_200],
  ['NOT service=~"[0-4]$"', (_, i) => i % 10 > 4],
  ['service:"no such"', () => false],
  ['service:*', () => true],
  ['scope:"scope-2299"', (_, i) => i === 2_299],
  ['scope=~"99$" "card declined"', () => false],
  ['scope=~"90$" body:declined', (_, i) => i % 100 === 90],
  ['env:"env-3"', (_, i) => i % 500 === 3],
  ['NOT env:"env-3" scope:"scope-3"', () => false],
  ['resource.service.name="service-1900" OR scope:"scope-12"', (_, i) => i === 1_900 || i === 12],
  ['no.such.key:*', () => false],
];

describe.each([pgliteDatabases(), postgresDatabases()])('names of logs on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    for (let from = 0; from < NAMES; from += 575) {
      const some = logRequest(logs.slice(from, from + 575));
      await writer.append([decodeLogs(protobufFromLogsJson(some), new Uint8Array([from / 575]), T0).batch]);
    }
  });
  afterAll(async () => {
    await drop?.();
    await databases.stop();
  });

  it.each([
    ['all of which it looks through', FEW],
    ['some of which it looks through', { ...FEW, beyond: 100 }],
    ['none of which it looks through', { ...FEW, beyond: 0 }],
    ['of which memory has room for none', { services: 0, messages: 0, messageBytes: 0, beyond: 100 }],
    ['of which messages are long', { ...FEW, messages: 10_000, messageBytes: 2_000 }],
  ])('finds and counts the same among more names than are held, %s', async (_, limits) => {
    const reader = new LogReader(sql, WORKSPACE, deflateCodec, limits);
    const counts = new LogCounts(sql, WORKSPACE, reader);
    for (const [query, has] of QUERIES) {
      const expected = logs.filter(has).map(({ service }) => service);
      const found = await everyPage((cursor) => reader.list({ query, limit: 1_000, cursor, waitMs: PATIENT_MS }));
      expect([query, found.map(({ service }) => service).sort()]).toEqual([query, [...expected].sort()]);
      const histogram = await counts.histogram({ query, waitMs: PATIENT_MS });
      expect([query, histogram.total, histogram.complete]).toEqual([query, expected.length, true]);
    }
    const { facets, complete } = await counts.facets({ fields: 'service,scope,env', limit: NAMES, waitMs: PATIENT_MS });
    expect(complete).toBe(true);
    expect(facets.map(({ values }) => values.length)).toEqual([NAMES, NAMES, 500]);
    expect(facets[2]?.values[0]).toEqual({ value: 'env-0', count: 5 });
    const { services, messages, messageBytes } = limits;
    // Each message has more than ten bytes.
    expect(reader.nameBooks.held).toBeLessThanOrEqual(services + 2 * Math.min(messages, messageBytes / 10));
  });

  it('finds no fewer where time is up while it looks through names', async () => {
    const reader = new LogReader(sql, WORKSPACE, deflateCodec, FEW);
    for (const [query, has] of QUERIES.slice(0, 6)) {
      const found = await everyPage((cursor) => reader.list({ query, limit: 1_000, cursor, waitMs: 0 }));
      expect([query, found.length]).toEqual([query, logs.filter(has).length]);
    }
  });

  it('says to which number it looked', async () => {
    const turns = new Turns(undefined, Number.POSITIVE_INFINITY);
    const names = new LogNames(sql, WORKSPACE, { ...FEW, beyond: 2_000 });
    const { ids, lookedTo } = await names.services.where(() => true, turns);
    expect(ids).toHaveLength(50 + 2_000);
    expect(lookedTo).toBe(Math.max(...ids));
    const all = await new LogNames(sql, WORKSPACE, FEW).services.where(() => true, turns);
    expect([all.ids.length, all.lookedTo]).toEqual([NAMES, null]);
    expect(names.held).toBe(50 + 40 + 40);
  });

  it('sees names that came later, and holds them where there is room', async () => {
    const reader = new LogReader(sql, WORKSPACE, deflateCodec);
    const before = reader.nameBooks;
    await reader.list({ query: 'scope:later' });
    const held = before.held;
    const later = [{ ...(logs[0] as DrawnLog), service: 'later', scope: 'later', environment: 'later' }];
    await new StoreWriter(sql, WORKSPACE, deflateCodec).append([
      decodeLogs(protobufFromLogsJson(logRequest(later)), new Uint8Array([99]), T0).batch,
    ]);
    expect((await reader.list({ query: 'scope:later env:later service:lat*' })).data).toHaveLength(1);
    expect(before.held).toBe(held + 3);
  });
});

type Page = Awaited<ReturnType<LogReader['list']>>;

async function everyPage(read: (cursor: string | undefined) => Promise<Page>): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const { data, pagination } = await read(cursor);
    found.push(...data);
    if (pagination.nextCursor === null) return found;
    cursor = pagination.nextCursor;
  }
}
