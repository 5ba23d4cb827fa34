/** Signing in by device code (RFC 8628): somebody says yes in a browser, and this machine asks until they have. */

import type { SyncSignIn } from '../../core/api/sync-state';
import type { DeviceCode, DevicePoll, KeptSession } from '../../core/api/team';
import { SpoorError } from '../../core/model/errors';
import { SyncFailure } from './failure';
import { ask } from './server-client';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The origin of a team server. @throws SpoorError VALIDATION_ERROR */
export function serverOrigin(text: string): string {
  const address = text.trim();
  let url: URL;
  try {
    url = new URL(address.includes('://') ? address : `https://${address}`);
  } catch {
    throw invalid('This is no address. It looks like https://spoor.example.com.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid('The address begins with https://.');
  // Tokens would go over the network for everybody to read.
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && process.env.SPOOR_SYNC_INSECURE !== '1') {
    throw invalid(
      'Use https://: over http:// anybody on the way can read your session. SPOOR_SYNC_INSECURE=1 allows it.',
    );
  }
  if (url.username || url.password) throw invalid('Leave user and password out of the address.');
  return url.origin;
}

export class DeviceSignIn {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly shown: SyncSignIn,
    private readonly code: DeviceCode,
    private readonly stop: AbortSignal,
    private readonly onDone: (result: KeptSession | Error) => void,
  ) {
    this.poll(code.interval);
  }

  /** @throws SyncFailure */
  static async begin(
    server: string,
    clientName: string,
    stop: AbortSignal,
    onDone: (result: KeptSession | Error) => void,
  ): Promise<DeviceSignIn> {
    const { body } = await ask(server, { method: 'POST', path: '/v1/auth/device', json: { clientName } }, null, stop);
    const code = jsonOf<DeviceCode>(body, server);
    const { userCode, verificationUri, verificationUriComplete } = code;
    if (![verificationUri, verificationUriComplete].every((uri) => /^https?:\/\//.test(uri))) {
      throw new SyncFailure('server', `${server} answers what no team server does.`);
    }
    const expiresAt = new Date(Date.now() + code.expiresIn * 1_000).toISOString();
    const shown = { server, userCode, verificationUri, verificationUriComplete, expiresAt };
    return new DeviceSignIn(shown, code, stop, onDone);
  }

  cancel(): void {
    clearTimeout(this.timer);
  }

  private poll(seconds: number): void {
    this.timer = setTimeout(() => void this.askOnce(), Math.max(1, seconds) * 1_000);
    this.timer.unref();
  }

  private async askOnce(): Promise<void> {
    const { server, expiresAt } = this.shown;
    if (Date.now() > Date.parse(expiresAt)) {
      this.onDone(
        new SyncFailure('signed-out', 'The code expired before anyone approved it. Connect again for a new code.'),
      );
      return;
    }
    try {
      const json = { deviceCode: this.code.deviceCode };
      const { body } = await ask(server, { method: 'POST', path: '/v1/auth/device/token', json }, null, this.stop);
      const answer = jsonOf<DevicePoll>(body, server);
      if (answer.state === 'signed-in') this.onDone(answer.session);
      else this.poll(answer.interval);
    } catch (error) {
      // A server that is away for a moment is asked again; one that says no has said it.
      if (error instanceof SyncFailure && error.code === 'offline') this.poll(this.code.interval);
      else this.onDone(error as Error);
    }
  }
}

function jsonOf<T>(body: Uint8Array, server: string): T {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as T;
  } catch {
    throw new SyncFailure('server', `${server} answers what no team server does. Look at the address.`);
  }
}

function invalid(message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', message, [{ field: 'server', code: 'invalid', message }]);
}
