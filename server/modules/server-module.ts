/** What a module adds to the server. `server/modules.ts` lists them; nothing else of the server names one. */
import type { EventConsumer } from '../events/consumers';
import type { AppRoute } from '../http/route';
import type { JobKind } from '../jobs/jobs';

/** Each function is called once, with the services of the server: a module declares those that it needs. */
export interface ServerModule<Services> {
  readonly routes?: (services: Services) => readonly AppRoute[];
  /** Hear of what happened in workspaces, once and in order (ADR 021). */
  readonly consumers?: (services: Services) => readonly EventConsumer[];
  /** Work that is done later, and again until it succeeds. */
  readonly jobs?: (services: Services) => readonly JobKind[];
  /** Run about once an hour. */
  readonly tidy?: (services: Services) => readonly Chore[];
}

export interface Chore {
  /** The log entry when `run` fails: what stays as it was. */
  readonly failure: string;
  readonly run: () => Promise<unknown>;
}
