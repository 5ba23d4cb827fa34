/** Searches for logs find what a look at every record finds, on either engine: pages, counts over time, facets, and those around a record. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../core/api/telemetry';
import { LOG_LEVELS, levelNamed, levelOf, severitiesOf } from '../../core/model/log-level';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { matchesLog, textOfBody } from '../../core/query/logs/match-log';
import { parseLogQuery } from '../../core/query/logs/parse-log-query';
import { AnswerSteps } from '../../core/query/traceql/regex';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { LogCounts } from '../../core/store/logs/log-counts';
import { LogPatternReader } from '../../core/store/logs/log-pattern-reader';
import { LogReader } from '../../core/store/logs/log-reader';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { anyLog, anyLogSearch, type DrawnLog, logRequest, resourceOf } from '../fixtures/random-logs';
import { T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const LOGS = 300;
const BATCHES = 3;
const PATIENT_MS = 60_000;

describe.each([pgliteDatabases(), postgresDatabases()])('logs on $name', (databases) => {
  const [drawn = []] = fc.sample(fc.array(anyLog, { minLength: LOGS, maxLength: LOGS }), { seed: 28, numRuns: 1 });
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let reader: LogReader;
  let counts: LogCounts;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    // Few records a block, so that searches have blocks to leave out.
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec, undefined, undefined, undefined, 7);
    for (let batch = 0; batch < BATCHES; batch++) {
      const some = drawn.filter((_, i) => i % BATCHES === batch);
      await writer.append([decodeLogs(protobufFromLogsJson(logRequest(some)), new Uint8Array([batch]), T0).batch]);
    }
    reader = new LogReader(sql, WORKSPACE, deflateCodec);
    counts = new LogCounts(sql, WORKSPACE, reader);
  });
  afterAll(async () => {
    await drop?.();
    await databases.stop();
  });

  it('finds what matches, a page at a time, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(anyLogSearch, fc.constantFrom(7, 50, 100), async (query, limit) => {
        const expected = naive(drawn, query).map(asText).sort();
        const found = await everyPage((cursor) => reader.list({ query, limit, cursor, waitMs: PATIENT_MS }));
        expect(found.map(textOfRecord).sort()).toEqual(expected);
        expect([...found].sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))).toEqual(found);
        expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      }),
      { numRuns: 120, seed: 28 },
    );
  });

  it('goes on from where time was up, and finds no fewer', async () => {
    await fc.assert(
      fc.asyncProperty(anyLogSearch, async (query) => {
        // No time at all: each answer looks at a part and says how far it came.
        const found = await everyPage((cursor) => reader.list({ query, limit: 100, cursor, waitMs: 0 }));
        expect(found.length).toBe(naive(drawn, query).length);
      }),
      { numRuns: 25, seed: 29 },
    );
  });

  it('counts the same over time, by level', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLogSearch,
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 30 }),
        async (query, fromMs, buckets) => {
          const [from, to] = [T0 + BigInt(fromMs) * 1_000_000n, T0 + 350_000_000n];
          const histogram = await counts.histogram({
            query,
            from: String(from),
            to: String(to),
            buckets,
            waitMs: PATIENT_MS,
          });
          const width = BigInt(histogram.bucketNs);
          const expected = Object.fromEntries(LOG_LEVELS.map((level) => [level, new Array<number>(buckets).fill(0)]));
          for (const log of naive(drawn, query)) {
            const at = T0 + BigInt(log.atMs) * 1_000_000n;
            if (at < from || at >= to) continue;
            const row = expected[levelOf(severityOf(log))] as number[];
            const bucket = Number((at - from) / width);
            row[bucket] = (row[bucket] ?? 0) + 1;
          }
          expect(histogram.counts).toEqual(expected);
          expect(histogram.complete).toBe(true);
        },
      ),
      { numRuns: 60, seed: 30 },
    );
  });

  it('counts the same values', async () => {
    await fc.assert(
      fc.asyncProperty(anyLogSearch, async (query) => {
        const facets = await counts.facets({
          query,
          fields: 'level,service,event,scope,env',
          limit: 100,
          waitMs: PATIENT_MS,
        });
        const matches = naive(drawn, query);
        expect(facets.total).toBe(matches.length);
        const counted = Object.fromEntries(
          facets.facets.map(({ field, values }) => [
            field,
            Object.fromEntries(values.map(({ value, count }) => [value, count])),
          ]),
        );
        expect(counted.level).toEqual(tally(matches.map((log) => levelOf(severityOf(log)))));
        expect(counted.service).toEqual(tally(matches.map(({ service }) => service)));
        expect(counted.scope).toEqual(tally(matches.map(({ scope }) => scope)));
        expect(counted.env).toEqual(tally(matches.map(({ environment }) => environment)));
        expect(counted.event?.['user.login']).toBe(tally(matches.map(({ eventName }) => eventName))['user.login']);
      }),
      { numRuns: 40, seed: 31 },
    );
  });

  it('counts values of attributes, and says of how many it cannot', async () => {
    const { facets } = await counts.facets({
      fields: 'http.status_code,flag,no.such.key',
      limit: 100,
      waitMs: PATIENT_MS,
    });
    for (const { field, values, uncounted } of facets) {
      const having = drawn.filter(({ attributes }) => attributes.some(({ key }) => key === field));
      const named = tally(
        having.flatMap(({ attributes }) =>
          attributes.flatMap(({ key, value }) => (key === field && 'intValue' in value ? String(value.intValue) : [])),
        ),
      );
      for (const [value, count] of Object.entries(named)) {
        expect(values.find((one) => one.value === value)?.count, `${field}=${value}`).toBeGreaterThanOrEqual(count);
      }
      const empty = having.filter(({ attributes }) =>
        attributes.some(({ key, value }) => key === field && 'stringValue' in value && value.stringValue === ''),
      );
      expect(values.reduce((sum, { count }) => sum + count, 0) + uncounted + empty.length, field).toBe(having.length);
    }
  });

  it('shows a record whole, and those around it', async () => {
    const all = await everyPage((cursor) => reader.list({ limit: 100, cursor }));
    const at = 150;
    const itself = all[at] as LogRecord;
    expect(await reader.get(itself.id)).toEqual(itself);
    const around = await reader.around(itself.id, { before: 3, after: 4, service: 'all' });
    expect(around).toEqual({ data: all.slice(at - 4, at + 4), complete: true });
    const same = await reader.around(itself.id, { before: 5, after: 5, service: 'same' });
    const ofService = all.filter(({ service }) => service === itself.service);
    const place = ofService.findIndex(({ id }) => id === itself.id);
    expect(same.data).toEqual(ofService.slice(Math.max(0, place - 5), place + 6));
    for (const id of ['nonsense', '1-1', `${T0}-999999`, '99999999999999999999-1']) {
      await expect(reader.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('groups messages by template, with counts and times', async () => {
    const { patterns, looked, complete } = await new LogPatternReader(reader).patterns({
      limit: LOGS,
      waitMs: PATIENT_MS,
    });
    expect(complete).toBe(true);
    expect(looked).toBe(LOGS);
    expect(patterns.reduce((sum, { count }) => sum + count, 0)).toBe(LOGS);
    for (const { firstSeen, lastSeen, sample } of patterns) {
      expect(firstSeen <= lastSeen).toBe(true);
      expect((await reader.get(sample.id)).time).toBe(lastSeen);
    }
  });

  it('keeps to a trace and to a time', async () => {
    const traceId = traceIdOf(2);
    const page = await reader.list({ traceId, limit: 100 });
    expect(page.data.length).toBe(drawn.filter(({ trace }) => trace === 2).length);
    expect(page.search).toEqual({ complete: true, progress: 1 });
    await expect(reader.list({ traceId: 'no' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});

describe.each([pgliteDatabases(), postgresDatabases()])('many and large logs on $name', (databases) => {
  const RECORDS = 2_500;
  const LARGE = 6;
  /** Hardly smaller when it is packed. */
  const LARGE_BYTES = 1_125_000;
  const plain: DrawnLog = {
    atMs: 0,
    severityNumber: 9,
    severityText: '',
    service: 'web',
    environment: '',
    scope: '',
    eventName: '',
    body: { stringValue: 'plain' },
    attributes: [],
    trace: 1,
    span: 0,
  };
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let asked: { readonly text: string; readonly parameters: readonly unknown[] }[];
  let reader: LogReader;
  const watchedQuery: SqlClient['query'] = (text, parameters, name) => {
    asked.push({ text, parameters: parameters ?? [] });
    return sql.query(text, parameters, name);
  };

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const many = Array.from({ length: RECORDS }, (_, i) => ({ ...plain, atMs: i }));
    const large = Array.from({ length: LARGE }, (_, i) => ({
      ...plain,
      atMs: i,
      trace: 2,
      body: { stringValue: `${randomBytes(LARGE_BYTES).toString('base64')} needle ${i}.` },
    }));
    for (const [batch, logs] of [many, large].entries()) {
      await writer.append([decodeLogs(protobufFromLogsJson(logRequest(logs)), new Uint8Array([batch]), T0).batch]);
    }
    reader = new LogReader({ ...sql, query: watchedQuery }, WORKSPACE, deflateCodec);
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(async () => {
    await drop?.();
    await databases.stop();
  });

  it('says that not all is counted where time was up within the last part', async () => {
    const counts = new LogCounts(sql, WORKSPACE, reader);
    // Of a trace, all of it is one part; only the records themselves tell whether they match.
    const query = `trace:${traceIdOf(1)} body=~"^[p]"`;
    for (const waitMs of [0, PATIENT_MS]) {
      for (const counted of [await counts.histogram({ query, waitMs }), await counts.facets({ query, waitMs })]) {
        expect([waitMs, counted.complete]).toEqual([waitMs, counted.total === RECORDS]);
        if (waitMs > 0) expect(counted.total).toBe(RECORDS);
      }
    }
  });

  it('reads no attributes where no key is asked for', async () => {
    const counts = new LogCounts({ ...sql, query: watchedQuery }, WORKSPACE, reader);
    const ofAttributes = () => asked.filter(({ text }) => /from attribute|unnest\(l\.attributes\)/.test(text));
    await counts.facets({ fields: 'level,service,event,scope,env' });
    expect(asked).not.toEqual([]);
    expect(ofAttributes()).toEqual([]);
    await counts.facets({ fields: 'level,http.status_code' });
    expect(ofAttributes()).not.toEqual([]);
  });

  it('asks the database nothing more where nobody waits, however many words there are', async () => {
    const query = Array.from({ length: 100 }, (_, i) => `word${i}`).join(' ');
    await expect(reader.list({ query }, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toEqual([]);
  });

  it('reads few large bodies at once, and looks at each', async () => {
    // A page ends when its records are of megabytes.
    const ofLarge = async (query: string) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await reader.list({ traceId: traceIdOf(2), query, limit: 50, waitMs: PATIENT_MS, cursor });
        expect(page.data.length).toBeLessThan(LARGE);
        found.push(...page.data.map((record) => textOfBody(record.body).slice(-2)));
        cursor = page.pagination.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return found;
    };
    expect(await ofLarge('body:needle')).toEqual(['5.', '4.', '3.', '2.', '1.', '0.']);
    expect(await ofLarge('body:"needle 3"')).toEqual(['3.']);
    expect(await ofLarge('body:"needle 7"')).toEqual([]);
    const read = asked.filter(({ text }) => text.startsWith('select id, data from payload'));
    const sizes = read.map(({ parameters }) => (parameters[1] as readonly number[]).length);
    expect(Math.max(...sizes)).toBeLessThan(LARGE);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3 * LARGE);
  });
});

