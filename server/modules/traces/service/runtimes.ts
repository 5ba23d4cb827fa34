/** The workspaces that this copy of the server has in memory; those that nobody asked for are forgotten. */
import type { ServerDatabase } from '../../../adapters/database';
import { Spool } from './spool';
import { type RuntimeOptions, WorkspaceRuntime } from './workspace-runtime';
import { Writers } from './writers';

/** At most; the one that rested longest goes. */
const MAX_RUNTIMES = 500;
/** Spooled requests whose copy died before it wrote them. */
const LOOK_FOR_SPOOLED_MS = 2_000;
/** Changes of a workspace are told no more often. */
const TELL_EVERY_MS = 200;

const CHANGED = 'spoor_changed';
const SPOOLED = 'spoor_spooled';

type Options = Omit<RuntimeOptions, 'writers' | 'spool' | 'tell' | 'tellSpooled' | 'database'> & {
  readonly database: ServerDatabase;
  /** Connections that write. */
  readonly lanes: number;
};

export class Runtimes {
  private readonly runtimes = new Map<number, WorkspaceRuntime>();
  private readonly writers: Writers;
  private readonly spool: Spool;
  private readonly telling = new Set<number>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: Options) {
    const { database, lanes, log } = options;
    this.spool = new Spool(database.system);
    this.writers = new Writers(
      database,
      lanes,
      (workspaceId) => {
        this.runtimes.get(workspaceId)?.hear();
        this.tell(workspaceId);
      },
      log,
    );
    this.timer = setInterval(() => void this.adopt(), LOOK_FOR_SPOOLED_MS);
    this.timer.unref();
  }

  async start(): Promise<void> {
    const { database } = this.options;
    await database.listen(CHANGED, (payload) => {
      // Nothing named: some may have been missed.
      const all = payload === '' ? [...this.runtimes.values()] : [this.runtimes.get(Number(payload))];
      for (const runtime of all) runtime?.hear();
    });
    await database.listen(SPOOLED, (payload) => {
      if (payload !== '') void this.runtimes.get(Number(payload))?.drain();
    });
  }

  of(workspaceId: number): WorkspaceRuntime {
    let runtime = this.runtimes.get(workspaceId);
    if (runtime) this.runtimes.delete(workspaceId);
    else {
      runtime = new WorkspaceRuntime(workspaceId, {
        ...this.options,
        writers: this.writers,
        spool: this.spool,
        tell: (id) => this.tell(id),
        tellSpooled: (id) => this.announce(SPOOLED, id),
      });
      for (const [oldest, { queueDepth }] of this.runtimes) {
        if (this.runtimes.size < MAX_RUNTIMES) break;
        if (queueDepth === 0) this.runtimes.delete(oldest);
      }
    }
    this.runtimes.set(workspaceId, runtime);
    return runtime;
  }

  /** Requests received and not answered yet. */
  get queueDepth(): number {
    let depth = 0;
    for (const runtime of this.runtimes.values()) depth += runtime.queueDepth;
    return depth;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writers.close();
  }

  /** Takes over what waits for a copy of the server that is gone. */
  private async adopt(): Promise<void> {
    try {
      for (const workspaceId of await this.spool.workspaces()) await this.of(workspaceId).drain();
    } catch {
      // The database is away; what waits there is looked for again.
    }
  }

  private tell(workspaceId: number): void {
    if (this.telling.has(workspaceId)) return;
    this.telling.add(workspaceId);
    setTimeout(() => {
      this.telling.delete(workspaceId);
      this.announce(CHANGED, workspaceId);
    }, TELL_EVERY_MS).unref();
  }

  /** Who does not hear of it looks by himself, later. */
  private announce(channel: string, workspaceId: number): void {
    this.options.database.notify(channel, String(workspaceId)).catch(() => {});
  }
}
