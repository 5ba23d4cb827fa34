/**
 * The team server on PostgreSQL, load generator and database on the same machine: durable OTLP ingest of many workspaces against
 * what PostgreSQL takes of the same rows by binary COPY, lists and searches over all that is stored, and what a workspace feels
 * of another that sends all it can.
 */
import { pgClient } from '../../server/adapters/pg-client';
import { startDurablePostgres } from '../fixtures/databases';
import { startTeamServer, type TeamServer } from '../fixtures/team-server';
import { copyAlone } from './copy-rows';
import { BATCH_SPANS, loadBatch, sendLoad } from './load';
import { residentBytes } from './memory';
import { type Figure, percentile, report, SHORT } from './report';
import { measureCopies } from './server-copies';
import { makeWorkspaces } from './server-workspaces';

const SPANS = SHORT ? 200_000 : 10_000_000;
const WORKSPACES = SHORT ? 10 : 50;
const CONNECTIONS = 8;
const READS = SHORT ? 60 : 300;
/** Batches are made in portions: ten million spans are 3 GB. */
const PORTION = 500;
const COPIES_SECONDS = SHORT ? 2 : 8;

async function main(): Promise<void> {
  const postgres = await startDurablePostgres();
  try {
    const copyRate = await copyRateOf(await postgres.createDatabase());
    const url = await postgres.createDatabase();
    const server = await startTeamServer(url);
    const keys = await makeWorkspaces(url, WORKSPACES);
    const { rate, latencies } = await fill(server, keys);
    const memory = residentBytes(server.process.pid as number) ?? 0;
    await quiet(url);
    const lists = await readTimes(server, keys, () => '/v1/traces?limit=50');
    const searches = await readTimes(server, keys, search);
    const quietTimes = await readTimes(server, keys.slice(1), () => '/v1/traces?limit=50');
    const noisyTimes = await underLoad(server, keys);
    await server.stop();
    const copies: Figure[] = [];
    for (const count of SHORT ? [1, 2] : [1, 2, 3]) {
      const { rate, fairness } = await measureCopies(await postgres.createDatabase(), count, COPIES_SECONDS);
      const name = count === 1 ? '1 copy, 4 workspaces' : `${count} copies in turn`;
      copies.push({ name, value: rate, unit: 'spans/s' });
      copies.push({ name: `${name}: least served to most`, value: fairness, unit: 'ratio' });
    }
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
        ...copies,
        { name: 'resident memory after ingest', value: memory / 1024 ** 2, unit: 'MiB' },
      ],
      { spans: SPANS, workspaces: WORKSPACES, connections: CONNECTIONS },
    );
  } finally {
    await postgres.stop();
  }
}

/** @param url of an empty database, emptied again: its pages are not to be written while something else is measured */
async function copyRateOf(url: string): Promise<number> {
  const sql = pgClient(url);
  const seconds = await copyAlone(sql, portions());
  await sql.query('drop schema public cascade');
  await sql.query('checkpoint');
  await sql.close();
  return SPANS / seconds;
}

/** The load, in portions of a partition's spans at most. */
function* portions(): Generator<readonly Uint8Array[]> {
  const total = SPANS / BATCH_SPANS;
  for (let first = 0; first < total; first += PORTION) {
    yield Array.from({ length: Math.min(PORTION, total - first) }, (_, n) => loadBatch(first + n));
  }
}

/** Spans of all workspaces by turns. */
async function fill(
  server: TeamServer,
  keys: readonly string[],
): Promise<{ rate: number; latencies: readonly number[] }> {
  let seconds = 0;
  const latencies: number[] = [];
  let sentBefore = 0;
  for (const batches of portions()) {
    const first = sentBefore;
    const sent = await sendLoad(server.url, batches, CONNECTIONS, (n) => keys[(first + n) % keys.length] as string);
    sentBefore += batches.length;
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
