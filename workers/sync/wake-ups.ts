/** Listens to the server's events, which say that something happened; comes back by itself, later each time. */
import { SYNC_PROTOCOL, SYNC_PROTOCOL_HEADER } from '../../core/api/sync';
import { retryAfterMs } from './failure';
import { reach } from './server-client';
import type { Session } from './session';

/** The server says something every 20 s: after three times of silence the line is dead. */
const SILENCE_MS = 60_000;

export class WakeUps {
  live = false;
  private stopped = false;
  private controller = new AbortController();
  private retry: NodeJS.Timeout | undefined;
  private silence: NodeJS.Timeout | undefined;
  private failures = 0;

  constructor(
    private readonly server: string,
    private readonly session: Pick<Session, 'token'>,
    private readonly onWake: () => void,
  ) {
    void this.listen();
  }

  close(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    this.controller.abort();
  }

  private async listen(): Promise<void> {
    const startedAt = Date.now();
    try {
      await this.follow();
    } catch {
      // Who syncs says what is wrong; without wake-ups it asks from time to time.
    }
    clearTimeout(this.silence);
    this.live = false;
    if (this.stopped) return;
    // A line that was good for a while and ended, as it does when a token ends, is taken up at once.
    this.failures = Date.now() - startedAt > SILENCE_MS ? 0 : this.failures + 1;
    const wait = retryAfterMs(null, this.failures, Math.random()) ?? SILENCE_MS;
    this.retry = setTimeout(() => void this.listen(), wait);
    this.retry.unref();
  }

  private async follow(): Promise<void> {
    this.controller = new AbortController();
    const { signal } = this.controller;
    const response = await reach(this.server, new URL('/v1/sync/live', this.server), {
      headers: {
        authorization: `Bearer ${await this.session.token()}`,
        [SYNC_PROTOCOL_HEADER]: String(SYNC_PROTOCOL),
        accept: 'text/event-stream',
      },
      redirect: 'error',
      signal,
    });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    this.live = true;
    this.failures = 0;
    const decoder = new TextDecoder();
    // Node's streams can be walked through, which the DOM's types do not know.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      this.waitFor();
      if (decoder.decode(chunk, { stream: true }).includes('event: changed')) this.onWake();
    }
  }

  private waitFor(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.controller.abort(), SILENCE_MS);
    this.silence.unref();
  }
}