/** By looking at every record, as it was sent. */
function naive(logs: readonly DrawnLog[], query: string): DrawnLog[] {
  const parsed = parseLogQuery(query);
  const budget = new AnswerSteps();
  return logs.filter((log) =>
    matchesLog(
      parsed,
      {
        severity: severityOf(log),
        service: log.service,
        eventName: log.eventName,
        traceId: log.trace === 0 ? null : traceIdOf(log.trace),
        spanId: log.span === 0 ? null : log.span.toString(16).padStart(16, '0'),
        body: log.body,
        attributes: log.attributes,
        resource: { attributes: resourceOf(log) },
        scope: { name: log.scope },
      },
      budget,
    ),
  );
}

function severityOf({ severityNumber, severityText }: DrawnLog): number {
  if (severityNumber > 0) return severityNumber;
  const level = levelNamed(severityText);
  return level === null ? 0 : severitiesOf(level).least;
}

function asText({ atMs, service, scope, eventName, body, severityNumber, trace, span }: DrawnLog): string {
  return JSON.stringify([atMs, service, scope, eventName, textOfBody(body), severityNumber, trace, span]);
}

function textOfRecord({
  timeUnixNano,
  service,
  scope,
  eventName,
  body,
  severityNumber,
  traceId,
  spanId,
}: LogRecord): string {
  const atMs = Number((BigInt(timeUnixNano) - T0) / 1_000_000n);
  const [trace, span] = [traceId, spanId].map((id) => (id === null ? 0 : Number.parseInt(id, 16)));
  return JSON.stringify([atMs, service, scope.name, eventName, textOfBody(body), severityNumber, trace, span]);
}

function tally(values: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const value of values) if (value !== '') counted[value] = (counted[value] ?? 0) + 1;
  return counted;
}

async function everyPage(ask: (cursor: string | undefined) => ReturnType<LogReader['list']>): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const { data, pagination } = await ask(cursor);
    all.push(...data);
    if (pagination.nextCursor === null) return all;
    cursor = pagination.nextCursor;
  }
}
