/** Names go with the data that had them; names that are still in use stay, whenever they come again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { IdSet } from '../../core/store/dictionary/id-set';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { DictionarySweep } from '../../core/store/pruning/dictionaries';
import { Pruner } from '../../core/store/pruning/pruner';
import { readSpan } from '../../core/store/read/span-reader';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { namedRows } from '../fixtures/named-rows';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const DAY_MS = 86_400_000;
/** Names in quarantine stay. */
const FILES = { vacuums: false, bytes: async () => 0, settle: async () => {}, allowsQuarantine: async () => false };
const ROUNDS = Number(process.env.SPOOR_SWEEP_ROUNDS ?? 8);
/** Distinct names that are drawn from: few, so that they come again just when they are looked at. */
const NAMES = 40;

const encoder = new TextEncoder();
const spanIdOf = (n: number): string => (n + 1).toString(16).padStart(16, '0');

/** Each with names that nobody else has. */
function spansFrom(from: number, count: number): SampleSpan[] {
  return Array.from({ length: count }, (_, i) => spanOf(from + i, from + i));
}

function spanOf(n: number, name: number): SampleSpan {
  return {
    traceId: traceIdOf(n + 1),
    spanId: spanIdOf(n),
    service: `service ${name}`,
    resource: { 'deployment.environment.name': `environment ${name}` },
    name: `operation ${name}`,
    kind: 2,
    startNs: T0 + BigInt(n) * 1_000_000n,
    endNs: T0 + BigInt(n) * 1_000_000n + 1_000n,
    attributes: {
      [`key.${name}`]: name,
      'http.route': `/items/${name}`,
      [`long.${name}`]: `${'x'.repeat(200)} ${n}`,
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': `model ${name}`,
      'gen_ai.usage.input_tokens': 1,
    },
  };
}

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });

function logsOf(n: number, names: readonly number[]) {
  const resourceLogs = names.map((name) => ({
    resource: { attributes: [attribute('service.name', `service ${name}`)] },
    scopeLogs: [
      {
        scope: { name: `scope ${name}` },
        logRecords: [{ timeUnixNano: String(T0), attributes: [attribute(`key.${name}`, `value ${name}`)] }],
      },
    ],
  }));
  return decodeLogs(protobufFromLogsJson({ resourceLogs }), encoder.encode(`logs ${n}`), 0n).batch;
}

function metricsOf(n: number, names: readonly number[]) {
  const resourceMetrics = names.map((name) => ({
    resource: { attributes: [attribute('service.name', `service ${name}`)] },
    scopeMetrics: [
      {
        scope: { name: `scope ${name}` },
        metrics: [
          {
            name: `metric ${name}`,
            gauge: {
              dataPoints: [{ timeUnixNano: String(T0), asInt: '1', attributes: [attribute('a', String(name % 7))] }],
            },
          },
        ],
      },
    ],
  }));
  return decodeMetrics(protobufFromMetricsJson({ resourceMetrics }), encoder.encode(`metrics ${n}`)).batch;
}

/** Numbers that look drawn, the same each time. */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Before each question that is asked outside of the writer, something else happens. */
function interrupted(sql: SqlClient, happen: () => Promise<void>): SqlClient {
  return {
    ...sql,
    query: async (...asked) => {
      await happen();
      return sql.query(...asked);
    },
    transaction: async (run) => {
      await happen();
      return sql.transaction(run);
    },
  };
}

