/** The HTTP API of the Spoor that runs on a data folder, for commands that ask it. */
import { realpath } from 'node:fs/promises';
import { runningInstance } from '../../services/store/instance-lock';
import { StartError } from '../../services/store/start-error';
import { runningToken } from '../host/data-folder';
import type { Options } from '../host/options';

export interface RunningApi {
  /** @throws StartError with what the API says is wrong */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** @throws StartError where nobody runs */
export async function runningApi({ dataDir, token: given }: Options): Promise<RunningApi> {
  const folder = await realpath(dataDir).catch(() => null);
  const running = folder === null ? null : await runningInstance(folder);
  if (!folder || !running) {
    throw new StartError(
      `No Spoor runs on ${dataDir}. Start one with spoor serve, or name its folder with --data-dir DIR.`,
    );
  }
  const token = given ?? (await runningToken(folder));
  return {
    async request(path, init = {}) {
      const response = await fetch(new URL(path, running.ui), {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      if (response.ok) return response;
      const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
      throw new StartError(body?.error?.message ?? `Spoor answered ${response.status}.`);
    },
  };
}
