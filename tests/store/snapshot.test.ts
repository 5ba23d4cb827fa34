/**
 * Every answer is one of a state that the store was in: questions of every kind are asked while spans come, old ones are pruned, traces
 * are deleted and restored and the read models are rebuilt, and each answer has to be one that is given when nothing else goes on.
 * `SPOOR_SEED` runs one again; with `SPOOR_LONG` all questions are asked of both databases, which takes minutes.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Retention } from '../../core/api/retention';
import { SpoorError } from '../../core/model/errors';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { PriceBook } from '../../core/pricing/price-book';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { WrittenTexts } from '../../core/redaction/written-texts';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { Pruner } from '../../core/store/pruning/pruner';
import { deleteTrace, restoreTrace } from '../../core/store/pruning/trace-removal';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { WorkspaceReaders } from '../../core/store/workspace/workspace-readers';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { WorkspaceStore } from '../../services/store/workspace-store';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const SEED = Number(process.env.SPOOR_SEED ?? 7);
/** Longer than the machine can be slow: what an answer that is overtaken may see is another test's matter. */
const PATIENCE = { firstMs: 50, againMs: 120_000 };
const NO_HURRY_MS = 60_000;
/** That come at once. */
const TRACES = 10;
const LIMIT: Retention = { days: null, bytes: null, spans: TRACES * 11 };
/** One kind of question of so many is asked of a database, of each another. */
const STEP = process.env.SPOOR_LONG ? 1 : 3;
const BATCHES = 2;
const ASKERS = 3;

class TestStore extends WorkspaceStore {
  constructor(private readonly readers: WorkspaceReaders) {
    super(new WrittenTexts(new Redactor(DEFAULT_REDACTION)));
  }
  protected ready = async () => this.readers;
  protected author = async () => null;
  protected changed = (): void => {};
}

