/** Workspaces keep their telemetry for as long as each says; what is older goes with its partition, and nobody else's does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';
import { decodeRows, INT8 } from '../../core/store/row-spec';
import { deleteTrace } from '../../core/store/trace-removal';
import type { ServerDatabase } from '../../server/adapters/database';
import { openPostgres } from '../../server/adapters/postgresql';
import { migrateServer } from '../../server/migrations/migrate-server';
import { Ingest } from '../../server/modules/traces/service/ingest';
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
  database = openPostgres({ url: await postgres.createDatabase(), connections: 8 });
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
