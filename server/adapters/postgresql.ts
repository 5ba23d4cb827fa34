/** The server's database on PostgreSQL. */
import pg from 'pg';
import { FairShare } from '../../services/net/fair-share';
import { whoActs } from './acting';
import { distribution } from './citus';
import {
  ACTOR_SETTING,
  LANE_LOCK,
  type Lane,
  REQUEST_SETTING,
  type ServerDatabase,
  TENANT_ROLE,
  TENANT_SETTING,
} from './database';
import { type InTurn, PG_TYPES, poolConnections, sqlOver, type WithConnection } from './pg-client';

/** A query of a screen that takes longer is one nobody waits for. */
const STATEMENT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 1_000;
/** An answer whose copy stands still would keep partitions from being dropped for ever. */
const IDLE_ANSWER_MS = 60_000;
/** Answers that one account or key is given at once in a workspace. Each keeps a connection, a slow one for a minute. */
const ANSWERS_AT_ONCE = 4;
/** Connections that answers leave to everything else. */
const NOT_FOR_ANSWERS = 2;

export interface PostgresOptions {
  readonly url: string;
  /** Connections of this copy at most, beside those of lanes. */
  readonly connections: number;
}

export function openPostgres({ url, connections }: PostgresOptions): ServerDatabase {
  const base = {
    connectionString: url,
    types: PG_TYPES,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
  };
  const few = Math.max(2, Math.floor(connections / 4));
  const system = quietPool({ ...base, max: few, application_name: 'spoor system' });
  const most = connections - few;
  const tenants = quietPool({
    ...base,
    max: most,
    application_name: 'spoor',
    idle_in_transaction_session_timeout: IDLE_ANSWER_MS,
  });
  const ofOne = new FairShare(ANSWERS_AT_ONCE);
  const ofAll = new FairShare(Math.max(1, most - NOT_FOR_ANSWERS));
  const answersOf = (workspaceId: number): InTurn => {
    return (run) => ofOne.run(`${workspaceId} ${whoActs()?.name ?? ''}`, () => ofAll.run('', run));
  };
  const listener = new Listener({ ...base, statement_timeout: 0, application_name: 'spoor listener' });
  const isDistributed = distribution(sqlOver(poolConnections(system)));
  const systemSql = sqlOver(poolConnections(system), undefined, isDistributed);
  return {
    engine: 'postgresql',
    // Its files are looked after by those who run it.
    damage: () => null,
    system: systemSql,
    tenant: (workspaceId) =>
      sqlOver(
        poolConnections(tenants, (connection) => become(connection, workspaceId)),
        answersOf(workspaceId),
        isDistributed,
      ),
    execute: (text, values) => system.query(text, values && [...values]),
    lane: (onLost) =>
      openLane({ ...base, statement_timeout: 0, application_name: 'spoor writer' }, isDistributed, onLost),
    listen: (channel, hear) => listener.listen(channel, hear),
    async notify(channel, payload) {
      await systemSql.query('select pg_notify($1, $2)', [channel, payload]);
    },
    async close() {
      await Promise.all([listener.close(), system.end(), tenants.end()]);
    },
  };
}

function quietPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  // The server closed a connection that rests: the pool drops it, and the next query says whether there is a server.
  pool.on('error', () => {});
  // Or one that is in use, between two statements: the next of them says so. Unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** For whom a connection speaks; it is told again only when that is another. */
const speaksFor = new WeakMap<pg.ClientBase, string>();

async function become(connection: pg.PoolClient, workspaceId: number): Promise<void> {
  const actor = whoActs();
  const settings = [String(workspaceId), actor?.name ?? '', actor?.requestId ?? ''];
  const wanted = settings.join('\n');
  const current = speaksFor.get(connection);
  if (current === wanted) return;
  speaksFor.delete(connection);
  if (current === undefined) await connection.query(`set role ${TENANT_ROLE}`);
  await connection.query(
    `select set_config('${TENANT_SETTING}', $1, false), set_config('${ACTOR_SETTING}', $2, false),
       set_config('${REQUEST_SETTING}', $3, false)`,
    settings,
  );
  speaksFor.set(connection, wanted);
}

/** One connection, one statement or transaction at a time. */
async function openLane(
  config: pg.ClientConfig,
  isDistributed: () => Promise<boolean>,
  onLost: (error: Error) => void,
): Promise<Lane> {
  const client = new pg.Client(config);
  let lost: Error | null = null;
  let closing = false;
  const lose = (error: Error): void => {
    if (lost || closing) return;
    lost = error;
    onLost(error);
  };
  client.on('error', lose);
  client.on('end', () => lose(new Error('the connection to PostgreSQL ended')));
  await client.connect();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn: WithConnection = (run) => {
    const next = last.then(() => {
      if (lost) throw lost;
      return run(client);
    });
    last = next.catch(() => {});
    return next;
  };
  const sql = sqlOver(inTurn, undefined, isDistributed);
  return {
    sql,
    async own(workspaceId) {
      const [row] = await sql.query('select pg_try_advisory_lock($1, $2) as own', [LANE_LOCK, workspaceId]);
      return row?.own === true;
    },
    async disown(workspaceId) {
      await sql.query('select pg_advisory_unlock($1, $2)', [LANE_LOCK, workspaceId]);
    },
    async close() {
      closing = true;
      await client.end();
    },
  };
}

/** One connection that listens, and comes back when it is lost. */
class Listener {
  private readonly heard = new Map<string, ((payload: string) => void)[]>();
  private client: pg.Client | null = null;
  private closed = false;

  constructor(private readonly config: pg.ClientConfig) {}

  async listen(channel: string, hear: (payload: string) => void): Promise<void> {
    const others = this.heard.get(channel);
    this.heard.set(channel, [...(others ?? []), hear]);
    if (others) return;
    if (this.client) await this.client.query(`listen ${channel}`);
    else await this.connect();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.end();
  }

  private async connect(): Promise<void> {
    const client = new pg.Client(this.config);
    const again = (): void => {
      if (this.closed || this.client !== client) return;
      this.client = null;
      setTimeout(() => void this.connect().catch(again), RECONNECT_MS).unref();
    };
    this.client = client;
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ channel, payload }) => {
      for (const hear of this.heard.get(channel) ?? []) hear(payload ?? '');
    });
    try {
      await client.connect();
      for (const channel of this.heard.keys()) await client.query(`listen ${channel}`);
    } catch (error) {
      again();
      throw error;
    }
    // What was said while nobody listened is asked for by whom it concerns.
    for (const hear of [...this.heard.values()].flat()) hear('');
  }
}
