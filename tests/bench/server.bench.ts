/**
 * The team server on PostgreSQL, load generator and database on the same machine: durable OTLP ingest of many workspaces against
 * what PostgreSQL takes of the same rows by binary COPY, lists and searches over all that is stored, and what a workspace feels
 * of another that sends all it can.
 */
import { randomBytes } from 'node:crypto';
import { pgClient } from '../../server/adapters/pg-client';
import { digestOf } from '../../server/modules/auth/service/secrets';
import { startPostgres } from '../fixtures/databases';
import { startTeamServer, type TeamServer } from '../fixtures/team-server';
import { copyAlone } from './copy-rows';
import { BATCH_SPANS, loadBatch, sendLoad } from './load';
import { residentBytes } from './memory';
import { percentile, report, SHORT } from './report';

const SPANS = SHORT ? 200_000 : 10_000_000;
const WORKSPACES = SHORT ? 10 : 50;
/** Of COPY by itself. */
const REFERENCE_SPANS = Math.min(SPANS, 500_000);
const CONNECTIONS = 8;
const READS = SHORT ? 60 : 300;
/** Batches are made in portions: ten million spans are 3 GB. */
const PORTION = 500;

async function main(): Promise<void> {
  const postgres = await startPostgres();
  try {
    const reference = pgClient(await postgres.createDatabase());
    const referenceBatches = Array.from({ length: REFERENCE_SPANS / BATCH_SPANS }, (_, n) => loadBatch(n));
    const copyRate = REFERENCE_SPANS / (await copyAlone(reference, referenceBatches));
    await reference.close();
    const url = await postgres.createDatabase();
    const server = await startTeamServer(url);
    const keys = await makeWorkspaces(url);
    const { rate, latencies } = await fill(server, keys);
    const memory = residentBytes(server.process.pid as number) ?? 0;
    await quiet(url);
    const lists = await readTimes(server, keys, () => '/v1/traces?limit=50');
    const searches = await readTimes(server, keys, search);
    const quietTimes = await readTimes(server, keys.slice(1), () => '/v1/traces?limit=50');
    const noisyTimes = await underLoad(server, keys);
    await server.stop();
    report(
      'server',
      [
        { name: 'ingest', value: rate, unit: 'spans/s' },
        { name: 'PostgreSQL alone, binary COPY', value: copyRate, unit: 'rows/s' },
        { name: 'ratio', value: rate / copyRate, unit: 'of COPY' },
        { name: 'acknowledgement p50', value: percentile(latencies, 0.5), unit: 'ms' },
        { name: 'acknowledgement p99', value: percentile(latencies, 0.99), unit: 'ms' },
        { name: 'list p95', value: percentile(lists, 0.95), unit: 'ms' },
        { name: 'search p95', value: percentile(searches, 0.95), unit: 'ms' },
        { name: 'list p95 while another sends all it can', value: percentile(noisyTimes, 0.95), unit: 'ms' },
        {
          name: 'to that of a quiet server',
          value: percentile(noisyTimes, 0.95) / percentile(quietTimes, 0.95),
          unit: 'times',
        },
        { name: 'resident memory after ingest', value: memory / 1024 ** 2, unit: 'MiB' },
      ],
      { spans: SPANS, workspaces: WORKSPACES, connections: CONNECTIONS },
    );
  } finally {
    await postgres.stop();
  }
}

/** An API key for each: making them as people do is limited on purpose. */
async function makeWorkspaces(url: string): Promise<string[]> {
  const sql = pgClient(url);
  const keys: string[] = [];
  for (let n = 0; n < WORKSPACES; n++) {
    const key = `spoor_${randomBytes(32).toString('base64url')}`;
    await sql.query('insert into workspace (id, name) values ($1, $2)', [n + 2, `workspace ${n}`]);
    await sql.query(
      `with p as (insert into project (workspace_id, name) values ($1, 'load') returning id)
       insert into api_key (workspace_id, project_id, name, prefix, digest, scopes)
       select $1, p.id, 'load', 'spoor_', $2, '{ingest,read}' from p`,
      [n + 2, digestOf(key)],
    );
    keys.push(key);
  }
  await sql.close();
  return keys;
}

/** Spans of all workspaces by turns. */
async function fill(
  server: TeamServer,
  keys: readonly string[],
): Promise<{ rate: number; latencies: readonly number[] }> {
  let seconds = 0;
  const latencies: number[] = [];
  const total = SPANS / BATCH_SPANS;
  for (let first = 0; first < total; first += PORTION) {
    const batches = Array.from({ length: Math.min(PORTION, total - first) }, (_, n) => loadBatch(first + n));
    const sent = await sendLoad(server.url, batches, CONNECTIONS, (n) => keys[(first + n) % keys.length] as string);
    seconds += sent.seconds;
    for (const latency of sent.latencies) latencies.push(latency);
  }
  return { rate: SPANS / seconds, latencies };
}

/** What a server that runs for a while has done: statistics, and pages written. */
async function quiet(url: string): Promise<void> {
  const sql = pgClient(url);
  await sql.query('analyze');
  await sql.query('checkpoint');
  await sql.close();
}

function search(n: number): string {
  const queries = [
    '{ span.http.response.status_code = 500 }',
    `{ span.enduser.id = "user-${(n * 37) % 5_000}" }`,
    `{ span.http.route = "/api/items/${n % 25}" && status = error }`,
    'status:error',
  ];
  return `/v1/traces?limit=50&query=${encodeURIComponent(queries[n % queries.length] as string)}`;
}

/** Milliseconds of each; the first of a workspace is what a copy has to read once. */
async function readTimes(
  server: TeamServer,
  keys: readonly string[],
  pathOf: (n: number) => string,
): Promise<number[]> {
  for (const key of keys) await read(server, key, pathOf(0));
  const times: number[] = [];
  for (let n = 0; n < READS; n++) times.push(await read(server, keys[n % keys.length] as string, pathOf(n)));
  return times;
}

async function read(server: TeamServer, key: string, path: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${key}` } });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${body.slice(0, 300)}`);
  return performance.now() - startedAt;
}

/** Lists of other workspaces while the first sends all it can. */
async function underLoad(server: TeamServer, [noisy, ...others]: readonly string[]): Promise<number[]> {
  const batches = Array.from({ length: SHORT ? 100 : 500 }, (_, n) => loadBatch(20_000 + n));
  let sending = true;
  const load = sendLoad(server.url, batches, CONNECTIONS, () => noisy as string).finally(() => {
    sending = false;
  });
  const times: number[] = [];
  for (let n = 0; sending; n++)
    times.push(await read(server, others[n % others.length] as string, '/v1/traces?limit=50'));
  await load;
  return times;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
