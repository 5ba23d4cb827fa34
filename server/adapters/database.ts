/** What the server asks of a database, whichever engine is underneath. */
import type { SqlClient } from '../../core/store/sql/sql-client';

export interface ServerDatabase {
  readonly engine: 'postgresql' | 'pglite';
  /** As the role that owns the tables: sign-in, ingest, jobs. It sees every workspace. */
  readonly system: SqlClient;
  /** As a role that sees rows of one workspace alone, whatever a query forgets (row-level security). */
  tenant(workspaceId: number): SqlClient;
  /** A connection for writing spans, which holds locks for as long as it lives. */
  lane(onLost: (error: Error) => void): Promise<Lane>;
  /** For libraries that bring their own SQL, several statements at once too: as `system`. */
  execute(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  /** Calls `hear` with what `notify` says on a channel, in any copy of the server; empty: something may have been missed. */
  listen(channel: string, hear: (payload: string) => void): Promise<void>;
  notify(channel: string, payload: string): Promise<void>;
  /** What is wrong with its files, for people; null: nothing that this copy knows of. */
  damage(): string | null;
  close(): Promise<void>;
}

export interface Lane {
  readonly sql: SqlClient;
  /** Whether this lane is now the only one that writes the workspace, among all copies of the server. */
  own(workspaceId: number): Promise<boolean>;
  disown(workspaceId: number): Promise<void>;
  close(): Promise<void>;
}

/** The role of `tenant`: owns nothing, so policies hold for it. */
export const TENANT_ROLE = 'spoor_tenant';
/** The setting that policies compare with `workspace_id`. */
export const TENANT_SETTING = 'spoor.workspace_id';
/** The settings that triggers write down as who did it, in which request (migration 006). */
export const ACTOR_SETTING = 'spoor.actor';
export const REQUEST_SETTING = 'spoor.request_id';
/** Of the advisory locks of lanes: the first of two numbers, the second is the workspace. */
export const LANE_LOCK = 4_318_002;
