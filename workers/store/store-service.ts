/** The store: sole owner of the database. Opens it in the background; calls wait for it. */
import { join } from 'node:path';
import type { CommentAuthor } from '../../core/api/comment';
import type { StoreState } from '../../core/api/contract';
import type { RebuildReport } from '../../core/api/rebuild';
import { KEEPS } from '../../core/api/retention';
import type { FollowsSettings, SettingsInUse, StoreOptions, StoreReport } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import type { SignalBatch } from '../../core/model/signal-batch';
import type { StoreService } from '../../core/operations/store-service';
import { Redactor } from '../../core/redaction/redactor';
import { WrittenTexts } from '../../core/redaction/written-texts';
import { deleteQuarantine } from '../../core/store/pruning/quarantine';
import { readQuarantine } from '../../core/store/pruning/quarantine-report';
import { removeSampleRecords } from '../../core/store/pruning/remove-sample';
import { restoreQuarantine } from '../../core/store/pruning/restore-quarantine';
import { readClock, settleClock } from '../../core/store/pruning/trusted-clock';
import { isRebuildDue, Rebuild } from '../../core/store/rebuild/rebuild';
import { limitsOf } from '../../core/store/sql/partition-share';
import { readLink } from '../../core/store/sync/link';
import { BudgetWatch } from '../../services/store/budget-watch';
import { ChangeFeed } from '../../services/store/change-feed';
import { DatabaseDamagedError, damagedMessage } from '../../services/store/damage';
import { DatabaseEnds, LATELY_MS } from '../../services/store/database-ends';
import { WorkspaceStore } from '../../services/store/workspace-store';
import { DiskSpace, fullMessage, isFatal } from './disk-space';
import { bytesBelow } from './disk-usage';
import { endOnce, type OnEnd } from './end-once';
import { type OpenStore, openStore } from './open-store';

const LOOK_AGAIN_MS = 1_000;
const CLOSED_EARLY = 'Spoor closed before the database could be opened.';
/** A look costs milliseconds; what arrives meanwhile is what may be kept too much. */
const PRUNE_EVERY_MS = 10_000;
/** Walking the data folder costs milliseconds; nobody needs it fresher. */
const DISK_USAGE_TTL_MS = 5_000;

export class Store extends WorkspaceStore implements StoreService, FollowsSettings {
  private readonly changes = new ChangeFeed();
  private readonly opened: Promise<OpenStore>;
  private current: StoreState = { state: 'opening' };
  private diskUsage = { bytes: 0, at: 0 };
  private readonly disk: DiskSpace;
  protected redactor: Redactor;
  private readonly end: (error: unknown) => void;
  private closing = false;
  private rebuilding: RebuildReport = { state: 'never', progress: 0, message: null };
  private rebuilt: Promise<void> = Promise.resolve();

  constructor(
    private options: StoreOptions,
    private readonly onState: (state: StoreState) => void,
    /** Told once: the database cannot go on; the thread should end and be started again. */
    onEnd: OnEnd,
    private readonly onTrouble: (message: string, error: unknown) => void = () => {},
    /** Ends the thread at once: a write of the database found no room. */
    private readonly onFull: () => void = () => {},
  ) {
    const redactor = new Redactor(options.redaction);
    super(new WrittenTexts(redactor));
    this.redactor = redactor;
    this.disk = new DiskSpace(options.dataDir, () => this.changes.changed());
    this.end = endOnce(this.disk, onEnd);
    this.opened = this.open();
    this.opened.then(
      (open) => {
        if (this.current.state !== 'damaged') this.become({ state: 'ready' });
        open.database.guard.look().catch((error) => this.onTrouble('the files could not be checked', error));
        this.rebuildIfDue(open).catch((error) => this.onTrouble('the read models could not be checked', error));
      },
      (error: Error) => {
        const { message } = error;
        if (error instanceof DatabaseDamagedError) this.damaged(message);
        // What is read before it is ready may be what is damaged.
        else if (this.current.state !== 'damaged') this.become({ state: 'failed', message });
      },
    );
    setInterval(() => void this.prune(), PRUNE_EVERY_MS).unref();
  }

