/** Workspaces keep their telemetry for as long as each says; what is older goes with its partition, and nobody else's does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseTraceId, type TraceId } from '../../core/model/ids';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';
import { deleteTrace, missingTrace } from '../../core/store/pruning/trace-removal';
import { decodeRows, INT8, TEXT } from '../../core/store/sql/row-spec';
import type { ServerDatabase } from '../../server/adapters/database';
import { knownError } from '../../server/adapters/database-errors';
import { openPostgres } from '../../server/adapters/postgresql';
import { migrateServer } from '../../server/migrations/migrate-server';
import { WorkspaceRemoval } from '../../server/modules/jobs/service/workspace-removal';
import { Ingest } from '../../server/modules/traces/service/ingest';
import { rebuildWorkspaces } from '../../server/rebuild';
import { TRACES } from '../../services/ingest/signals';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { eventually } from '../fixtures/spoor';
import { T0, traceIdOf } from '../fixtures/traces';

let postgres: TestPostgres;
let database: ServerDatabase;
let ingest: Ingest;
const troubles: string[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  database = openPostgres({ url: await postgres.createServed(), connections: 8 });
  await migrateServer(database);
  await database.system.query(
    "insert into workspace (id, name, retention_days) values (2, 'a month', 30), (3, 'for ever', null), (4, 'a year', 365)",
  );
  ingest = new Ingest({
    database,
    lanes: 2,
    log: (level, message, fields) => troubles.push(`${level} ${message} ${JSON.stringify(fields)}`),
    onSpans: () => {},
  });
});
afterAll(async () => {
  await ingest.close();
  await database.close();
  await postgres.stop();
});

const number = async (query: string): Promise<number> =>
  Number(decodeRows({ n: INT8 }, await database.system.query(`select (${query})::int8 as n`))[0]?.n);
const send = (workspaceId: number, trace: number) => {
  const span = {
    traceId: traceIdOf(trace),
    spanId: 'ab'.repeat(8),
    name: 'GET /',
    kind: 2,
    startNs: T0,
    endNs: T0 + 1n,
  };
  const request = protobufFromTraceJson(traceRequest([{ ...span, service: 'web' }]));
  return ingest.store({ workspaceId, projectId: 'p1' }, TRACES, request);
};
const spansOf = (workspaceId: number) => number(`select count(*) from span where workspace_id = ${workspaceId}`);

it('drops whole partitions of whom it concerns alone', async () => {
  for (const workspaceId of [2, 3, 4]) await send(workspaceId, workspaceId);
  expect(await number("select count(*) from pg_class where relname ~ '^span_[0-9]+$'")).toBe(3);
  await ingest.prune();
  expect(await spansOf(2)).toBe(1);
  // Another copy takes over, and two months pass.
  await ingest.close();
  ingest = new Ingest({ database, lanes: 2, log: (_, message) => troubles.push(message), onSpans: () => {} });
  const closed = () => number('select count(*) from span_block where closed');
  await eventually(async () => {
    await ingest.prune();
    return (await closed()) === 2; // those that do not keep everything
  });
  await database.system.query(
    "update span_block set opened_at = opened_at - interval '60 days', last_at = last_at - interval '60 days'",
  );
  await ingest.prune();
  expect([await spansOf(2), await spansOf(3), await spansOf(4)]).toEqual([0, 1, 1]);
  expect(await number("select count(*) from pg_class where relname ~ '^span_[0-9]+$'")).toBe(2);
  expect(await number('select trace_count from workspace where id = 2')).toBe(0);
  expect(await number('select count(*) from trace where workspace_id = 2')).toBe(0);
  // What comes now is taken as before.
  await send(2, 5);
  expect(await spansOf(2)).toBe(1);
  expect(troubles).toEqual([]);
});

it('traces that were deleted a month ago leave the disk, whatever the workspace keeps', async () => {
  await send(3, 30);
  await send(4, 40);
  await deleteTrace(database.tenant(3), 3, traceIdOf(30));
  await deleteTrace(database.tenant(4), 4, traceIdOf(40));
  await database.system.query(
    "update trace set deleted_at = now() - interval '31 days' where workspace_id = 3 and deleted_at is not null",
  );
  const before = await spansOf(3);
  await ingest.prune();
  expect([await spansOf(3), await number('select count(*) from trace where deleted_at is not null')]).toEqual([
    before - 1,
    1,
  ]);
  expect(troubles).toEqual([]);
});

it('what is old is in quarantine first: hidden from tenants, restored by the operator, gone after a day', async () => {
  const quarantined = () =>
    number("select count(*) from pg_class where relkind = 'r' and relname ~ '^quarantined_span_[0-9]+$'");
  const age = (days: number) =>
    database.system.query(`update span_block set opened_at = opened_at - interval '${days} days',
      last_at = last_at - interval '${days} days', marked_at = marked_at - interval '${days} days'`);
  const events = () => number("select count(*) from event where type = 'guardrail.hit.v1'");
  await database.system.query(
    "insert into workspace (id, name, retention_days) values (6, 'a week', 7), (7, 'none', null)",
  );
  await database.system.query(
    "insert into guardrail (workspace_id, enabled, kind, name) values (6, true, 'secrets', 'rule')",
  );
  await send(6, 60);
  await send(6, 61);
  await database.system.query(`insert into guardrail_hit (workspace_id, trace_id, rule_id, attribute, digest, excerpt)
    select 6, '${traceIdOf(60)}'::uuid, id, 'span.a', 7, 'a' from guardrail where workspace_id = 6`);
  const [before, told] = [await quarantined(), await events()];
  expect(told).toBe(1);
  await ingest.close();
  ingest = new Ingest({ database, lanes: 2, log: (_, message) => troubles.push(message), onSpans: () => {} });
  await ingest.prune();
  await age(8);
  await ingest.prune();
  expect([await spansOf(6), await quarantined()]).toEqual([0, before + 1]);
  // No tenant reads it, whatever a start does.
  await migrateServer(database);
  const table = decodeRows(
    { name: TEXT },
    await database.system.query(
      "select relname::text as name from pg_class where relname ~ '^quarantined_span_[0-9]+$' order by oid desc limit 1",
    ),
  )[0]?.name;
  await expect(database.tenant(6).query(`select * from ${table}`)).rejects.toThrow(/permission denied/);
  // Who follows a link to one is told until when it is there, and whom to ask; of other workspaces' traces nobody is told.
  const whyGone = async (workspace: number) =>
    knownError(await missingTrace(database.tenant(workspace), workspace, parseTraceId(traceIdOf(60)) as TraceId));
  expect(await whyGone(6)).toMatchObject({
    message: expect.stringMatching(
      /in quarantine until \d{4}-\d\d-\d\d \d\d:\d\d UTC.* "spoor-server restore-quarantine"/,
    ),
    details: [{ code: 'quarantined' }],
  });
  expect(await whyGone(7)).toMatchObject({ details: [{ code: 'unknown' }] });
  // Somebody deletes one of them.
  await expect(deleteTrace(database.tenant(7), 7, traceIdOf(61))).rejects.toThrow(/no such trace/);
  await deleteTrace(database.tenant(6), 6, traceIdOf(61));
  await ingest.close();
  const [{ id } = { id: '' }] = decodeRows(
    { id: TEXT },
    await database.system.query('select public_id::text as id from workspace where id = 6'),
  );
  await rebuildWorkspaces(database, [id], () => {}, undefined, true);
  expect(await number('select span_count from workspace where id = 6')).toBe(1);
  expect([await spansOf(6), await quarantined()]).toEqual([1, before]);
  expect(await number('select count(*) from guardrail_hit where workspace_id = 6')).toBe(1);
  expect(await events()).toBe(told);
  // It goes after its day, though everything is kept by now.
  ingest = new Ingest({ database, lanes: 2, log: (_, message) => troubles.push(message), onSpans: () => {} });
  await age(8);
  await ingest.prune();
  expect(await quarantined()).toBe(before + 1);
  await database.system.query('update workspace set retention_days = null where id = 6');
  await database.system.query(
    "update quarantine set quarantined_at = quarantined_at - interval '25 hours' where workspace_id = 6",
  );
  await ingest.prune();
  expect(await quarantined()).toBe(before);
  expect(troubles).toEqual([]);
});

it('a workspace that is deleted takes its quarantine with it', async () => {
  expect(await number('select count(*) from quarantine where workspace_id = 2')).toBeGreaterThan(0);
  await database.system.query("update workspace set deleted_at = now() - interval '31 days' where id = 2");
  await new WorkspaceRemoval(database.system, () => {}).run();
  expect(await number('select count(*) from quarantine where workspace_id = 2')).toBe(0);
  expect(await number("select count(*) from pg_class where relkind = 'r' and relname ~ '^quarantined_'")).toBe(0);
});
