/**
 * What is done later and again until it works: pg-boss keeps it in the database, any copy of the server does it. Of a job that
 * failed five times a copy lies in the queue of dead letters, where admins see it and send it anew.
 */
import PgBoss from 'pg-boss';
import type { Job } from '../../core/api/team';
import { SpoorError } from '../../core/model/errors';
import { decodeRows, INT4, orNull, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient, SqlParameter, SqlStatements } from '../../core/store/sql/sql-client';
import type { Log } from '../../services/log';
import type { ServerDatabase } from '../adapters/database';
import { timeSql } from '../adapters/time-sql';

/** After each failure, seconds until it is tried again. */
export const RETRY_AFTER_S = [0, 60, 300, 1_800] as const;
const DEAD = 'dead-letter';
const START_LOCK = 4_318_004;
const BATCH = 20;
const POLL_MS = 1_000;
const USUAL_S = 120;
const KEPT_DAYS = 30;
const MAINTAIN_S = 30;
const ERROR_CHARS = 500;
const JOB_ROW = {
  id: TEXT,
  queue: TEXT,
  state: TEXT,
  attempts: INT4,
  created_at: TEXT,
  next_at: orNull(TEXT),
  error: orNull(TEXT),
  summary: orNull(TEXT),
};

/** JSON. */
export interface Work {
  readonly workspaceId: number;
  /** What it is about, for people. */
  readonly summary: string;
}

export interface JobKind {
  readonly name: string;
  readonly run: (work: Work) => Promise<void>;
  /** A replica that died may have had it for so long; then another one takes it. */
  readonly seconds: number;
}

/** @param run does it within so many seconds, or throws; it may be called again for what it has done */
export function jobKind<W extends Work>(
  name: string,
  run: (work: W) => Promise<void>,
  seconds: number = USUAL_S,
): JobKind {
  // What is sent to a queue is what its `run` takes.
  return { name, run: run as JobKind['run'], seconds };
}

export class Jobs {
  private readonly boss: PgBoss;
  private readonly queues = new Map<string, JobKind>();
  private readonly running = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: Pick<ServerDatabase, 'engine' | 'system' | 'execute'>,
    private readonly log: Log,
  ) {
    this.boss = new PgBoss({
      db: { executeSql: (text, values) => database.execute(text, values) },
      schedule: false,
      maintenanceIntervalSeconds: MAINTAIN_S,
      archiveFailedAfterSeconds: 3_600,
      deleteAfterDays: 7,
    });
    this.boss.on('error', (error) => log('warn', 'jobs wait', { error: error.message }));
  }

  /** Before `start`. */
  define(kind: JobKind): void {
    this.queues.set(kind.name, kind);
  }

  async start(): Promise<void> {
    // Copies that start together would make the same tables at the same time. PGlite has one copy, and one connection.
    if (this.database.engine === 'pglite') await this.prepare();
    else {
      await this.database.system.transaction(async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [START_LOCK]);
        await this.prepare();
      });
    }
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.timer.unref();
  }

  private async prepare(): Promise<void> {
    await this.boss.start();
    await this.boss.createQueue(DEAD, { name: DEAD, retentionDays: KEPT_DAYS });
    for (const { name, seconds } of this.queues.values()) {
      await this.boss.createQueue(name, {
        name,
        retryLimit: RETRY_AFTER_S.length,
        retryDelay: 0,
        expireInSeconds: seconds,
        retentionDays: KEPT_DAYS,
        deadLetter: DEAD,
      });
    }
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await Promise.allSettled(this.running.values());
    await this.boss.stop({ graceful: false, close: false, wait: false });
  }

  /** @param tx the transaction that it is part of */
  async send(tx: SqlStatements, queue: string, works: readonly Work[]): Promise<void> {
    if (works.length === 0) return;
    const jobs = works.map((work) => ({ name: queue, data: { queue, ...work } }));
    await this.boss.insert(jobs, { db: dbOf(tx) });
  }

  /** Those that wait or fail, the newest first; `dead`: those that are tried no more. */
  async list(workspaceId: number, state: Job['state'], limit: number): Promise<Job[]> {
    const rows = await this.database.system.query(
      `select id::text as id, data->>'queue' as queue, state::text as state, (retry_count + (state = 'retry')::int4)::int4 as attempts,
         ${timeSql('created_on')} as created_at, case when state in ('created', 'retry') then ${timeSql('start_after')} end as next_at,
         left(coalesce(output->>'message', output->'value'->>'message', output::text), ${ERROR_CHARS}) as error, data->>'summary' as summary
       from pgboss.job where (data->>'workspaceId')::int4 = $1 and (name = '${DEAD}') = $2
         and state < 'completed' order by created_on desc, id limit $3`,
      [workspaceId, state === 'dead', limit],
    );
    return decodeRows(JOB_ROW, rows).map((row) => ({
      id: row.id,
      queue: row.queue,
      state,
      attempts: state === 'dead' ? RETRY_AFTER_S.length + 1 : row.attempts,
      createdAt: row.created_at,
      nextAt: state === 'dead' ? null : row.next_at,
      error: row.error,
      summary: row.summary ?? '',
    }));
  }

  /** From the dead letters to the queue that it was in, as if it were new. @throws SpoorError NOT_FOUND */
  async requeue(tx: SqlClient, workspaceId: number, id: string): Promise<void> {
    const rows = await tx.query(
      `delete from pgboss.job where name = '${DEAD}' and id = $1::uuid and (data->>'workspaceId')::int4 = $2
       and state < 'completed' returning data::text as data`,
      [id, workspaceId],
    );
    const [row] = decodeRows({ data: TEXT }, rows);
    if (!row) throw new SpoorError('NOT_FOUND', 'There is no such dead letter; it may have been sent anew already.');
    const work = JSON.parse(row.data) as Work & { queue: string };
    await this.send(tx, work.queue, [work]);
  }

  /** Looks for work now. */
  wake(): void {
    for (const queue of this.queues.values()) {
      if (this.running.has(queue.name) || !this.timer) continue;
      const run = this.drain(queue)
        // The database is away: what waits there is looked for again.
        .catch((error: unknown) => this.log('debug', 'jobs wait', { queue: queue.name, error: String(error) }))
        .finally(() => this.running.delete(queue.name));
      this.running.set(queue.name, run);
    }
  }

  private async drain({ name, run }: JobKind): Promise<void> {
    while (this.timer) {
      const jobs = await this.boss.fetch<Work>(name, { batchSize: BATCH, includeMetadata: true });
      if (jobs.length === 0) return;
      await Promise.all(
        jobs.map(async ({ id, data, retryCount }) => {
          try {
            await run(data);
          } catch (error) {
            await this.fail(name, id, retryCount, error);
            return;
          }
          await this.boss.complete(name, id);
        }),
      );
    }
  }

  private async fail(name: string, id: string, failures: number, error: unknown): Promise<void> {
    const message = (error instanceof Error ? error.message : String(error)).slice(0, ERROR_CHARS);
    this.log(failures < RETRY_AFTER_S.length ? 'info' : 'warn', 'a job failed', { queue: name, id, failures, message });
    // The library knows one pause, or pauses that double.
    await this.database.system.query('update pgboss.job set retry_delay = $3 where name = $1 and id = $2::uuid', [
      name,
      id,
      RETRY_AFTER_S[failures] ?? 0,
    ]);
    await this.boss.fail(name, id, { message });
  }
}

function dbOf(tx: SqlStatements): PgBoss.Db {
  return { executeSql: async (text, values) => ({ rows: [...(await tx.query(text, values as SqlParameter[]))] }) };
}
