/** Who changes something, for as long as the call lasts: connections of tenants say so to the database. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Acting {
  /** As the audit log names it. */
  readonly name: string;
  readonly requestId: string;
}

const calls = new AsyncLocalStorage<Acting>();

export function actingAs<T>(actor: Acting, run: () => T): T {
  return calls.run(actor, run);
}

/** Null: who asks changes nothing, or it is the server itself. */
export function whoActs(): Acting | null {
  return calls.getStore() ?? null;
}
