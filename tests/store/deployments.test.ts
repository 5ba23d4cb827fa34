/** Environment, version and team of resources: what is counted and listed for some of them is what a search among them finds. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { listDeployments } from '../../core/store/dictionary/deployments';
import { readAgents } from '../../core/store/figures/agents';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { isRebuildDue, Rebuild } from '../../core/store/rebuild/rebuild';
import { CORE_SCHEMA, MIGRATIONS, migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { WorkspaceReaders } from '../../core/store/workspace/workspace-readers';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const book = new PriceBook([]);

/** Each trace: a request in one environment, web's team before another's, every fifth with an agent that calls a model. */
function trace(n: number): SampleSpan[] {
  const environment = n % 4 === 0 ? 'staging' : 'production';
  const version = n % 3 === 0 ? '2.0' : '1.0';
  const startNs = T0 + BigInt(n) * 500_000_000n;
  const id = (k: number): string => (n * 8 + k).toString(16).padStart(16, '0');
  const common = { traceId: traceIdOf(n), startNs, endNs: startNs + BigInt(1 + (n % 7)) * 1_000_000n, kind: 2 };
  const at = { 'deployment.environment.name': environment, 'service.version': version };
  return [
    {
      ...common,
      spanId: id(1),
      service: 'web',
      name: 'GET /',
      resource: { ...at, team: 'front', 'service.namespace': 'shop' },
    },
    {
      ...common,
      spanId: id(2),
      parentSpanId: id(1),
      service: 'pay',
      name: 'POST /pay',
      resource: { ...at, 'service.namespace': 'shop' },
      ...(n % 6 === 0 ? { error: 'declined' } : {}),
    },
    {
      ...common,
      spanId: id(3),
      parentSpanId: id(1),
      service: 'old',
      name: 'job',
      // As older SDKs say it, and nothing else.
      resource: { 'deployment.environment.name': '', 'deployment.environment': environment, 'service.version': '' },
      ...(n % 5 === 0 && {
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': `model-${n % 2}`,
          'gen_ai.usage.input_tokens': n,
          'gen_ai.agent.name': `agent ${n % 2}`,
          'gen_ai.conversation.id': `conversation ${n % 20}`,
        },
      }),
    },
  ];
}

const TRACES = 2_000;
const traces = Array.from({ length: TRACES }, (_, i) => trace(i + 1));

const FILTERS = [
  { environment: 'staging' },
  { version: '2.0' },
  { team: 'front' },
  { team: 'shop' },
  { environment: 'production', version: '1.0', team: 'shop' },
  { environment: 'nowhere' },
  {},
] as const;

/** The spans that a filter leaves, found the slow way. */
function left(filter: { environment?: string; version?: string; team?: string }): SampleSpan[] {
  return traces.flat().filter(({ resource = {} }) => {
    const environment = resource['deployment.environment.name'] || resource['deployment.environment'];
    const team = resource.team ?? resource['service.namespace'];
    return (
      (!filter.environment || environment === filter.environment) &&
      (!filter.version || resource['service.version'] === filter.version) &&
      (!filter.team || team === filter.team)
    );
  });
}

const callsIn = (spans: readonly SampleSpan[]): number =>
  spans.filter(({ attributes }) => attributes?.['gen_ai.operation.name']).length;

