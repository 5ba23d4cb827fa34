/**
 * The protocol of another tool, which its clients read Spoor through: everything about it is in one folder, and `protocols.ts` lists it
 * once. Both hosts serve the list.
 */
import type { SpoorApi } from '../../../core/operations/operations';
import type { StoreService } from '../../../core/operations/store-service';

/** What protocols read from: operations, and what the store does for them alone. */
export interface CompatSource {
  readonly api: Pick<
    SpoorApi,
    'listServices' | 'listOperations' | 'listServiceEdges' | 'listAttributes' | 'listAttributeValues' | 'redMetrics'
  >;
  readonly store: Pick<StoreService, 'storedTrace' | 'foundSets' | 'orphans' | 'measureTyped' | 'groupsTyped'>;
  readonly version: string;
}

export interface Asked {
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** A part of the path. */
  param(name: string): string;
  body(): Promise<Uint8Array>;
}

export interface Answered {
  readonly status?: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** What the client should know and the protocol has no place for. */
  readonly warning?: string | undefined;
}

interface CompatRoute {
  readonly method: 'get' | 'post';
  /** Below the protocol's prefix, with `:name` for what is a part of it. */
  readonly path: string;
  readonly answer: (source: CompatSource, asked: Asked) => Promise<Answered>;
}

export interface CompatProtocol {
  /** `/tempo` */
  readonly prefix: string;
  readonly routes: readonly CompatRoute[];
  /** How it says that it will not answer. @param path below the prefix */
  readonly refusal: (status: number, message: string, path: string) => Answered;
}

export function json(body: unknown, status = 200, warning?: string): Answered {
  return { status, contentType: 'application/json', body: JSON.stringify(body), warning };
}

export function plain(body: string, status = 200): Answered {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