describe.each([pgliteDatabases(), postgresDatabases()])('dictionaries on $name', (databases) => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  const opened = async (retention: { days: number | null; bytes: null; spans: number | null }) => {
    const { sql, drop } = await databases.create();
    await migrate(sql, deflateCodec);
    const clock = { ms: Date.now() };
    const now = () => clock.ms;
    return {
      sql,
      drop,
      clock,
      writer: new StoreWriter(sql, WORKSPACE, deflateCodec, retention, EVERY_KEY, now),
      prunerOver: (asked: SqlClient, over: Pick<StoreWriter, 'change'>) =>
        new Pruner(asked, over, WORKSPACE, retention, FILES, now),
    };
  };

  it('lose what was pruned, and are as large as what is stored', async () => {
    const { sql, drop, writer, prunerOver, clock } = await opened({ days: null, bytes: null, spans: 400 });
    const pruner = prunerOver(sql, writer);
    let largest = 0;
    const rounds = 12;
    for (let round = 0; round < rounds; round++) {
      await writer.append([batchOf(spansFrom(round * 200, 200)), metricsOf(round, [round])]);
      clock.ms += 3_600_000;
      await pruner.run();
      const [row] = await sql.query('select count(*)::int4 as n from operation');
      largest = Math.max(largest, Number(row?.n));
    }
    expect(largest).toBeLessThan(1_600);
    await new DictionarySweep(sql, (run) => writer.change(run), WORKSPACE).run(() => false, 1_000);
    expect(await namedRows(sql, WORKSPACE)).toEqual({ missing: {}, unnamed: {} });

    // What is left is whole, and what comes again is found again.
    const last = rounds * 200 - 1;
    const { queries, attributes, services } = workspaceReaders(sql, WORKSPACE, () => new PriceBook([]), EVERY_KEY);
    const detail = await readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(last + 1), spanIdOf(last));
    expect(detail).toMatchObject({ name: `operation ${last}`, service: `service ${last}` });
    const [stored] = await sql.query('select count(*)::int4 as n from span');
    expect((await services.red({ groupBy: 'operation' })).total.spans).toBe(stored?.n);
    await writer.append([batchOf([spanOf(last + 10, 5)])]);
    const found = await queries.run({ query: '{ name = "operation 5" && span.key.5 = 5 }', waitMs: 20_000 });
    expect(found.kind === 'traces' && found.data.map(({ traceId }) => traceId)).toEqual([traceIdOf(last + 11)]);
    expect((await attributes.values('span.http.route', { query: '/items/5' })).data[0]?.spanCount).toBe(1);
    await drop();
  });

  it('keep what comes again while they are swept, in any order', async () => {
    const { sql, drop, writer: first, prunerOver, clock } = await opened({ days: 1, bytes: null, spans: null });
    let writer = first;
    const draw = drawing(20_261_129);
    let n = 0;
    const arrive = async (): Promise<void> => {
      n++;
      const names = Array.from({ length: 1 + draw(3) }, () => draw(NAMES));
      const which = draw(4);
      // Called by a span that came lately, which may be pruned by now.
      const caller = Math.max(0, n - draw(30)) * 10;
      const called = { traceId: traceIdOf(caller + 1), parentSpanId: spanIdOf(caller) };
      const spans = names.map((name, i) => ({ ...spanOf(n * 10 + i, name), ...(i > 0 ? called : {}) }));
      if (which < 2) await writer.append([batchOf(spans)]);
      if (which === 2) await writer.append([logsOf(n, names)]);
      if (which === 3) await writer.append([metricsOf(n, names)]);
    };
    const retention = { days: 1, bytes: null, spans: null };
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < 12; i++) await arrive();
      // Remembers nothing.
      if (draw(3) === 0) {
        writer = new StoreWriter(sql, WORKSPACE, deflateCodec, retention, EVERY_KEY, () => clock.ms);
      }
      clock.ms += 3 * DAY_MS;
      // Something arrives before each question and before each change.
      const interruptedWriter: Pick<StoreWriter, 'change'> = {
        change: async (run) => {
          await arrive();
          return writer.change(run);
        },
      };
      await prunerOver(interrupted(sql, arrive), interruptedWriter).run();
      expect((await namedRows(sql, WORKSPACE)).missing, `after round ${round}`).toEqual({});
      if (draw(4) > 0) continue;
      await new Rebuild(
        writer,
        () => {},
        () => false,
      ).run();
      expect((await namedRows(sql, WORKSPACE)).missing, `after rebuilding in round ${round}`).toEqual({});
    }
    const gone = await sql.query(
      `select ${['operation', 'service', 'attribute', 'metric_series', 'model_call_kind'].map((table) => `(select max(id) - count(*) from ${table}) as ${table}`)}`,
    );
    for (const rows of Object.values(gone[0] ?? {})) expect(Number(rows)).toBeGreaterThan(ROUNDS * 2);
    // Where nothing comes any more, nothing is left but what is named.
    const sweep = new DictionarySweep(sql, (run) => writer.change(run), WORKSPACE);
    await sweep.run(() => false);
    expect(await namedRows(sql, WORKSPACE)).toEqual({ missing: {}, unnamed: {} });
    // Counts of values are those of the rows, in the database and as the writer goes on with them.
    await arrive();
    const wrong = await sql.query(
      `select k.key from attribute_key k where k.value_count <> (
         select count(*) from attribute a where a.workspace_id = k.workspace_id and a.key_id = k.id)`,
    );
    expect(wrong).toEqual([]);
    await drop();
  });

  it('give readers that live on what they ask for', async () => {
    const { sql, drop, writer, prunerOver, clock } = await opened({ days: null, bytes: null, spans: 400 });
    const pruner = prunerOver(sql, writer);
    const { queries, attributes } = workspaceReaders(sql, WORKSPACE, () => new PriceBook([]), EVERY_KEY);
    for (let round = 0; round < 15; round++) {
      // The same key is forgotten with its values and comes again under another number.
      const spans = spansFrom(round * 200, 200).map((span, i) => ({
        ...span,
        attributes: { ...(round % 7 === 0 ? { 'now.and.then': `value ${round}` } : {}), n: i },
      }));
      await writer.append([batchOf(spans)]);
      clock.ms += 3_600_000;
      await pruner.run();
      if (round % 7 !== 0) continue;
      const query = `{ span.now.and.then = "value ${round}" }`;
      const found = await queries.groups({ by: 'span.now.and.then', query, waitMs: 20_000 });
      expect(found.groups).toMatchObject([{ value: `value ${round}`, spans: 200 }]);
      const service = `service ${round * 200 + 7}`;
      const { data } = await attributes.values('resource.service.name', { query: service });
      expect(data.find(({ value }) => value === service)?.spanCount).toBe(1);
    }
    await drop();
  });
});

it('sets of ids hold what was added, and nothing else', () => {
  const set = new IdSet();
  for (const id of [0, 7, 8, 31, 1023, 1024, 100_000, 2_147_483_647]) set.add(id);
  expect([0, 7, 8, 31, 1023, 1024, 100_000, 2_147_483_647].every((id) => set.has(id))).toBe(true);
  expect([1, 6, 32, 1025, 99_999, 5_000_000, 2_147_483_646].some((id) => set.has(id))).toBe(false);
});
