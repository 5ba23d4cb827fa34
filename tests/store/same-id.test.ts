/** Spans that come with one id: copies, later versions, the two sides of a call. Whatever order they come in, the same is stored. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { blocksThatCountTooMany } from '../../core/store/blocks/superseded-counts';
import { ServiceMetrics } from '../../core/store/figures/service-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { SpanParcels } from '../../core/store/read/span-parcels';
import { readSpan } from '../../core/store/read/span-reader';
import { TraceReader } from '../../core/store/read/trace-reader';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const MS = 1_000_000n;
const TRACE = traceIdOf(7);
const [SERVER, CLIENT] = [2, 3];
const id = (n: number): string => n.toString(16).padStart(16, '0');

type Shape = Partial<SampleSpan> & { readonly service: string; readonly name: string };
/** @param from in milliseconds after T0 */
const span = (n: number, parent: number | null, from: number, to: number, more: Shape): SampleSpan => ({
  traceId: TRACE,
  spanId: id(n),
  ...(parent === null ? {} : { parentSpanId: id(parent) }),
  startNs: T0 + BigInt(from) * MS,
  endNs: to === 0 ? 0n : T0 + BigInt(to) * MS,
  ...more,
});

/** What B3 makes of a call: client and server with one id. */
const CALL: readonly SampleSpan[] = [
  span(1, null, 0, 100, { service: 'front', name: 'GET /', kind: SERVER }),
  span(2, 1, 10, 90, { service: 'front', name: 'call stock', kind: CLIENT }),
  span(2, 1, 20, 70, { service: 'stock', name: 'GET /stock', kind: SERVER }),
  span(3, 2, 30, 50, { service: 'stock', name: 'SELECT', kind: CLIENT }),
];
const UNDER_ONE_ANOTHER = ['GET / (front)', '  call stock (front)', '    GET /stock (stock)', '      SELECT (stock)'];

// Each of them writes and compares thousands of rows many times over.
vi.setConfig({ testTimeout: 480_000 });

