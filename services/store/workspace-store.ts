/** The store of one workspace: its methods, as core declares them, over the workspace's readers. What opens it, appends and prunes is the host's. */
import type { AlertOutcome, AlertRule } from '../../core/api/alert';
import type { CommentAuthor } from '../../core/api/comment';
import { SpoorError } from '../../core/model/errors';
import { ALL_OPERATIONS } from '../../core/operations/operations';
import type { StoreOperations } from '../../core/operations/store-service';
import type { WrittenTexts } from '../../core/redaction/written-texts';
import type { StoreCall } from '../../core/store/workspace/store-call';
import type { StoreContext } from '../../core/store/workspace/store-context';
import { STORE_METHODS, type StoreMethods } from '../../core/store/workspace/store-methods';
import { forgetSlow, type WorkspaceReaders } from '../../core/store/workspace/workspace-readers';

/** SQLSTATE of our own. */
const READ_ALONE = 'SP403';

/** By name. */
const CALLS: ReadonlyMap<string, StoreCall<readonly unknown[], unknown>> = new Map([
  ...[...ALL_OPERATIONS].flatMap(([name, { run }]) => (run.how === 'through' ? [] : [[name, run] as const])),
  ...Object.entries<StoreCall<readonly unknown[], unknown>>(STORE_METHODS),
]);

abstract class CalledStore {
  /** @param texts takes secrets out of what is written about telemetry */
  constructor(protected readonly texts: WrittenTexts) {
    for (const [name, call] of CALLS) {
      Object.defineProperty(this, name, {
        value: (...args: readonly unknown[]) => this.answer(call, args),
        enumerable: true,
        writable: true,
      });
    }
  }

  async claimAlertRule(): Promise<AlertRule | null> {
    return (await this.ready()).alerts.claim();
  }

  async recordAlert(id: string, version: number, outcome: AlertOutcome): Promise<void> {
    const { alerts } = await this.ready();
    // Who looks hears of what begins and ends, not of each look.
    if (await alerts.record(id, version, outcome)) this.changed();
  }

  /** @throws SpoorError SERVICE_UNAVAILABLE */
  protected abstract ready(): Promise<WorkspaceReaders>;

  /** Who writes now; null: nobody is signed in. */
  protected abstract author(): Promise<CommentAuthor>;

  /** Something was written that screens show. */
  protected abstract changed(): void;

  private async answer({ how, run }: StoreCall<readonly unknown[], unknown>, args: readonly unknown[]) {
    const readers = await this.ready();
    const context: StoreContext = { ...readers, texts: this.texts, author: () => this.author() };
    if (how === 'steps') return run(context, ...args);
    if (how === 'read') return readers.sql.snapshot(() => run(context, ...args));
    const result = await run(context, ...args).catch((error: unknown) => {
      // Said by a trigger (migration 018).
      if ((error as { code?: unknown }).code !== READ_ALONE) throw error;
      throw new SpoorError('FORBIDDEN', (error as Error).message);
    });
    // Whoever deletes a trace sees figures without it.
    forgetSlow(readers);
    this.changed();
    return result;
  }
}

/** With the methods that its constructor makes. */
export const WorkspaceStore = CalledStore as abstract new (
  texts: WrittenTexts,
) => CalledStore & StoreMethods & StoreOperations;
