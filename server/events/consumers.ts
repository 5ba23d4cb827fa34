/**
 * Brings every event of the outbox to every consumer, once and in the order of its workspace: what a consumer does and how far it
 * has come are committed together, by whichever copy of the server gets to it. An event that fails is left to the jobs, so that
 * those behind it do not wait.
 */
import { decodeRows, INT4, INT8, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { Log } from '../../services/log';
import type { ServerDatabase } from '../adapters/database';
import { isUnavailable } from '../adapters/database-errors';
import { type Jobs, jobKind, type Work } from '../jobs/jobs';
import { EVENTS, EventsWait, INGESTED, type TeamEvent } from './event';
import { readEvents } from './outbox';

export interface EventConsumer {
  /** It is remembered by. */
  readonly name: string;
  /** What it is told of; null: everything. */
  readonly types: readonly string[] | null;
  /** @param tx what is done in it is done once */
  handle(tx: SqlClient, workspaceId: number, events: readonly TeamEvent[]): Promise<void>;
}

/** For events that nobody is told of, and for those that were missed. */
const LOOK_EVERY_MS = 1_000;
const LOOK_AGAIN_MS = 10_000;
const BATCH = 200;
const WORKSPACES = 100;
const QUEUE = 'event';

interface FailedEvent extends Work {
  readonly consumer: string;
  readonly sequence: number;
}

export class Consumers {
  private readonly running = new Map<string, Promise<void>>();
  /** Of those that run: something happened since they looked. */
  private readonly again = new Set<string>();
  private looking: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: Pick<ServerDatabase, 'system' | 'listen'>,
    private readonly consumers: readonly EventConsumer[],
    private readonly jobs: Jobs,
    private readonly log: Log,
  ) {
    jobs.define(jobKind<FailedEvent>(QUEUE, (work) => this.handleFailed(work)));
  }

  async start(): Promise<void> {
    const ofIngest = this.consumers.filter(({ types }) => types === null || types.includes(INGESTED));
    let rounds = 0;
    this.timer = setInterval(() => {
      this.look(++rounds % (LOOK_AGAIN_MS / LOOK_EVERY_MS) === 0 ? this.consumers : ofIngest);
    }, LOOK_EVERY_MS);
    this.timer.unref();
    await this.database.listen(EVENTS, (payload) => {
      if (payload === '') this.look(this.consumers);
      else for (const consumer of this.consumers) void this.follow(consumer, Number(payload));
    });
    // What happened while no copy ran.
    this.look(this.consumers);
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.looking;
    await Promise.allSettled(this.running.values());
  }

  /** For what nobody said. */
  private look(consumers: readonly EventConsumer[]): void {
    this.looking ??= this.lookOnce(consumers)
      // The database is away, or another copy was faster.
      .catch((error: unknown) => this.log('debug', 'events wait', { error: String(error) }))
      .finally(() => {
        this.looking = null;
      });
  }

  private async lookOnce(consumers: readonly EventConsumer[]): Promise<void> {
    for (const consumer of consumers) {
      // All of them in each round: those that are always behind must not hide the others.
      for (let after: number | undefined = 0; after !== undefined && this.timer; ) {
        const behind = await this.behind(consumer, after);
        for (const id of behind) await this.follow(consumer, id);
        after = behind.length < WORKSPACES ? undefined : behind.at(-1);
      }
    }
  }

  private async behind({ name }: EventConsumer, after: number): Promise<number[]> {
    const rows = await this.database.system.query(
      `select f.workspace_id from event_feed f
         left join event_consumer c on c.workspace_id = f.workspace_id and c.consumer = $1
       where f.workspace_id > $2 and f.seq > coalesce(c.seq, 0) order by f.workspace_id limit ${WORKSPACES}`,
      [name, after],
    );
    return decodeRows({ workspace_id: INT4 }, rows).map(({ workspace_id }) => workspace_id);
  }

  private follow(consumer: EventConsumer, workspaceId: number): Promise<void> {
    const key = `${consumer.name} ${workspaceId}`;
    let running = this.running.get(key);
    if (running) this.again.add(key);
    else {
      running = this.catchUp(consumer, workspaceId, key)
        .catch((error: unknown) =>
          this.log(isAway(error) ? 'debug' : 'warn', 'events wait', {
            consumer: consumer.name,
            error: String(error),
          }),
        )
        .finally(() => {
          this.running.delete(key);
          this.again.delete(key);
        });
      this.running.set(key, running);
    }
    return running;
  }

  private async catchUp(consumer: EventConsumer, workspaceId: number, key: string): Promise<void> {
    let size = BATCH;
    while (this.timer) {
      try {
        this.again.delete(key);
        if (!(await this.step(consumer, workspaceId, size)) && !this.again.has(key)) return;
        size = BATCH;
      } catch (error) {
        if (isAway(error)) throw error;
        // One of them: which, shows when they come one by one.
        if (size === 1) await this.setAside(consumer, workspaceId, error);
        size = 1;
      }
    }
  }

  /** @returns whether there may be more */
  private step(consumer: EventConsumer, workspaceId: number, size: number): Promise<boolean> {
    return this.database.system.transaction(async (tx) => {
      const place = await placeOf(tx, consumer, workspaceId, size);
      if (!place) return false;
      const events = await readEvents(tx, workspaceId, consumer.types, place.after, place.upTo);
      if (events.length > 0) await consumer.handle(tx, workspaceId, events);
      await moveTo(tx, consumer, workspaceId, place.upTo);
      return place.upTo < place.newest;
    });
  }

  private async setAside(consumer: EventConsumer, workspaceId: number, reason: unknown): Promise<void> {
    this.log('warn', 'an event failed', { consumer: consumer.name, workspaceId, error: String(reason) });
    await this.database.system.transaction(async (tx) => {
      const place = await placeOf(tx, consumer, workspaceId, 1);
      if (!place) return;
      const [event] = await readEvents(tx, workspaceId, consumer.types, place.after, place.upTo);
      if (event) {
        const { type, sequence } = event;
        const work: FailedEvent = {
          workspaceId,
          consumer: consumer.name,
          sequence,
          summary: `${type} for ${consumer.name}`,
        };
        await this.jobs.send(tx, QUEUE, [work]);
      }
      await moveTo(tx, consumer, workspaceId, place.upTo);
    });
  }

  private async handleFailed({ workspaceId, consumer: name, sequence }: FailedEvent): Promise<void> {
    const consumer = this.consumers.find((one) => one.name === name);
    if (!consumer) return;
    await this.database.system.transaction(async (tx) => {
      const events = await readEvents(tx, workspaceId, null, BigInt(sequence) - 1n, BigInt(sequence));
      for (const { id } of events) {
        // A job may come twice, its event counts once.
        const rows = await tx.query(
          `insert into event_handled (consumer, workspace_id, event_id) values ($1, $2, $3::uuid)
           on conflict do nothing returning event_id::text as id`,
          [name, workspaceId, id],
        );
        if (decodeRows({ id: TEXT }, rows).length === 0) return;
      }
      if (events.length > 0) await consumer.handle(tx, workspaceId, events);
    });
  }
}

