/** Read models of services, and the rebuild of all of them from the spans: what is rebuilt is what ingest had kept. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { ServiceMetrics } from '../../core/store/figures/service-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { TraceReader } from '../../core/store/read/trace-reader';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const SERVICES = ['web', 'cart', 'payments', 'mail'] as const;
const KINDS = { internal: 1, server: 2, client: 3 } as const;

/** A request through all services: each calls the next, and works a little on its own. Every tenth has no root. */
function request(n: number): SampleSpan[] {
  const id = (k: number): string => (n * 32 + k + 1).toString(16).padStart(16, '0');
  const startNs = T0 + BigInt(n) * 700_000_000n;
  const spans: SampleSpan[] = [];
  for (const [i, service] of SERVICES.entries()) {
    const served: SampleSpan = {
      traceId: traceIdOf(n + 1),
      spanId: id(i * 2),
      ...(i > 0 ? { parentSpanId: id((i - 1) * 2 + 1) } : n % 10 === 3 ? { parentSpanId: 'ffffffffffffffff' } : {}),
      service,
      name: `serve ${service}`,
      kind: KINDS.server,
      startNs: startNs + BigInt(i) * 1_000_000n,
      endNs: startNs + BigInt(i) * 1_000_000n + BigInt(1 + (n % 50)) * 1_000_000n,
      ...((n + i) % 7 === 0 ? { error: 'it failed' } : {}),
    };
    const { error: _, ...rest } = served;
    spans.push(served, {
      ...rest,
      spanId: id(i * 2 + 1),
      parentSpanId: served.spanId,
      name: `call from ${service}`,
      kind: KINDS.client,
      ...(n % 5 === 0 ? { attributes: modelCall(n, i) } : {}),
    });
  }
  // Children arrive before their parents, as exporters send them.
  return spans.reverse();
}

/** Every fifth request is an agent's: each of its client spans calls a model. */
function modelCall(n: number, i: number): Record<string, string | number> {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': `model-${n % 3}`,
    'gen_ai.usage.input_tokens': n * 10 + i,
    'gen_ai.usage.output_tokens': i,
    'gen_ai.agent.name': `agent ${i}`,
    'gen_ai.conversation.id': `conversation-${n}`,
    'enduser.id': `user ${n % 9}`,
    'gen_ai.input.messages': `[{"role":"user","content":"${'long '.repeat(40)}${n}"}]`,
  };
}

const requests = (from: number, count: number): SampleSpan[] =>
  Array.from({ length: count }, (_, i) => request(from + i)).flat();