/** Park and Miller. */
function randomFrom(seed: number): (below: number) => number {
  let state = (seed % 2_147_483_646) + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const idOf = (trace: number, n: number): string => (trace * 16 + n + 1).toString(16).padStart(16, '0');

/** Traces of ten spans; each batch adds to a trace of the one before, too. */
function batchFrom(first: number, random: (below: number) => number): SampleSpan[] {
  const spans: SampleSpan[] = [];
  const add = (trace: number, n: number): void => {
    const startNs = T0 + BigInt(trace) * 1_000_000_000n + BigInt(n);
    spans.push({
      traceId: traceIdOf(trace + 1),
      spanId: idOf(trace, n),
      ...(n === 0 ? {} : { parentSpanId: idOf(trace, 0) }),
      service: ['web', 'db', 'mail'][(trace + n) % 3] as string,
      name: `operation ${n % 4}`,
      startNs,
      endNs: startNs + BigInt(1 + random(500)) * 1_000_000n,
      attributes: {
        'http.route': `/items/${random(5)}`,
        note: `Request ${trace} of span ${n} ${'was long '.repeat(20)}`,
        'session.id': `session ${trace % 30}`,
        ...(n === 1 && {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': `model ${trace % 3}`,
          'gen_ai.usage.input_tokens': 10 + random(90),
          'gen_ai.usage.output_tokens': 5,
          'gen_ai.agent.name': `agent ${trace % 4}`,
        }),
      },
      ...(random(12) === 0 ? { error: `timeout ${trace}` } : {}),
    });
  };
  for (let trace = first; trace < first + TRACES; trace++) for (let n = 0; n < 9; n++) add(trace, n);
  for (let trace = Math.max(0, first - 10); trace < first; trace++) add(trace, 9);
  return spans;
}

function logBatch(from: number) {
  const logRecords = Array.from({ length: 30 }, (_, i) => ({
    timeUnixNano: String(T0 + BigInt(from + i)),
    traceId: traceIdOf(from + i + 1),
    body: { stringValue: `line ${from + i}` },
    attributes: [{ key: 'long', value: { stringValue: `value ${from + i} ${'x'.repeat(200)}` } }],
  }));
  const bytes = protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  return decodeLogs(bytes, new TextEncoder().encode(`logs ${from}`), 0n).batch;
}

type Question = (store: TestStore) => Promise<unknown>;

const waitMs = NO_HURRY_MS;
const search = (query: string): Question => {
  return async (store) => (await store.listTraces({ query, limit: 30, waitMs })).data;
};
const QUESTIONS: Readonly<Record<string, Question>> = {
  list: search(''),
  'by duration': async (store) => (await store.listTraces({ sort: '-durationNs', limit: 30, waitMs })).data,
  attribute: search('{ span.http.route = "/items/2" && duration > 100ms }'),
  'full text': search('Request 3'),
  structure: search('{ resource.service.name = "web" && status != error } > { span.http.route = "/items/1" }'),
  metric: (store) => store.query({ query: '{ } | rate() by(resource.service.name)', waitMs }),
  'metric of messages': (store) =>
    store.query({ query: '{ span.note != nil } | quantile_over_time(duration, .5) by(span.http.route)', waitMs }),
  compare: (store) => store.query({ query: '{ } | compare({ status = error })', waitMs }),
  histogram: (store) => store.histogram({ waitMs }),
  'histogram of spans': (store) => store.histogram({ query: '{ span.http.route = "/items/2" }', waitMs }),
  heatmap: async (store) => {
    const { cells, ...counted } = await store.heatmap({ query: '{ status = error }', waitMs });
    // In the order in which they were counted, which has to do with time.
    return { ...counted, cells: cells.map((cell) => JSON.stringify(cell)).sort() };
  },
  groups: (store) => store.groups({ by: 'span.http.route', waitMs }),
  'groups of services': (store) => store.groups({ by: 'resource.service.name', waitMs }),
  attributes: (store) => store.listAttributes({}),
  values: (store) => store.listAttributeValues('span.http.route', {}),
  span: (store) => store.getSpan(traceIdOf(TRACES - 1), idOf(TRACES - 2, 0)),
  'newer span': (store) => store.getSpan(traceIdOf(TRACES * 2), idOf(TRACES * 2 - 1, 9)),
  trace: (store) => store.traceSummary(traceIdOf(TRACES)),
  'trace whole': async (store) => {
    const { summary, rows } = await store.traceSpans(traceIdOf(TRACES), null);
    return { summary, bytes: rows.length };
  },
  'spans in a trace': async (store) => {
    const ids = await store.matchingSpans(traceIdOf(TRACES), '{ span.note != nil }');
    return Array.from(ids, (id) => id.toString()).sort();
  },
  conversation: (store) => store.spanMessages(traceIdOf(TRACES - 1), [BigInt(`0x${idOf(TRACES - 2, 1)}`)]),
  logs: async (store) => (await store.listLogs({})).data,
  sessions: async (store) => (await store.listSessions({})).data,
  'session traces': (store) => store.sessionTraces('session 7', 0, 20),
  agents: (store) => store.listAgents({}),
  usage: (store) => store.usageMetrics({}),
  services: (store) => store.listServices({}),
  'service map': (store) => store.listServiceEdges({}),
  red: (store) => store.redMetrics({}),
};

async function answerTo(question: Question, store: TestStore): Promise<string> {
  try {
    return JSON.stringify(await question(store), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? [...value] : value,
    );
  } catch (error) {
    if (error instanceof SpoorError && error.code === 'NOT_FOUND') return error.code;
    throw error;
  }
}

describe.each([pgliteDatabases(PATIENCE), postgresDatabases()])('answers on $name', (databases) => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  /** What happens to a store. @param onChange after each change */
  const happen = async (sql: SqlClient, onChange: () => Promise<void>): Promise<void> => {
    const random = randomFrom(SEED);
    const told: SqlClient = {
      ...sql,
      transaction: async (run, kind) => {
        const result = await sql.transaction(run, kind);
        await onChange();
        return result;
      },
    };
    const writer = new StoreWriter(told, WORKSPACE, deflateCodec, LIMIT);
    const files = { vacuums: false, bytes: async () => 0, settle: async () => {}, allowsQuarantine: async () => false };
    const pruner = new Pruner(sql, writer, WORKSPACE, LIMIT, files);
    let deleted: number | null = null;
    for (let batch = 0; batch < BATCHES; batch++) {
      await writer.append([batchOf(batchFrom(batch * TRACES, random)), logBatch(batch * 100)]);
      // One that grows with the next batch, and one that is in an old partition by then.
      const [late, old] = [(batch + 1) * TRACES - 1 - random(6), batch * TRACES + 2];
      for (const trace of [late, old]) await deleteTrace(told, WORKSPACE, traceIdOf(trace + 1));
      if (batch > 0) await restoreTrace(told, WORKSPACE, traceIdOf(old + 1));
      if (deleted !== null) await restoreTrace(told, WORKSPACE, traceIdOf(deleted + 1));
      deleted = late;
      if (batch === 0) await pruner.run();
    }
    await new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();
    await pruner.run();
  };
  const open = async () => {
    const { sql, drop } = await databases.create();
    await migrate(sql, deflateCodec);
    const prices = new PriceBook([]);
    const store = new TestStore(
      workspaceReaders(
        sql,
        WORKSPACE,
        () => prices,
        () => true,
      ),
    );
    return { sql, drop, store };
  };

  it(`are those of one state each, whatever goes on meanwhile (seed ${SEED})`, async () => {
    const first = SEED + (databases.name === 'PGlite' ? 0 : 1);
    const asked = Object.entries(QUESTIONS).filter((_, i) => (i + first) % STEP === 0);
    const allowed = new Map(asked.map(([name]) => [name, new Set<string>()]));
    const alone = await open();
    const record = async (): Promise<void> => {
      for (const [name, question] of asked) {
        allowed.get(name)?.add(await answerTo(question, alone.store));
      }
    };
    await record();
    await happen(alone.sql, record);
    await alone.drop();

    const busy = await open();
    const random = randomFrom(SEED + 1);
    let answered = 0;
    let isOver = false;
    const wrong: string[] = [];
    const asker = async (): Promise<void> => {
      while (!isOver) {
        const [name, question] = asked[random(asked.length)] as [string, Question];
        try {
          const answer = await answerTo(question, busy.store);
          if (!allowed.get(name)?.has(answer)) wrong.push(`${name}: ${answer.slice(0, 300)}`);
        } catch (error) {
          wrong.push(`${name}: ${String(error)}`);
        }
        answered++;
      }
    };
    const askers = Array.from({ length: ASKERS }, asker);
    await happen(busy.sql, async () => {
      // Until a few more were asked, so that questions meet every change.
      const enough = answered + random(ASKERS + 1);
      while (answered < enough) await new Promise((resolve) => setTimeout(resolve, 1));
    });
    isOver = true;
    await Promise.all(askers);
    await busy.drop();
    expect(wrong).toEqual([]);
    expect(answered).toBeGreaterThan(50);
  }, 600_000);
});