describe.each([pgliteDatabases(), postgresDatabases()])('spans with one id on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let workspace = 1;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });
  const emptyWorkspace = async (): Promise<void> => {
    workspace++;
    await sql.query(`insert into workspace (id, name) values (${workspace}, 'w${workspace}')`);
    writer = newWriter();
  };
  const newWriter = () => new StoreWriter(sql, workspace, deflateCodec);
  beforeEach(emptyWorkspace);

  const send = async (...spans: readonly SampleSpan[]) => {
    const [result] = await writer.append([batchOf(spans)]);
    return result;
  };

  /** Indented by depth; spans whose parent is not there come first. */
  const tree = async (traceId = TRACE): Promise<string[]> => {
    const rows = await sql.query(
      `select s.span_id, s.parent_span_id, o.name, v.name as service from span s join operation o on o.id = s.operation_id
         join service v on v.id = o.service_id where s.workspace_id = ${workspace} and trace_id = '${traceId}' order by s.start_ns, o.name`,
    );
    const lines: string[] = [];
    const below = (parent: unknown, depth: number): void => {
      for (const row of rows) {
        const isTop = !rows.some((other) => other.span_id === row.parent_span_id);
        if (parent === null ? !isTop : row.parent_span_id !== parent) continue;
        lines.push(`${'  '.repeat(depth)}${row.name} (${row.service})`);
        below(row.span_id, depth + 1);
      }
    };
    below(null, 0);
    return lines;
  };

  const MODELS = {
    trace: `select trace_id::text, start_ns, end_ns, span_count, error_count, root_rank, root_start_ns, root_span_id,
      missing_parents, input_tokens, output_tokens, agent_name, session_id,
      array(select v.name from service v where v.id = any(service_ids) order by 1)::text as services from trace where workspace_id = $1 order by 1`,
    span: `select trace_id::text, span_id, parent_span_id, start_ns, duration_ns, status, cardinality(attributes) as parts, o.name
      from span join operation o on o.id = operation_id where span.workspace_id = $1 order by 1, 2`,
    side: 'select trace_id::text, span_id, sent_id, sent_parent_id from span_side where workspace_id = $1 order by 1, 2',
    model_call:
      'select trace_id::text, span_id, input_tokens, output_tokens from model_call where workspace_id = $1 order by 1, 2',
    missing_parent: 'select trace_id::text, span_id from missing_parent where workspace_id = $1 order by 1, 2',
    workspace: 'select trace_count, span_count from workspace where id = $1',
  } as const;
  const dump = async (): Promise<object> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(MODELS).map(async ([name, query]) => [name, await sql.query(query, [workspace])]),
      ),
    );

  /** What people see counted, of services, their operations and their calls. */
  const figures = async (): Promise<object> => {
    const metrics = new ServiceMetrics(sql, workspace);
    const { data: services } = await new TraceReader(sql, workspace).listServices();
    const { data: edges } = await metrics.edges({});
    const { groups } = await metrics.red({ groupBy: 'operation' });
    return {
      services: services.map(({ name, spanCount, errorCount }) => ({ name, spanCount, errorCount })),
      edges: edges.map(({ caller, callee, calls, errors }) => ({ caller, callee, calls, errors })),
      groups: [...groups].sort((a, b) => (a.operation ?? '').localeCompare(b.operation ?? '')),
    };
  };

  it('keeps both sides of a call, in one request', async () => {
    expect(await send(...CALL)).toEqual({ stored: 4, duplicates: 0 });
    expect(await tree()).toEqual(UNDER_ONE_ANOTHER);
    expect(
      await sql.query(`select span_count, missing_parents, root_rank from trace where workspace_id = ${workspace}`),
    ).toEqual([{ span_count: 4, missing_parents: 0, root_rank: 0 }]);
  });

  it('keeps both sides of a call that come one by one, in any order, and knows all of them again', async () => {
    const stored: object[] = [];
    const counted: object[] = [];
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 3, 0, 1],
      [1, 3, 2, 0],
    ]) {
      await emptyWorkspace();
      for (const at of order) expect(await send(CALL[at] as SampleSpan)).toEqual({ stored: 1, duplicates: 0 });
      expect(await tree(), order.join()).toEqual(UNDER_ONE_ANOTHER);
      expect(await send(...CALL)).toEqual({ stored: 0, duplicates: 4 });
      // Nor does a writer that remembers nothing store it twice.
      writer = newWriter();
      expect(await send(...CALL)).toEqual({ stored: 0, duplicates: 4 });
      stored.push(await dump());
      counted.push(await figures());
    }
    for (const other of stored) expect(other).toEqual(stored[0]);
    for (const other of counted) expect(other).toEqual(counted[0]);
    expect(counted[0]).toMatchObject({
      services: [
        { name: 'front', spanCount: 2 },
        { name: 'stock', spanCount: 2 },
      ],
      edges: [{ caller: 'front', callee: 'stock', calls: 1 }],
    });
  });

  const answered = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 7,
  };

  it('puts what comes again, finished, in the place of what was not, whichever comes first', async () => {
    const begun = span(2, 1, 10, 0, { service: 'agent', name: 'chat', kind: CLIENT, attributes: { step: 'begun' } });
    const ended: SampleSpan = { ...begun, endNs: T0 + 60n * MS, attributes: answered, error: 'cut off' };
    const root = span(1, null, 0, 50, { service: 'agent', name: 'run' });
    const stored: object[] = [];
    for (const [isOld, requests] of [
      [true, [[begun, root], [ended]]],
      [false, [[ended], [begun, root]]],
    ] as const) {
      await emptyWorkspace();
      for (const request of requests) await send(...request);
      if (isOld)
        expect((await sql.query(`select changes from trace where workspace_id = ${workspace}`))[0]).toEqual({
          changes: 1,
        });
      expect(await send(ended)).toEqual({ stored: 0, duplicates: 1 });
      expect(await send(begun)).toEqual({ stored: 0, duplicates: 1 });
      stored.push({ ...(await dump()), ...(await figures()) });
    }
    expect(stored[1]).toEqual(stored[0]);
    expect(stored[0]).toMatchObject({
      trace: [{ span_count: 2, error_count: 1, input_tokens: 100n, output_tokens: 7n, end_ns: T0 + 60n * MS }],
      model_call: [{ input_tokens: 100n }],
      workspace: [{ span_count: 2n, trace_count: 1n }],
      services: [{ name: 'agent', spanCount: 2, errorCount: 1 }],
    });
    const detail = await readSpan(sql, deflateCodec, workspace, TRACE, id(2));
    expect(detail.attributes.map(({ key }) => key)).not.toContain('step');
  });

  it('agrees with a copy that had some of the spans, and is sent those that are stored', async () => {
    await send(...CALL);
    const wanted = await dump();
    const { request, spans } = await new SpanParcels(sql, workspace, deflateCodec).read(
      [{ traceId: TRACE, mark: null }],
      null,
    );
    expect(spans).toBe(4);
    for (const had of [[], [2, 3], [3], [0, 1]]) {
      await emptyWorkspace();
      await send(...had.map((at) => CALL[at] as SampleSpan));
      await writer.append([decodeTraces(request).batch]);
      expect(await dump(), had.join()).toEqual(wanted);
      await send(...CALL);
      expect(await dump(), had.join()).toEqual(wanted);
    }
  });

  /** As many spans as fill blocks, of some services that call each other; some come unfinished first. */
  const many = (count: number, finished: boolean): SampleSpan[] =>
    Array.from({ length: count }, (_, i) => {
      const isCalled = i % 3 === 2;
      return {
        ...span(10 + i, i % 3 === 0 ? null : 10 + i - 1, i, 0, {
          service: isCalled ? 'back' : 'front',
          name: isCalled ? 'work' : 'ask',
          kind: isCalled ? SERVER : CLIENT,
          ...(finished ? { attributes: { result: `r${i % 5}` } } : {}),
        }),
        traceId: traceIdOf(100 + Math.floor(i / 3)),
        ...(finished ? { endNs: T0 + BigInt(i + 1 + (i % 7)) * MS, ...(i % 10 === 2 ? { error: 'no' } : {}) } : {}),
      };
    });

  it('counts spans of closed blocks once that came again, and after those blocks are summarised anew', async () => {
    const spans = 4_500;
    for (let at = 0; at < spans; at += 1_500) await writer.append([batchOf(many(spans, true).slice(at, at + 1_500))]);
    // Calls of an open block whose callers are in others are counted when it is closed.
    const seal = () => writer.change((tx, { blocks }) => blocks.seal(tx));
    await seal();
    const wanted = { ...(await dump()), ...(await figures()) };
    expect(wanted).toMatchObject({ edges: [{ caller: 'front', callee: 'back', calls: 1_500, errors: 150 }] });
    await emptyWorkspace();
    for (let at = 0; at < spans; at += 1_500) await writer.append([batchOf(many(spans, false).slice(at, at + 1_500))]);
    for (let at = 0; at < spans; at += 750) await writer.append([batchOf(many(spans, true).slice(at, at + 750))]);
    await seal();
    const got = async () => ({ ...(await dump()), ...(await figures()) });
    expect(await got()).toEqual(wanted);
    const tooMany = await blocksThatCountTooMany(sql, workspace);
    expect(tooMany.length).toBeGreaterThan(0);
    for (const block of tooMany) await writer.change((tx, { blocks }) => blocks.tidy(tx, block));
    expect(await blocksThatCountTooMany(sql, workspace)).toEqual([]);
    expect(await got()).toEqual(wanted);
    await new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();
    expect(await got()).toEqual(wanted);
  });

  it.each([1, 2, 3])('stores the same, however often and in whatever order it is sent (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const exports = randomExports(random);
    const stored: object[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      if (attempt > 0) {
        await emptyWorkspace();
      }
      const order = shuffled([...exports, ...exports.filter(() => random() < 0.3)], random);
      for (let at = 0; at < order.length; ) {
        const take = 1 + Math.floor(random() * 6);
        await writer.append(order.slice(at, at + take).map((request) => batchOf(request)));
        // Now and then it remembers nothing.
        if (random() < 0.2) writer = newWriter();
        at += take;
      }
      stored.push({ ...(await dump()), services: ((await figures()) as { services: object }).services });
    }
    expect(stored[1]).toEqual(stored[0]);
    expect(stored[2]).toEqual(stored[0]);
  });

  it('more than can be compared are all stored, and one more reads no more than before', async () => {
    const rows = { answered: 0 };
    const counted = countingRows(sql, rows);
    const many = new StoreWriter(counted, workspace, deflateCodec);
    const nth = (n: number, more: Partial<SampleSpan> = {}): SampleSpan =>
      span(9, null, n, n + 1, { service: 'loop', name: `step ${n}`, ...more });
    const answeredBy = async (...spans: readonly SampleSpan[]): Promise<number> => {
      rows.answered = 0;
      await many.append([batchOf(spans)]);
      return rows.answered;
    };
    const range = (from: number, to: number): SampleSpan[] =>
      Array.from({ length: to - from }, (_, i) => nth(from + i));
    await answeredBy(...range(0, 400), span(11, 9, 250, 251, { service: 'loop', name: 'below at once' }));
    const early = await answeredBy(...range(400, 410));
    await answeredBy(...range(410, 1_400));
    expect(await answeredBy(...range(1_400, 1_410))).toBe(early);
    // Copies, one that says more than what is stored, and children, with a writer that knows nothing.
    writer = newWriter();
    expect(await send(nth(0), nth(700), nth(1_300))).toMatchObject({ stored: 0, duplicates: 3 });
    await send(nth(700, { endNs: T0 + 900n * MS }), nth(0, { endNs: T0 + 800n * MS }));
    await send(span(10, 9, 705, 706, { service: 'loop', name: 'below' }));
    const [stored] = await sql.query(
      `select count(*) as spans, count(distinct span_id) as ids, count(distinct start_ns) as starts, max(duration_ns) as longest,
         count(*) filter (where parent_span_id = 9) as children from span where workspace_id = ${workspace}`,
    );
    expect(stored).toEqual({ spans: 1_412n, ids: 1_412n, starts: 1_410n, longest: 800n * MS, children: 2n });
    expect(await new TraceReader(sql, workspace).summary(TRACE)).toMatchObject({ spanCount: 1_412 });
    const [sides] = await sql.query(`select count(*) as n from span_side where workspace_id = ${workspace}`);
    expect(sides).toEqual({ n: 1_409n });
  });
});