describe.each([pgliteDatabases(), postgresDatabases()])('read models on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterEach(() => drop());

  const metrics = () => new ServiceMetrics(sql, WORKSPACE);

  const MODELS = {
    span_block: `select id, closed, span_count, error_count, first_start_ns, last_start_ns, longest_ns, md5(terms) as terms,
      md5(bloom) as bloom, last_at::text from span_block order by id`,
    operation_minute: `select operation_id, minute, block_id, is_root, spans, errors, duration_ns, md5(sketch) as sketch
      from operation_minute order by block_id, operation_id, minute, is_root`,
    service_edge: `select caller_id, callee_id, minute, block_id, deployment_id, calls, errors, duration_ns, md5(sketch) as sketch
      from service_edge order by block_id, caller_id, callee_id, minute, deployment_id`,
    trace: `select trace_id::text, start_ns, end_ns, span_count, error_count, failed_count, root_rank, root_start_ns, root_span_id,
      root_operation_id, missing_parents, first_block, last_block, deleted_at is null as listed, input_tokens, output_tokens,
      agent_name, agent_start_ns, session_id, user_id,
      array(select unnest(service_ids) order by 1)::text as services from trace order by trace_id`,
    model_call: 'select c.*, trace_id::text as trace from model_call c order by trace_id, span_id',
    missing_parent: 'select trace_id::text, span_id from missing_parent order by 1, 2',
    workspace: 'select trace_count, span_count from workspace',
    service: 'select name, span_count, error_count from service order by name',
  } as const;

  const dump = async (): Promise<object> =>
    Object.fromEntries(
      await Promise.all(Object.entries(MODELS).map(async ([name, query]) => [name, await sql.query(query)])),
    );

  it('are made anew as ingest had kept them', async () => {
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    // Children of one request, their parents in the next: in blocks of their own at times.
    const spans = requests(0, 1_300);
    for (let at = 0; at < spans.length; at += 1_234) await writer.append([batchOf(spans.slice(at, at + 1_234))]);
    await sql.query(`update trace set deleted_at = now() where trace_id = '${traceIdOf(5)}'`);
    await sql.query('update workspace set trace_count = trace_count - 1, span_count = span_count - 8');
    const kept = await dump();
    expect((kept as { model_call: unknown[] }).model_call.length).toBeGreaterThan(500);

    await sql.query("update span_block set terms = '', bloom = '', span_count = 1 where closed");
    await sql.query('delete from operation_minute where operation_id % 2 = 0');
    await sql.query('update service_edge set calls = 1000, sketch = null, deployment_id = 77');
    await sql.query("delete from trace where trace_id < '00000000-0000-0000-0000-000000000004'");
    await sql.query(
      'update trace set span_count = 3, error_count = 0, failed_count = 7, root_rank = 1, start_ns = 0, last_block = 5',
    );
    await sql.query('update trace set input_tokens = 5, agent_name = null, session_id = null, user_id = null');
    await sql.query('delete from model_call where input_tokens % 3 = 0');
    await sql.query('update model_call set kind_id = (select min(id) from model_call_kind), output_tokens = null');
    await sql.query('delete from missing_parent');
    await sql.query("insert into missing_parent values (1, '00000000-0000-0000-0000-00000000000a', 77)");
    await sql.query('insert into trace select * from (select * from trace limit 1) t on conflict do nothing');
    await sql.query('update workspace set trace_count = 0, span_count = 12');
    await sql.query('update service set span_count = 1, error_count = 1');

    const progress: number[] = [];
    await new Rebuild(
      writer,
      (share) => progress.push(share),
      () => false,
    ).run();
    expect(await dump()).toEqual(kept);
    expect(progress.at(-1)).toBe(1);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);

    // The writer goes on with what is true.
    await writer.append([batchOf(requests(1_300, 1))]);
    expect(await new TraceReader(sql, WORKSPACE).counts()).toMatchObject({ traces: 1_300, spans: 10_400 });
  });

  it('know who called whom, however spans come', async () => {
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const spans = requests(0, 700);
    const services = new Map(spans.map(({ spanId, service }) => [spanId, service]));
    const wanted = new Map<string, { calls: number; errors: number }>();
    for (const { parentSpanId, service, error } of spans) {
      const caller = parentSpanId && services.get(parentSpanId);
      if (!caller || caller === service) continue;
      const key = `${caller} ${service}`;
      const { calls, errors } = wanted.get(key) ?? { calls: 0, errors: 0 };
      wanted.set(key, { calls: calls + 1, errors: errors + (error ? 1 : 0) });
    }
    // All leaves first, their parents thousands of spans later.
    const byService = [...spans].sort(
      (a, b) => SERVICES.indexOf(b.service as 'web') - SERVICES.indexOf(a.service as 'web'),
    );
    for (let at = 0; at < byService.length; at += 500) await writer.append([batchOf(byService.slice(at, at + 500))]);
    const closed = await sql.query('select coalesce(sum(calls), 0)::int4 as calls from service_edge');
    expect(closed[0]).not.toEqual({ calls: 0 });
    const { data: edges } = await metrics().edges({});
    const found = new Map(edges.map(({ caller, callee, calls, errors }) => [`${caller} ${callee}`, { calls, errors }]));
    // Of the open block, only pairs within it are known.
    const open = 700 * 8 - 4_096;
    for (const [key, { calls, errors }] of wanted) {
      const edge = found.get(key) ?? { calls: 0, errors: 0 };
      expect(edge.calls).toBeLessThanOrEqual(calls);
      expect(edge.errors).toBeLessThanOrEqual(errors);
      expect(calls - edge.calls).toBeLessThanOrEqual(open);
    }
    // Once the block is closed, all are.
    await writer.change((tx, { blocks }) => blocks.seal(tx));
    const all = (await metrics().edges({})).data.map((edge) => [
      `${edge.caller} ${edge.callee}`,
      edge.calls,
      edge.errors,
    ]);
    expect(all.sort()).toEqual([...wanted].map(([key, { calls, errors }]) => [key, calls, errors]).sort());
  });

  it('know how long calls took, of which deployment, and when that is unknown', async () => {
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const version = (n: number): string => (n % 3 === 0 ? '1.0' : '2.0');
    const spans = Array.from({ length: 900 }, (_, n) =>
      request(n).map((span): SampleSpan => {
        // A call of `mail` never ends, in each fourth request.
        const isOpen = n % 4 === 0 && span.service === 'mail' && span.kind === KINDS.server;
        return { ...span, resource: { 'service.version': version(n) }, ...(isOpen ? { endNs: 0n } : {}) };
      }),
    ).flat();
    for (let at = 0; at < spans.length; at += 800) await writer.append([batchOf(spans.slice(at, at + 800))]);
    const check = async (asked: 'all' | '1.0' | '2.0'): Promise<void> => {
      const { data } = await metrics().edges(asked === 'all' ? {} : { version: asked });
      for (const [i, callee] of SERVICES.slice(1).entries()) {
        const called = spans.filter(
          ({ service, kind, resource }) =>
            service === callee && kind === KINDS.server && (asked === 'all' || resource?.['service.version'] === asked),
        );
        const durations = called
          .filter(({ endNs }) => endNs > 0n)
          .map(({ startNs, endNs }) => Number(endNs - startNs))
          .sort((a, b) => a - b);
        const edge = data.find((one) => one.callee === callee);
        expect(edge).toMatchObject({
          caller: SERVICES[i],
          calls: called.length,
          errors: called.filter(({ error }) => error).length,
          timedCalls: durations.length,
        });
        const mean = durations.reduce((sum, ns) => sum + ns, 0) / durations.length;
        expect(edge?.meanDurationNs).toBeCloseTo(mean, 0);
        const p95 = durations[Math.max(0, Math.ceil(0.95 * durations.length - 1e-9) - 1)] as number;
        expect(Math.abs((edge?.p95Ns ?? 0) - p95)).toBeLessThanOrEqual(p95 * 0.0101);
      }
    };
    const checkAll = async (): Promise<void> => {
      for (const asked of ['all', '1.0', '2.0'] as const) await check(asked);
    };
    // Calls that cross into the open block count once it is closed.
    await writer.change((tx, { blocks }) => blocks.seal(tx));
    await checkAll();
    // What an older version counted is unknown until it is counted anew.
    await sql.query('update service_edge set sketch = null, deployment_id = 0');
    const { data: older } = await metrics().edges({});
    for (const edge of older) expect(edge).toMatchObject({ timedCalls: null, meanDurationNs: null, p95Ns: null });
    await new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();
    await checkAll();
  });

  it('count requests, errors and durations by step, of closed and of open blocks', async () => {
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const spans = requests(0, 900);
    await writer.append([batchOf(spans)]);
    const red = await metrics().red({ groupBy: 'service', stepSeconds: 120 });
    expect(red.stepSeconds).toBe(120);
    const from = BigInt(Date.parse(red.from)) * 1_000_000n;
    for (const service of SERVICES) {
      const served = spans.filter((span) => span.service === service && span.kind === KINDS.server);
      const group = red.groups.find((one) => one.service === service);
      expect(group).toMatchObject({ operation: null, spans: served.length });
      expect(group?.errors).toBe(served.filter(({ error }) => error).length);
      const durations = served.map(({ startNs, endNs }) => Number(endNs - startNs)).sort((a, b) => a - b);
      const exact = durations[Math.max(0, Math.ceil(0.95 * durations.length - 1e-9) - 1)] as number;
      expect(Math.abs((group?.p95Ns ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.0101);
      const steps = red.groups[0]?.steps.map((_, i) => {
        const begin = from + BigInt(i) * 120_000_000_000n;
        return served.filter(({ startNs }) => startNs >= begin && startNs < begin + 120_000_000_000n).length;
      });
      expect(group?.steps.map((step) => step.spans)).toEqual(steps);
    }
    const served = spans.filter(({ kind }) => kind === KINDS.server);
    expect(red.total).toMatchObject({ spans: served.length, errors: served.filter(({ error }) => error).length });
    expect(red.total.steps.map((step) => step.spans)).toEqual(
      red.total.steps.map((_, i) => red.groups.reduce((sum, { steps }) => sum + (steps[i]?.spans ?? 0), 0)),
    );
    const operations = await metrics().red({ groupBy: 'operation' });
    expect(operations.groups).toHaveLength(8);
    expect(operations.total).toMatchObject({ spans: red.total.spans, p95Ns: red.total.p95Ns });
    expect(operations.groups.reduce((sum, group) => sum + group.spans, 0)).toBe(spans.length);
    const [first] = red.groups;
    const within = await metrics().red({ from: red.from, to: String(from + 120_000_000_000n), groupBy: 'service' });
    expect(within.groups.find(({ service }) => service === first?.service)?.spans).toBe(first?.steps[0]?.spans);
  });

  it('gives the figures of one service alone, of closed blocks and open ones', async () => {
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const spans = requests(0, 900);
    await writer.append([batchOf(spans)]);
    const all = await metrics().red({ groupBy: 'service' });
    for (const service of SERVICES) {
      const red = await metrics().red({ groupBy: 'operation', service });
      const { steps: _, ...of } = red.total;
      expect(all.groups.find((group) => group.service === service)).toMatchObject(of);
      expect(red.groups.map((group) => group.operation).sort()).toEqual([`call from ${service}`, `serve ${service}`]);
      const own = spans.filter((span) => span.service === service);
      expect(red.groups.reduce((sum, group) => sum + group.spans, 0)).toBe(own.length);
    }
    expect(await metrics().red({ service: 'nobody' })).toMatchObject({ total: { spans: 0 }, groups: [], other: null });
  });
});
