/** What a deleted workspace left behind is gone a month later, and nothing else is. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeRows, INT4, INT8, TEXT } from '../../core/store/sql/row-spec';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { WorkspaceRemoval } from '../../server/modules/jobs/service/workspace-removal';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  makeKeys,
  type Owner,
  setUpOwner,
  signIn,
  startTeamServer,
  type TeamClient,
  type TeamServer,
} from '../fixtures/team-server';
import { T0, traceIdOf } from '../fixtures/traces';

let postgres: TestPostgres;
let server: TeamServer;
let ann: Owner;
let sql: PgClient;

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.createServed();
  server = await startTeamServer(url);
  ann = await setUpOwner(server);
  sql = pgClient(url);
});
afterAll(async () => {
  await sql?.close();
  await server?.stop();
  await postgres?.stop();
});

/** Something in most tables. */
async function fill(owner: TeamClient): Promise<void> {
  const { ingest } = await makeKeys(owner);
  const spans = Array.from({ length: 1_200 }, (_, i) => ({
    traceId: traceIdOf(1 + (i >> 4)),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    ...(i % 16 > 0 && { parentSpanId: ((i >> 4) * 16 + 1).toString(16).padStart(16, '0') }),
    service: `service ${i % 3}`,
    name: 'chat gpt-5',
    startNs: T0 + BigInt(i),
    endNs: T0 + BigInt(i + 5),
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': i, 'session.id': `s${i >> 4}` },
  }));
  expect(await ingest.export(spans)).toBe(200);
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] };
  const timeUnixNano = String(T0);
  const logs = {
    resourceLogs: [{ resource, scopeLogs: [{ logRecords: [{ timeUnixNano, body: { stringValue: 'hello' } }] }] }],
  };
  expect((await ingest.ask('post', '/v1/logs', logs)).status).toBe(200);
  const gauge = { dataPoints: [{ timeUnixNano, asDouble: 1 }] };
  const metrics = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'm', gauge }] }] }] };
  expect((await ingest.ask('post', '/v1/metrics', metrics)).status).toBe(200);
  const traceId = traceIdOf(1);
  expect((await owner.ask('post', '/v1/annotations', { traceId, note: 'mine', bookmarked: true })).status).toBe(201);
  expect((await owner.ask('post', '/v1/datasets', { name: 'set', description: '' })).status).toBe(201);
}

/** Rows by table. */
async function rowsOf(workspaceId: number): Promise<Record<string, number>> {
  const tables = decodeRows(
    { name: TEXT },
    await sql.query(`select c.relname::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attname = 'workspace_id' and not a.attisdropped order by 1`),
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const rows = await sql.query(`select count(*) as n from ${name} where workspace_id = $1`, [workspaceId]);
    const count = Number(decodeRows({ n: INT8 }, rows)[0]?.n);
    if (count > 0) counts[name] = count;
  }
  return counts;
}

it('whole partitions, then every row', async () => {
  const made = await ann.client.ask('post', '/v1/workspaces', { name: 'Other' });
  await fill(await signIn(server.url, ann.email, made.body.id));
  await fill(ann.client);
  const ids = decodeRows(
    { id: INT4 },
    await sql.query('select id from workspace where public_id = $1::uuid', [made.body.id]),
  );
  const id = ids[0]?.id as number;
  const kept = decodeRows(
    { id: INT4 },
    await sql.query('select id from workspace where public_id = $1::uuid', [ann.workspace]),
  );
  const before = await rowsOf(id);
  expect(Object.keys(before).length).toBeGreaterThan(20);
  expect(before).toMatchObject({ span: 1_200, log_record: 1, metric_point: 1, annotation: 1, dataset: 1, api_key: 2 });
  // Signing in is in the audit log of every workspace of the account.
  const owner = await signIn(server.url, ann.email, made.body.id);
  const others = await rowsOf(kept[0]?.id as number);

  expect((await owner.ask('delete', `/v1/workspaces/${made.body.id}`)).status).toBe(204);
  const log: string[] = [];
  const removal = new WorkspaceRemoval(sql, (_, message) => log.push(message));
  expect(await removal.run()).toBe(0);
  expect(Object.keys(await rowsOf(id)).length).toBeGreaterThan(20);

  await sql.query("update workspace set deleted_at = now() - interval '31 days' where id = $1", [id]);
  expect(await removal.run()).toBe(1);
  expect(await rowsOf(id)).toEqual({});
  expect(await sql.query('select 1 from workspace where id = $1', [id])).toEqual([]);
  expect(await rowsOf(kept[0]?.id as number)).toEqual(others);
  expect((await ann.client.ask('get', '/v1/traces')).body.data.length).toBeGreaterThan(0);
  expect(log).toEqual(['a deleted workspace was removed']);
  expect(await removal.run()).toBe(0);
});
