/** Requests to a team server: who asks, how long it may take, and what its errors mean. */
import type { z } from 'zod';
import { SYNC_ERRORS, SYNC_PROTOCOL, SYNC_PROTOCOL_HEADER } from '../../core/api/sync';
import { OtherHistory } from '../../core/sync/ports';
import { limited } from '../../services/net/limited';
import { SyncFailure } from './failure';

const TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const DEFAULT_RETRY_MS = 10_000;

export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly bytes?: Uint8Array;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly { readonly code?: string }[];
}

/** @throws SyncFailure, OtherHistory */
export async function ask(
  server: string,
  { method, path, query = {}, json, bytes }: Ask,
  token: string | null,
  stop: AbortSignal,
): Promise<Answered> {
  const url = new URL(path, server);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const body = json === undefined ? bytes : JSON.stringify(json);
  const answered = await limited(stop, TIMEOUT_MS, async (signal): Promise<Answered> => {
    const response = await reach(server, url, {
      method,
      headers: {
        [SYNC_PROTOCOL_HEADER]: String(SYNC_PROTOCOL),
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(bytes && { 'content-type': 'application/octet-stream' }),
      },
      ...(body !== undefined && { body: body as unknown as string }),
      // A redirect would take the token along.
      redirect: 'error',
      signal,
    });
    return { status: response.status, headers: response.headers, body: await bodyOf(server, response) };
  });
  if (answered.status >= 400) throw failureOf(answered, server);
  return answered;
}

/** @throws SyncFailure when it is something else */
export function parsed<S extends z.ZodType>(schema: S, { body }: Answered, server: string): z.infer<S> {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    throw new SyncFailure(
      'server',
      `${server} answers what no team server does. Look at the address, and whether a proxy stands before it.`,
    );
  }
}

/** @throws SyncFailure */
export async function reach(server: string, url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw unreachable(server, init.signal.reason);
    throw unreachable(server, (error as { cause?: unknown }).cause ?? error);
  }
}

async function bodyOf(server: string, response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Node's streams can be walked through, which the DOM's types do not know.
    for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(server, error);
  }
  if (size > MAX_ANSWER_BYTES) throw new SyncFailure('server', `${server} answers more than Spoor takes at once.`);
  return Buffer.concat(chunks, size);
}

function unreachable(server: string, reason: unknown): SyncFailure {
  const { code, message } = (reason ?? {}) as { code?: string; message?: string };
  const why = code ?? message ?? String(reason);
  return new SyncFailure('offline', `${server} cannot be reached (${why}). What you write is kept, and sent later.`);
}

/** @returns also OtherHistory */
function failureOf({ status, headers, body }: Answered, server: string): Error {
  const { code = '', message = '', details = [] } = errorIn(body);
  const about = details.map((detail) => detail.code);
  if (about.includes(SYNC_ERRORS.restored)) return new OtherHistory('restored');
  if (about.includes(SYNC_ERRORS.historyGone)) return new OtherHistory('too-old');
  if (about.includes(SYNC_ERRORS.tooOld) || about.includes(SYNC_ERRORS.tooNew))
    return new SyncFailure('protocol', message);
  if (about.includes(SYNC_ERRORS.noProject)) {
    return new SyncFailure('forbidden', `${message} Choose another project on the sync page.`);
  }
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(retryAfter) ? Math.max(1, retryAfter) * 1_000 : null;
  if (status === 401)
    return new SyncFailure('signed-out', `${message || 'The server does not know you.'} Sign in again.`);
  if (status === 403) {
    return new SyncFailure('forbidden', `${message || 'The server does not allow it.'} Ask an admin of the workspace.`);
  }
  if (status === 429) {
    return new SyncFailure(about.includes(SYNC_ERRORS.quota) ? 'quota' : 'server', message, wait ?? DEFAULT_RETRY_MS);
  }
  if (code === '' || status >= 500) {
    return new SyncFailure('server', `${server} answered ${status}${message ? `: ${message}` : ''}.`, wait);
  }
  return new SyncFailure('server', message);
}

function errorIn(body: Uint8Array): ErrorBody {
  try {
    return (JSON.parse(new TextDecoder().decode(body)) as { error?: ErrorBody }).error ?? {};
  } catch {
    return {};
  }
}
