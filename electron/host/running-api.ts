/** The HTTP API of the Spoor that runs on a data folder, for commands that ask it. */
import { realpath } from 'node:fs/promises';
import { type RunningInstance, runningInstance } from '../../services/store/instance-lock';
import { StartError } from '../../services/store/start-error';
import { runningToken } from './data-folder';
import type { FolderOptions } from './options';

export interface RunningApi {
  readonly instance: RunningInstance;
  readonly token: string;
  /** @throws StartError with what the API says is wrong */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Of a request that answers with JSON. @throws StartError */
  json<T>(path: string, body?: object): Promise<T>;
}

/** @throws StartError where nobody runs */
export async function runningApi(options: FolderOptions): Promise<RunningApi> {
  for (const warning of options.warnings) process.stderr.write(`spoor: ${warning}\n`);
  const api = await runningApiOrNull(options);
  if (api) return api;
  throw new StartError(
    `No Spoor runs on ${options.dataDir}. Start one with spoor serve, or name its folder with --data-dir DIR.`,
  );
}

export async function runningApiOrNull({ dataDir, token: given }: FolderOptions): Promise<RunningApi | null> {
  const folder = await realpath(dataDir).catch(() => null);
  const running = folder === null ? null : await runningInstance(folder);
  if (!folder || !running) return null;
  const token = given ?? (await runningToken(folder));
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await answerOf(new URL(path, running.ui), {
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers, authorization: `Bearer ${token}` },
    });
    if (response.ok) return response;
    const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
    throw new StartError(body?.error?.message ?? `Spoor answered ${response.status}.`);
  };
  return {
    instance: running,
    token,
    request,
    async json<T>(path: string, body?: object) {
      const response = await request(path, body && { method: 'POST', body: JSON.stringify(body) });
      return (await response.json().catch(brokenOff)) as T;
    },
  };
}

/** For `catch` of an answer whose rest does not come. */
export function brokenOff(error: unknown): never {
  throw new StartError(`Spoor's answer broke off (${causeOf(error)}). It may just have closed: try again.`);
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
}

/** @throws StartError where the Spoor that runs is not reached; an aborted request throws as it does */
async function answerOf(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new StartError(
      `Spoor is not reached at ${url.origin} (${causeOf(error)}). It may just have closed: try again.`,
    );
  }
}
