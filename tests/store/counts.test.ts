/** Whatever is stored, added to, deleted, restored, pruned and counted anew, in any order: every figure is what it should be. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { readAgents } from '../../core/store/figures/agents';
import { readUsage } from '../../core/store/figures/usage-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { removeDeletedTraces } from '../../core/store/pruning/deleted-traces';
import { Pruner } from '../../core/store/pruning/pruner';
import { restoreQuarantine } from '../../core/store/pruning/restore-quarantine';
import { deleteTrace, restoreTrace } from '../../core/store/pruning/trace-removal';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { type CountedTrace, figuresOf, spansOf } from '../fixtures/counted-spans';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const TRACES = 6;
const RETENTION = { days: 1, bytes: null, spans: null };
const SEED = 20_261_129;
const RUNS = Number(process.env.SPOOR_COUNT_RUNS ?? 12);
const DAY_MS = 86_400_000;
const BOOK = new PriceBook([]);

const trace = fc.integer({ min: 1, max: TRACES });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('add' as const), trace, spans: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), trace }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restore' as const), trace }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mark' as const), trace }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('seal' as const, 'restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore quarantine' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('prune' as const, 'expire' as const, 'rebuild' as const) }) },
);

describe.each([pgliteDatabases(), postgresDatabases()])('counts on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  /** What the store says. */
  async function figures(workspaceId: number, asked: Iterable<string>) {
    const readers = workspaceReaders(sql, workspaceId, () => BOOK, EVERY_KEY);
    const { spans, traces } = await readers.reader.counts();
    const { data: services } = await readers.reader.listServices({});
    const red = await readers.services.red({ groupBy: 'operation' });
    const groups = await readers.queries.groups({ by: 'span:name', waitMs: 20_000 });
    const routes = await readers.queries.groups({ by: 'span.route', waitMs: 20_000 });
    const { data: keys } = await readers.attributes.keys({ query: 'span.' });
    const { data: edges } = await readers.services.edges({});
    const usage = await readUsage(sql, workspaceId, BOOK, { groupBy: 'model' });
    const { data: agents } = await readAgents(sql, workspaceId, BOOK, {});
    const sessions = (await readers.sessions.list({})).data;
    // Beyond the start of the last trace, too.
    const to = '2100-01-01T00:00:00Z';
    const counted = await readers.histogram.count({ query: '{ span.route != nil }', to, waitMs: 20_000 });
    const summaries = await readers.reader.summaries([...asked]);
    const entries = <T>(items: readonly T[], of: (item: T) => [string, ...number[]]) =>
      Object.fromEntries(items.map(of).map(([key, ...values]) => [key, values]));
    const metric = await readers.queries.run({ query: '{ } | count_over_time()', to, stepNs: 1e18 });
    const measured = metric.kind === 'metrics' ? metric.series.flatMap(({ values }) => values) : [];
    expect(measured.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(spans);
    return {
      counts: { traces, spans },
      traces: Object.fromEntries([...summaries].map(([id, { spanCount }]) => [id, spanCount])),
      services: entries(services, (one) => [one.name, one.spanCount, one.errorCount]),
      operations: entries(red.groups, (one) => [`${one.service} ${one.operation} ${one.kind}`, one.spans, one.errors]),
      groups: entries(groups.groups, (one) => [one.value, one.spans, one.errors]),
      routes: entries(routes.groups, (one) => [one.value, one.spans]),
      counted: counted.counts.reduce((sum, count) => sum + count, 0),
      attributes: entries(keys, ({ key, spanCount }) => [key.slice('span.'.length), spanCount]),
      edges: entries(edges, ({ caller, callee, calls, errors, timedCalls, meanDurationNs }) => [
        `${caller} ${callee}`,
        calls,
        errors,
        timedCalls ?? -1,
        Math.round((meanDurationNs ?? 0) * (timedCalls ?? 0)),
      ]),
      usage: entries(usage.groups, (one) => [String(one.name), one.calls, one.inputTokens]),
      agents: entries(agents, (one) => [String(one.name), one.calls, one.inputTokens]),
      sessions: entries(sessions, (one) => [one.sessionId, one.traceCount, one.spanCount]),
    };
  }

  it('are those of a naive model after any sequence', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const workspaceId = ++runs + WORKSPACE;
        await sql.query('insert into workspace (id, name) values ($1, $2)', [workspaceId, `run ${runs}`]);
        const open = () => new StoreWriter(sql, workspaceId, deflateCodec, RETENTION);
        let writer = open();
        const model = new Map<number, CountedTrace>();
        const taken = new Map<number, number>();
        const aside: [number, CountedTrace][] = [];
        for (const one of steps) {
          const known = 'trace' in one ? model.get(one.trace) : undefined;
          if (one.do === 'add') {
            const from = taken.get(one.trace) ?? 0;
            const spans = spansOf(one.trace, from, one.spans);
            taken.set(one.trace, from + one.spans);
            // Sent twice: what is stored already counts once.
            await writer.append([batchOf(spans)]);
            await writer.append([batchOf(spans.slice(0, 2))]);
            if (known) known.spans.push(...spans);
            else model.set(one.trace, { id: traceIdOf(one.trace), spans, deleted: false, marked: false });
          } else if (one.do === 'delete' && known && !known.deleted) {
            await deleteTrace(sql, workspaceId, known.id);
            known.deleted = true;
          } else if (one.do === 'restore' && known?.deleted) {
            await restoreTrace(sql, workspaceId, known.id);
            known.deleted = false;
          } else if (one.do === 'mark' && known && !known.marked) {
            await sql.query(
              `insert into score (workspace_id, trace_id, name, value, comment, source)
               values ($1, $2::uuid, 'good', 1, '', 'human')`,
              [workspaceId, known.id],
            );
            known.marked = true;
          } else if (one.do === 'seal') await writer.change((tx, { blocks }) => blocks.seal(tx));
          else if (one.do === 'restart') {
            // What was open is closed first: a call across a restart is found by a rebuild alone.
            await writer.change((tx, { blocks }) => blocks.seal(tx));
            writer = open();
          } else if (one.do === 'prune') {
            const files = {
              vacuums: false,
              bytes: async () => 0,
              settle: async () => {},
              allowsQuarantine: async () => true,
            };
            const pruner = new Pruner(sql, writer, workspaceId, RETENTION, files, () => Date.now() + 3 * DAY_MS);
            await pruner.run();
            for (const [n, gone] of model) {
              if (gone.marked) continue;
              model.delete(n);
              if (!gone.deleted) aside.push([n, gone]);
            }
            for (const n of taken.keys()) if (!model.has(n)) taken.set(n, (taken.get(n) ?? 0) + 1);
          } else if (one.do === 'restore quarantine') {
            await restoreQuarantine((run) => writer.change(run), { now: Date.now, ageMs: DAY_MS });
            await new Rebuild(
              writer,
              () => {},
              () => false,
            ).run();
            for (const [n, back] of aside.splice(0)) {
              const there = model.get(n);
              if (there) there.spans.push(...back.spans);
              else model.set(n, back);
            }
          } else if (one.do === 'expire') {
            await sql.query(
              `update trace set deleted_at = deleted_at - interval '31 days' where workspace_id = $1 and deleted_at is not null`,
              [workspaceId],
            );
            await removeDeletedTraces(
              (run) => writer.change(run),
              () => false,
            );
            for (const [n, { deleted }] of model) if (deleted) model.delete(n);
          } else if (one.do === 'rebuild')
            await new Rebuild(
              writer,
              () => {},
              () => false,
            ).run();
          // The writer relates spans that come to those it saw lately, and days lie between that and these.
          if (one.do === 'prune' || one.do === 'expire') writer = open();
          const all = [...model.values()];
          const found = await figures(
            workspaceId,
            all.map(({ id }) => id),
          );
          const { edges, ...exact } = figuresOf(all);
          expect(found).toMatchObject(exact);
          for (const key of ['services', 'operations', 'groups', 'routes', 'attributes', 'usage'] as const) {
            expect(found[key]).toEqual(exact[key]);
          }
          // Of calls across blocks those are known whose block is closed, and that came close to each other.
          for (const [key, [calls = 0]] of Object.entries(found.edges)) {
            expect(calls).toBeLessThanOrEqual(Number(edges[key]?.[0] ?? 0));
          }
          if (one.do !== 'rebuild') continue;
          await writer.change((tx, { blocks }) => blocks.seal(tx));
          await new Rebuild(
            writer,
            () => {},
            () => false,
          ).run();
          expect((await figures(workspaceId, [])).edges).toEqual(edges);
        }
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  });
});