describe.each([pgliteDatabases(), postgresDatabases()])('deployments on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let store: WorkspaceReaders;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    store = workspaceReaders(sql, WORKSPACE, () => book, EVERY_KEY);
    // In two, so that traces grow; the last block stays open.
    const spans = traces.flat();
    for (let at = 0; at < spans.length; at += 1_000) await writer.append([batchOf(spans.slice(at, at + 1_000))]);
  });
  afterEach(() => drop());

  const agree = async (): Promise<void> => {
    for (const filter of FILTERS) {
      const spans = left(filter);
      const ids = new Set(spans.map(({ traceId }) => traceId));
      const red = await store.services.red({ ...filter, groupBy: 'operation' });
      const counted = red.groups.reduce((sum, group) => sum + group.spans, 0);
      expect([filter, counted]).toEqual([filter, spans.length]);
      const errors = red.groups.reduce((sum, group) => sum + group.errors, 0);
      expect(errors).toBe(spans.filter(({ error }) => error).length);

      const query = { ...filter, query: '{ }', waitMs: 60_000 };
      const { groups } = await store.queries.groups({ ...query, by: 'name' });
      expect(groups.reduce((sum, group) => sum + group.spans, 0)).toBe(spans.length);
      const { counts, of } = await store.histogram.count(query);
      const total = counts.reduce((sum, count) => sum + count, 0);
      expect(total).toBe(of === 'spans' ? spans.length : ids.size);
      const newest = await store.list.page({ ...query, limit: 20 });
      expect(newest.data.map(({ traceId }) => traceId)).toEqual([...ids].sort().reverse().slice(0, 20));
      const metric = await store.queries.run({ ...query, query: '{ } | count_over_time()' });
      const values = metric.kind === 'metrics' ? (metric.series[0]?.values ?? []) : [];
      expect(values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(spans.length);

      const { data: agents } = await readAgents(sql, WORKSPACE, book, filter);
      expect(agents.reduce((sum, agent) => sum + agent.calls, 0)).toBe(callsIn(spans));
      const withAgent = traces.filter((one) => callsIn(one) > 0 && ids.has(one[0]?.traceId as string));
      expect(agents.reduce((sum, agent) => sum + agent.runs, 0)).toBe(withAgent.length);
      const sessions = await store.sessions.list({ ...filter, limit: 100 });
      // Any of its traces may be of the deployment.
      const wanted = new Set(
        traces.flatMap((one) => {
          const session = one[2]?.attributes?.['gen_ai.conversation.id'];
          return session && ids.has(one[0]?.traceId as string) ? [session] : [];
        }),
      );
      expect(sessions.data.map(({ sessionId }) => sessionId).sort()).toEqual([...wanted].sort());
    }
  };

  it('are counted, listed and searched alike', async () => {
    await agree();
    expect(await listDeployments(sql, WORKSPACE)).toHaveLength(10);
    expect(await listDeployments(sql, WORKSPACE)).toContainEqual({
      environment: 'staging',
      version: '1.0',
      team: 'shop',
    });
    expect(await listDeployments(sql, WORKSPACE)).toContainEqual({ environment: 'staging', version: null, team: null });
  });

  it('are made known of spans that an older Spoor stored', async () => {
    for (const statement of [
      'drop table deployment',
      'alter table resource drop column deployment_id',
      'alter table operation_minute drop column deployment_id',
      'delete from model_call',
      'delete from model_call_kind',
      'alter table model_call_kind drop column deployment_id',
      'alter table trace drop column deployment_ids',
      'alter table workspace drop column rebuild_due',
      'alter table saved_view drop column environment, drop column service_version, drop column team',
      'delete from schema_migration where version = 20',
    ]) {
      await sql.query(statement);
    }
    expect(await migrate(sql, deflateCodec)).toEqual([20]);
    expect(await isRebuildDue(sql, WORKSPACE)).toBe(true);
    const next = new StoreWriter(sql, WORKSPACE, deflateCodec);
    await new Rebuild(
      next,
      () => {},
      () => false,
    ).run();
    expect(await isRebuildDue(sql, WORKSPACE)).toBe(false);
    store = workspaceReaders(sql, WORKSPACE, () => book, EVERY_KEY);
    await agree();
  });

  it('that nobody names ask for no rebuild', async () => {
    const other = await databases.createEmpty();
    await migrate(other.sql, deflateCodec, { ...CORE_SCHEMA, migrations: MIGRATIONS.slice(0, 19) });
    await migrate(other.sql, deflateCodec);
    expect(await isRebuildDue(other.sql, WORKSPACE)).toBe(false);
    await other.drop();
  });
});
