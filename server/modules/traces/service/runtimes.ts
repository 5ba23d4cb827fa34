/** The workspaces that this copy of the server has in memory; those that nobody asked for are forgotten. */
import type { ServerDatabase } from '../../../adapters/database';
import { EVENTS } from '../../../events/event';
import { CHANGED } from './channels';
import { type RuntimeOptions, WorkspaceRuntime } from './workspace-runtime';

/** At most; the one that rested longest goes. */
const MAX_RUNTIMES = 500;

type Options = Omit<RuntimeOptions, 'tell' | 'database'> & { readonly database: ServerDatabase };

export class Runtimes {
  private readonly runtimes = new Map<number, WorkspaceRuntime>();

  constructor(private readonly options: Options) {}

  async start(): Promise<void> {
    await this.options.database.listen(CHANGED, (payload) => {
      // Nothing named: some may have been missed.
      const all = payload === '' ? [...this.runtimes.values()] : [this.runtimes.get(Number(payload))];
      for (const runtime of all) runtime?.hear();
    });
    // Said as the transaction commits that deletes a trace, whichever copy it is of, and before the copy says that something changed.
    await this.options.database.listen(EVENTS, (payload) => {
      const all = payload === '' ? [...this.runtimes.values()] : [this.runtimes.get(Number(payload))];
      for (const runtime of all) runtime?.forget();
    });
  }

  of(workspaceId: number): WorkspaceRuntime {
    let runtime = this.runtimes.get(workspaceId);
    if (runtime) this.runtimes.delete(workspaceId);
    else {
      const { database } = this.options;
      // Who does not hear of it looks by himself, later.
      const tell = (id: number): void => void database.notify(CHANGED, String(id)).catch(() => {});
      runtime = new WorkspaceRuntime(workspaceId, { ...this.options, tell });
      for (const [oldest, { queueDepth }] of this.runtimes) {
        if (this.runtimes.size < MAX_RUNTIMES) break;
        if (queueDepth === 0) this.runtimes.delete(oldest);
      }
    }
    this.runtimes.set(workspaceId, runtime);
    return runtime;
  }
}
