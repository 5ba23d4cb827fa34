/**
 * Sends on what was stored to another OTLP/HTTP endpoint, so that a collector can stay in place. It never holds up the sender:
 * what its queue cannot take is dropped and counted.
 */
import type { ForwardingReport } from '../../core/api/receiver-reports';
import type { ForwardSettings } from '../../core/api/workers';
import { withoutUrlSecrets } from '../../core/settings/hidden-secrets';
import type { Log } from '../log';
import { limited } from '../net/limited';
import type { Signal } from './signals';

const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
const CONCURRENCY = 4;
const TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 30_000;
/** What opentelemetry.io/docs/specs/otlp/#failures-1 says to try again. */
const RETRYABLE = new Set([429, 502, 503, 504]);

const CANNOT_BE_SENT = 'the request cannot be made: look at the URL and the headers in the settings';

interface Queued {
  readonly signal: Signal;
  readonly body: Uint8Array;
}

export class Forwarder {
  private readonly queue: Queued[] = [];
  private queuedBytes = 0;
  private running = 0;
  private readonly closing = new AbortController();
  private sent = 0;
  private failed = 0;
  private dropped = 0;
  private lastError: string | null = null;

  constructor(
    private readonly settings: ForwardSettings,
    private readonly log: Log,
  ) {}

  report(): ForwardingReport {
    const { sent, failed, dropped, lastError } = this;
    return {
      url: withoutUrlSecrets(this.settings.url),
      queued: this.queue.length + this.running,
      sent,
      failed,
      dropped,
      lastError,
    };
  }

  /** Queues an export request (protobuf). */
  forward(signal: Signal, body: Uint8Array): void {
    if (this.closing.signal.aborted) return;
    if (this.queuedBytes + body.length > MAX_QUEUED_BYTES) {
      this.dropped++;
      return;
    }
    this.queue.push({ signal, body });
    this.queuedBytes += body.length;
    if (this.running < CONCURRENCY) void this.run();
  }

  /** Gives what is queued a while to leave. */
  async close(graceMs = 3_000): Promise<void> {
    const deadline = Date.now() + graceMs;
    while ((this.running > 0 || this.queue.length > 0) && Date.now() < deadline) await pause(25);
    this.closing.abort();
    if (this.queue.length > 0)
      this.log('warn', 'forwarding stopped with requests queued', { queued: this.queue.length });
  }

  private async run(): Promise<void> {
    this.running++;
    for (let next = this.queue.shift(); next && !this.closing.signal.aborted; next = this.queue.shift()) {
      const failure = await this.deliver(next);
      this.queuedBytes -= next.body.length;
      if (failure === null) this.sent++;
      else {
        this.failed++;
        if (this.lastError !== failure)
          this.log('warn', 'forwarding failed', { url: this.report().url, error: failure });
        this.lastError = failure;
      }
    }
    this.running--;
  }

  /** @returns why it was given up, or null */
  private async deliver({ signal, body }: Queued): Promise<string | null> {
    let failure = '';
    let pauseMs = FIRST_PAUSE_MS;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        const response = await limited(this.closing.signal, TIMEOUT_MS, async (until) => {
          const { url, headers } = target(this.settings, signal);
          const answer = await fetch(url, {
            method: 'POST',
            headers,
            body: body as Uint8Array<ArrayBuffer>,
            signal: until,
          });
          await answer.arrayBuffer();
          return answer;
        });
        if (response.ok) return null;
        failure = `it answered ${response.status}`;
        if (!RETRYABLE.has(response.status)) return failure;
        const retryAfter = Number(response.headers.get('retry-after'));
        if (retryAfter > 0) pauseMs = Math.max(pauseMs, Math.min(retryAfter * 1_000, MAX_PAUSE_MS));
      } catch (error) {
        if (this.closing.signal.aborted) return 'Spoor closed';
        const { cause } = error as Error & { cause?: Error & { code?: string } };
        // What `fetch` says of a request that it cannot make quotes the URL and headers, with their secrets.
        if (!cause && (error instanceof TypeError || error instanceof URIError)) return CANNOT_BE_SENT;
        failure = cause?.code ?? cause?.message ?? (error as Error).message;
      }
      // Not all at the same moment.
      await pause(pauseMs * (0.5 + Math.random() / 2), this.closing.signal);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
    return failure;
  }
}

/** The signal's own path below the base, as OTEL_EXPORTER_OTLP_ENDPOINT means it. A user and a password in it become a header. */
function target({ url: base, headers: given }: ForwardSettings, signal: Signal): { url: URL; headers: Headers } {
  const url = new URL(base);
  const headers = new Headers(given);
  headers.set('content-type', 'application/x-protobuf');
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  url.pathname = url.pathname.replace(/\/*$/, '') + signal.httpPath;
  if ((username !== '' || password !== '') && !headers.has('authorization')) {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  }
  return { url, headers };
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(stop, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