function isAway(error: unknown): boolean {
  return error instanceof EventsWait || isUnavailable(error);
}

interface Place {
  readonly after: bigint;
  readonly upTo: bigint;
  readonly newest: bigint;
}

/** Null: nothing is new, or another copy is at it. */
async function placeOf(
  tx: SqlClient,
  { name }: EventConsumer,
  workspaceId: number,
  size: number,
): Promise<Place | null> {
  // It need not be on disk at once: what is done and how far it has come are lost together, and done again.
  const lock = `select seq, set_config('synchronous_commit', 'off', true) as lazy from event_consumer
    where consumer = $1 and workspace_id = $2 for update skip locked`;
  let rows = await tx.query(lock, [name, workspaceId]);
  if (rows.length === 0) {
    await tx.query('insert into event_consumer (consumer, workspace_id) values ($1, $2) on conflict do nothing', [
      name,
      workspaceId,
    ]);
    rows = await tx.query(lock, [name, workspaceId]);
  }
  const [place] = decodeRows({ seq: INT8 }, rows);
  const newest = await tx.query('select seq from event_feed where workspace_id = $1', [workspaceId]);
  const [feed] = decodeRows({ seq: INT8 }, newest);
  if (!place || !feed || feed.seq <= place.seq) return null;
  const end = place.seq + BigInt(size);
  return { after: place.seq, upTo: end < feed.seq ? end : feed.seq, newest: feed.seq };
}

async function moveTo(tx: SqlClient, { name }: EventConsumer, workspaceId: number, seq: bigint): Promise<void> {
  await tx.query('update event_consumer set seq = $3 where consumer = $1 and workspace_id = $2', [
    name,
    workspaceId,
    seq,
  ]);
}