  async append(batch: SignalBatch): Promise<{ stored: number; duplicates: number }> {
    const { appends, budgets, database } = await this.ready();
    await database.onDisk;
    try {
      const called = BudgetWatch.tracesOf(batch);
      const result = await appends.append(batch);
      // Found out by somebody else while this was under way.
      database.guard.demandWhole();
      budgets.stored(called);
      return result;
    } catch (error) {
      if (!isFatal(error)) throw error;
      this.end(error);
      throw new SpoorError('SERVICE_UNAVAILABLE', `The database stopped and is started again: ${String(error)}`);
    }
  }

  /** At once, and when the database is open. */
  async follow({ retention, receivers: { redaction } }: SettingsInUse): Promise<void> {
    this.options = { ...this.options, retention, redaction };
    this.redactor = new Redactor(redaction, this.redactor);
    this.texts.follow(this.redactor);
    this.opened.then(
      ({ keep }) => keep(this.options.retention),
      () => {},
    );
    this.changes.changed();
  }

  async rebuild(): Promise<RebuildReport> {
    const { pruner } = await this.ready();
    // Of a partition that is half pruned the traces would come back; none is begun meanwhile.
    return this.rebuildAfter(() => pruner.run());
  }

  private async rebuildAfter(prepare: () => Promise<unknown>): Promise<RebuildReport> {
    const { writer } = await this.ready();
    if (this.rebuilding.state === 'running') {
      throw new SpoorError('CONFLICT', 'The read models are being rebuilt already; wait until that is done.');
    }
    const report = (state: RebuildReport['state'], progress: number, message: string | null = null): void => {
      this.rebuilding = { state, progress, message };
    };
    report('running', 0);
    const rebuild = new Rebuild(
      writer,
      (progress) => report('running', progress),
      () => this.closing,
    );
    this.rebuilt = prepare()
      .then(() => rebuild.run())
      .then(
        () => {
          report('done', 1);
          this.changes.changed();
        },
        (error: unknown) => {
          report('failed', this.rebuilding.progress, String(error));
          this.onTrouble('the read models could not be rebuilt', error);
        },
      );
    return this.rebuilding;
  }

  async restoreQuarantine(): Promise<RebuildReport> {
    const { writer, pruner, clock, sql, workspaceId } = await this.ready();
    const { ageMs } = limitsOf(this.options.retention);
    if ((await readQuarantine(sql, workspaceId)) === null) return this.rebuilding;
    return this.rebuildAfter(async () => {
      await pruner.run();
      await restoreQuarantine((run) => writer.change(run), { now: clock.now, ageMs });
    });
  }

  async deleteQuarantine(): Promise<void> {
    const { sql, workspaceId } = await this.ready();
    if (this.rebuilding.state === 'running') {
      throw new SpoorError('CONFLICT', 'It may be what is being restored just now; wait until that is done.');
    }
    await deleteQuarantine(sql, workspaceId, null);
    await sql.query('checkpoint');
    this.changes.changed();
  }

  async removeSampleRecords(): Promise<void> {
    const { writer } = await this.ready();
    await writer.change(removeSampleRecords);
    this.changes.changed();
  }

  async trustClock(): Promise<void> {
    const { writer, clock, pruner } = await this.ready();
    // Between the two everything would be old.
    const isSettled = await pruner.whileResting(async () => {
      const settled = await writer.change(async (tx, { blocks, partitions }) => {
        const done = await settleClock(tx);
        // Times that the writer remembers are others now.
        blocks.rolledBack();
        partitions.rolledBack();
        return done;
      });
      if (settled) await clock.look();
      return settled;
    });
    if (isSettled) this.changes.changed();
  }

  /** Where an older Spoor stored spans without counting what this one counts. */
  private async rebuildIfDue({ sql, workspaceId }: OpenStore): Promise<void> {
    if ((await isRebuildDue(sql, workspaceId)) && !this.closing) await this.rebuild();
  }

  async rebuildReport(): Promise<RebuildReport> {
    return this.rebuilding;
  }

  nextChange(after: number, signal?: AbortSignal): Promise<number> {
    return this.changes.next(after, signal);
  }

  async state(): Promise<StoreReport> {
    if (this.isReady()) {
      try {
        return await this.readyState();
      } catch (error) {
        // Damage may be met by this very look.
        if (this.isReady()) throw error;
      }
    }
    const disk = await this.disk.state();
    return {
      store: this.current,
      counts: { traces: null, spans: null, logs: null, metricPoints: null },
      bytesOnDisk: null,
      disk,
      lastPruning: null,
      keeping: KEEPS,
      redacted: this.redactor.report,
    };
  }

  private isReady(): boolean {
    return this.current.state === 'ready';
  }

