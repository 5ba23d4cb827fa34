/**
 * Who writes which workspace. A workspace is written by one copy of the server at a time, which holds a lock of PostgreSQL on the
 * connection that it writes with: when either is lost so is the other, and another copy takes over.
 */

import type { Retention } from '../../../../core/api/retention';
import { SpoorError } from '../../../../core/model/errors';
import type { SignalBatch } from '../../../../core/model/signal-batch';
import { EVERY_KEY } from '../../../../core/search/searched-keys';
import { StoreWriter } from '../../../../core/store/ingest/store-writer';
import type { AppendResult } from '../../../../core/store/ingest/writer-state';
import { removeDeletedTraces } from '../../../../core/store/pruning/deleted-traces';
import { Pruner } from '../../../../core/store/pruning/pruner';
import type { TrustedClock } from '../../../../core/store/pruning/trusted-clock';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { Log } from '../../../../services/log';
import { AppendQueue } from '../../../../services/store/append-queue';
import { deflateCodec } from '../../../../services/store/payload-codec';
import type { Lane, ServerDatabase } from '../../../adapters/database';
import { INGESTED } from '../../../events/event';
import { publish } from '../../../events/outbox';

/** A workspace that nothing came for is left to whoever gets its next request. */
const IDLE_MS = 5 * 60_000;
const SWEEP_MS = 30_000;

export interface WorkspaceWriter {
  readonly queue: AppendQueue;
  readonly pruner: Pruner;
  /** Takes traces that were deleted long ago off the disk. @returns how many are gone */
  removeDeleted(isStopped: () => boolean): Promise<number>;
  usedAt: number;
}

/** Retention of a server goes by age: how large a database of many workspaces is says nothing of one. */
const SHARED_FILES = {
  vacuums: false,
  bytes: async () => 0,
  settle: async () => {},
  allowsQuarantine: async () => true,
};

interface OpenLane {
  readonly lane: Promise<Lane>;
  readonly writers: Map<number, Promise<WorkspaceWriter | null>>;
}

export class Writers {
  private readonly lanes: (OpenLane | null)[];
  private readonly sweep: NodeJS.Timeout;

  /** @param count of connections that write */
  constructor(
    private readonly database: Pick<ServerDatabase, 'lane'>,
    count: number,
    /** What is kept of it; asked for when its writer opens. */
    private readonly retentionOf: (workspaceId: number) => Promise<Retention>,
    /** When records arrive, and which are old. */
    private readonly clock: Pick<TrustedClock, 'now' | 'look'>,
    private readonly onCommit: (workspaceId: number) => void,
    private readonly log: Log,
  ) {
    this.lanes = Array.from({ length: count }, () => null);
    this.sweep = setInterval(() => void this.leaveIdle(), SWEEP_MS);
    this.sweep.unref();
  }

  /** Whether this copy writes it now. */
  has(workspaceId: number): boolean {
    return this.lanes[workspaceId % this.lanes.length]?.writers.has(workspaceId) ?? false;
  }

  /** Null: another copy of the server writes it. */
  async of(workspaceId: number): Promise<WorkspaceWriter | null> {
    const { lane, writers } = this.laneOf(workspaceId);
    let writer = writers.get(workspaceId);
    if (!writer) {
      writer = this.open(await lane, workspaceId);
      const opening = writer;
      writers.set(workspaceId, writer);
      const forget = (): void => {
        if (writers.get(workspaceId) === opening) writers.delete(workspaceId);
      };
      opening.then((found) => found === null && forget(), forget);
    }
    const found = await writer;
    if (!found) return null;
    // It was let go while this waited: two writers of a workspace would take the same numbers.
    if (writers.get(workspaceId) !== writer) return this.of(workspaceId);
    found.usedAt = Date.now();
    return found;
  }

  /** Waits for what is queued, then lets go. */
  async close(): Promise<void> {
    clearInterval(this.sweep);
    for (const open of this.lanes) {
      if (!open) continue;
      for (const writer of await Promise.allSettled(open.writers.values())) {
        if (writer.status !== 'fulfilled') continue;
        await writer.value?.pruner.stop();
        await writer.value?.queue.drained();
      }
      await open.lane.then((lane) => lane.close()).catch(() => {});
    }
  }

  private laneOf(workspaceId: number): OpenLane {
    const at = workspaceId % this.lanes.length;
    const known = this.lanes[at];
    if (known) return known;
    const writers: OpenLane['writers'] = new Map();
    const drop = (error: Error): void => {
      if (this.lanes[at]?.writers === writers) this.lanes[at] = null;
      this.log('warn', 'a connection that writes was lost', { error: error.message });
    };
    const lane = this.database.lane(drop);
    lane.catch(drop);
    const open = { lane, writers };
    this.lanes[at] = open;
    return open;
  }

  private async open(lane: Lane, workspaceId: number): Promise<WorkspaceWriter | null> {
    if (!(await lane.own(workspaceId))) return null;
    const retention = await this.retentionOf(workspaceId);
    await this.clock.look();
    const writer = new StoreWriter(lane.sql, workspaceId, deflateCodec, retention, EVERY_KEY, this.clock.now);
    return {
      queue: new AppendQueue(
        {
          append: (batches) =>
            writer.append(batches, (tx, results) => publishIngest(tx, workspaceId, batches, results)),
        },
        () => this.onCommit(workspaceId),
      ),
      removeDeleted: (isStopped) => removeDeletedTraces((run) => writer.change(run), isStopped),
      pruner: new Pruner(lane.sql, writer, workspaceId, retention, SHARED_FILES, this.clock.now),
      usedAt: Date.now(),
    };
  }

  private async leaveIdle(): Promise<void> {
    for (const open of this.lanes) {
      if (!open) continue;
      for (const [workspaceId, opening] of open.writers) {
        const writer = await opening.catch(() => null);
        if (!writer || Date.now() - writer.usedAt < IDLE_MS) continue;
        open.writers.delete(workspaceId);
        await writer.pruner.stop();
        await writer.queue.drained();
        await open.lane.then((lane) => lane.disown(workspaceId)).catch(() => {});
      }
    }
  }
}

async function publishIngest(
  tx: SqlClient,
  workspaceId: number,
  batches: readonly SignalBatch[],
  results: readonly AppendResult[],
): Promise<void> {
  const stored = { spans: 0, logs: 0, points: 0 };
  for (const [i, { signal }] of batches.entries()) {
    const count = results[i]?.stored ?? 0;
    stored[signal === 'traces' ? 'spans' : signal === 'logs' ? 'logs' : 'points'] += count;
  }
  if (stored.spans + stored.logs + stored.points > 0) await publish(tx, workspaceId, INGESTED, stored);
}

export function notNow(): SpoorError {
  return new SpoorError('SERVICE_UNAVAILABLE', 'More arrives than can be stored; try again shortly.');
}