/** Counts the rows that statements answer. */
function countingRows(sql: SqlClient, rows: { answered: number }): SqlClient {
  return {
    ...sql,
    query: async (text, parameters, name) => {
      const answer = await sql.query(text, parameters, name);
      rows.answered += answer.length;
      return answer;
    },
    transaction: (run, kind) => sql.transaction((tx) => run(countingRows(tx, rows)), kind),
  };
}

function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_769;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 12)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [order[i], order[other]] = [order[other] as T, order[i] as T];
  }
  return order;
}

/** Requests of a few spans over two traces, few ids and few services: many have an id that another has, and some come in versions. */
function randomExports(random: () => number): SampleSpan[][] {
  const pick = (most: number): number => Math.floor(random() * most);
  return Array.from({ length: 24 }, () =>
    Array.from({ length: 1 + pick(4) }, () => {
      const [kind, start] = [1 + pick(5), pick(3) * 10];
      const parent = pick(6);
      const tokens = random() < 0.3 ? { 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 1 + pick(9) } : {};
      return {
        ...span(1 + pick(5), parent === 0 ? null : parent, start, 0, {
          service: ['front', 'back', 'store'][pick(3)] as string,
          name: `kind ${kind}`,
          kind,
          attributes: { version: pick(3), ...tokens },
        }),
        traceId: traceIdOf(1 + pick(2)),
        endNs: pick(3) === 0 ? 0n : T0 + BigInt(start + pick(20)) * MS,
        ...(random() < 0.2 ? { error: 'no' } : {}),
      };
    }),
  );
}