  private async readyState(): Promise<StoreReport> {
    const { database, reader, pruner, sql, workspaceId } = await this.opened;
    if (Date.now() - this.diskUsage.at > DISK_USAGE_TTL_MS) {
      this.diskUsage = { bytes: await bytesBelow(database.directory), at: Date.now() };
    }
    const disk = await this.disk.state();
    return {
      store: this.current,
      counts: await reader.counts(),
      capped: await (await this.opened).capped.read(),
      bytesOnDisk: this.diskUsage.bytes,
      disk,
      lastPruning: await pruner.last(),
      keeping: {
        unmet: pruner.unmetLimit(),
        clock: await readClock(sql),
        quarantine: await readQuarantine(sql, workspaceId),
      },
      redacted: this.redactor.report,
    };
  }

  /** Commits what is queued and closes the database. */
  async close(): Promise<void> {
    this.closing = true;
    const opened = await this.opened.catch(() => null);
    await opened?.pruner.stop();
    await this.rebuilt;
    await opened?.appends.drained();
    if (opened && this.isReady()) await this.rest(opened);
    // One that is damaged may not close.
    await opened?.database.db.close().catch((error: unknown) => this.onTrouble('the database did not close', error));
  }

  /** Writes down until when records came: the next start may find another clock. */
  private async rest({ writer, clock }: OpenStore): Promise<void> {
    try {
      await writer.change((tx, { blocks }) => blocks.rest(tx));
      await clock.rest();
    } catch (error) {
      this.onTrouble('the time of the last record could not be written down', error);
    }
  }

  private async prune(): Promise<void> {
    if (this.current.state !== 'ready' || this.closing) return;
    const { pruner, tended, clock, database } = await this.opened;
    try {
      await database.guard.look();
      await clock.look();
      await tended.tendLog();
      if (this.rebuilding.state === 'running') return;
      if (await pruner.run()) this.changes.changed();
    } catch (error) {
      if (isFatal(error)) this.end(error);
      else this.onTrouble('room could not be made for new records', error);
    }
  }

  private damaged(message: string): void {
    this.become({ state: 'damaged', message, directory: join(this.options.dataDir, 'db') });
  }

  private become(state: StoreState): void {
    this.current = state;
    this.onState(state);
    this.changes.changed();
  }

  protected async author(): Promise<CommentAuthor> {
    const { sql, workspaceId } = await this.ready();
    return (await readLink(sql, workspaceId))?.account ?? null;
  }

  protected changed(): void {
    this.changes.changed();
  }

  protected async ready(): Promise<OpenStore> {
    if (this.current.state === 'failed' || this.current.state === 'damaged')
      throw new SpoorError('SERVICE_UNAVAILABLE', this.current.message);
    try {
      return await this.opened;
    } catch (error) {
      throw new SpoorError('SERVICE_UNAVAILABLE', error instanceof Error ? error.message : String(error));
    }
  }

  private async open(): Promise<OpenStore> {
    await this.endsLapsed();
    await this.roomToOpen();
    return openStore(this.options, this.disk, {
      onChange: () => this.changes.changed(),
      onTrouble: this.onTrouble,
      onDamage: (message) => this.damaged(message),
      onAbort: (error) => {
        if (!this.closing) this.end(error);
      },
      onFull: this.onFull,
    });
  }

  /** What ended again and again is damaged, until it was left alone for a while. */
  private async endsLapsed(): Promise<void> {
    const ends = new DatabaseEnds(this.options.databaseEnds);
    if (!ends.areTooMany) return;
    const reason =
      `PostgreSQL ended in the middle of its work ${ends.lately().length} times within minutes, ` +
      `and is tried again in ${LATELY_MS / 60_000} minutes`;
    this.damaged(await damagedMessage(join(this.options.dataDir, 'db'), reason));
    while (ends.areTooMany) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      if (this.closing) throw new Error(CLOSED_EARLY);
    }
    this.become({ state: 'opening' });
  }

  /** Recovery needs room too. A disk that is full when we start is said so, and looked at again. */
  private async roomToOpen(): Promise<void> {
    for (;;) {
      const { full, freeBytes } = await this.disk.state();
      if (!full) break;
      this.become({ state: 'failed', message: fullMessage(this.options.dataDir, freeBytes) });
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      if (this.closing) throw new Error(CLOSED_EARLY);
    }
    if (this.current.state === 'failed') this.become({ state: 'opening' });
  }
}
