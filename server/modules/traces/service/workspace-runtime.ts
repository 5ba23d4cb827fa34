/** A workspace in the memory of a copy of the server: what answers for it, and what takes its telemetry. */
import type { Hono } from 'hono';
import { SpoorError } from '../../../../core/api/errors';
import type { IngestService, KeyService } from '../../../../core/api/workers';
import type { PriceBook } from '../../../../core/pricing/price-book';
import { Redactor } from '../../../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../../../core/redaction/rules';
import { Gateway } from '../../../../services/gateway/gateway-service';
import { restApi } from '../../../../services/gateway/rest';
import { GuardrailRules } from '../../../../services/ingest/guardrail-rules';
import { Intake } from '../../../../services/ingest/intake';
import { LogRuns } from '../../../../services/ingest/log-runs';
import { OtlpHttpReceiver } from '../../../../services/ingest/otlp-http';
import { SIGNALS, type Signal } from '../../../../services/ingest/signals';
import type { Log } from '../../../../services/log';
import { Timeline } from '../../../../services/timeline/timeline-service';
import type { ServerDatabase } from '../../../adapters/database';
import { knownError } from '../../../adapters/database-errors';
import { ServerStore } from './server-store';
import type { Spool } from './spool';
import type { Writers } from './writers';

export interface RuntimeOptions {
  readonly database: Pick<ServerDatabase, 'tenant'>;
  readonly writers: Writers;
  readonly spool: Spool;
  readonly prices: () => PriceBook;
  readonly version: string;
  readonly openApiFile: string;
  readonly log: Log;
  /** Where the server listens. */
  readonly address: () => { readonly host: string; readonly port: number };
  /** Tells the other copies that something of the workspace was written. */
  readonly tell: (workspaceId: number) => void;
  readonly tellSpooled: (workspaceId: number) => void;
  readonly onSpans: (count: number) => void;
}

/** Keys of endpoints come with the evaluation module. */
const NO_KEYS: KeyService = {
  placeOf: async () => null,
  keyOf: async () => null,
  setKey: async () => {
    throw new SpoorError('FORBIDDEN', 'This server keeps no keys of endpoints.');
  },
};

export class WorkspaceRuntime {
  readonly rest: Hono;
  readonly receiver: OtlpHttpReceiver;
  usedAt = Date.now();
  private readonly store: ServerStore;
  private readonly intake: Intake;
  private draining: Promise<void> | null = null;

  constructor(
    private readonly workspaceId: number,
    private readonly options: RuntimeOptions,
  ) {
    const { database, prices, version, openApiFile, log, tell } = options;
    this.store = new ServerStore(database.tenant(workspaceId), workspaceId, prices, () => tell(workspaceId));
    const gateway = new Gateway(
      { version, dataDir: '', retention: { days: null, bytes: null, spans: null } },
      this.store,
      this.ingestReport(),
      new Timeline(this.store),
      NO_KEYS,
      log,
    );
    this.rest = restApi(gateway, async (_, next) => next(), openApiFile, log);
    // The server says what went wrong, in one way for all routes.
    this.rest.onError((error) => {
      throw error;
    });
    this.intake = new Intake({
      redactor: new Redactor(DEFAULT_REDACTION, (bytes) =>
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
      ),
      forwarder: null,
      guardrails: new GuardrailRules(this.store, log),
      logRuns: new LogRuns(),
      append: async (batch) => {
        const writer = await options.writers.of(workspaceId);
        if (!writer) throw new SpoorError('SERVICE_UNAVAILABLE', 'Another copy of the server took over; try again.');
        return writer.queue.append(batch);
      },
      log,
      onSpans: options.onSpans,
    });
    this.receiver = new OtlpHttpReceiver({
      intake: {
        waiting: (announced, handle) => this.intake.waiting(announced, handle),
        store: (signal, request) => this.take(signal, request),
      },
      log,
      loopbackOnly: false,
      corsOrigins: [],
    });
  }

  /** Requests received and not answered yet. */
  get queueDepth(): number {
    return this.intake.queueDepth;
  }

  hear(): void {
    this.store.hear();
  }

  /** Stores what other copies took, when this one writes the workspace. */
  drain(): Promise<void> {
    this.draining ??= this.drainSpool()
      .catch((error: unknown) => this.options.log('warn', 'spooled requests wait', { error: String(error) }))
      .finally(() => {
        this.draining = null;
      });
    return this.draining;
  }

  /** Here, or on disk for the copy that writes. */
  private async take(signal: Signal, request: Uint8Array): ReturnType<Intake['store']> {
    const { writers, spool, tellSpooled } = this.options;
    try {
      if (await writers.of(this.workspaceId)) return await this.intake.store(signal, request);
      const { rejected, rejectedReason: reason } = signal.decode(request);
      await spool.add(this.workspaceId, signal.name, request);
      tellSpooled(this.workspaceId);
      return { rejected, reason };
    } catch (error) {
      throw knownError(error);
    }
  }

  private async drainSpool(): Promise<void> {
    const { writers, spool, log } = this.options;
    for (;;) {
      const waiting = (await writers.of(this.workspaceId)) ? await spool.next(this.workspaceId) : [];
      if (waiting.length === 0) return;
      const results = await Promise.allSettled(
        waiting.map(({ signal: name, body }) => {
          const signal = SIGNALS.find((one) => one.name === name);
          return signal ? this.intake.store(signal, body) : Promise.reject(new TypeError(`no signal ${name}`));
        }),
      );
      // What is stored twice, because this ends before it is removed, is stored once: spans by their ids, others by digest.
      await spool.remove(waiting.filter((_, i) => results[i]?.status === 'fulfilled').map(({ id }) => id));
      for (const [i, result] of results.entries()) {
        if (result.status === 'fulfilled') continue;
        const error = knownError(result.reason);
        if (error instanceof SpoorError && error.code === 'SERVICE_UNAVAILABLE') throw error;
        log('error', 'a request that was taken cannot be stored', { id: String(waiting[i]?.id), error: String(error) });
        await spool.setAside(waiting[i]?.id as bigint);
      }
    }
  }

  private ingestReport(): IngestService {
    return {
      report: async () => ({
        otlpHttp: { state: 'listening', ...this.options.address() },
        otlpGrpc: { state: 'starting' },
        queueDepth: this.intake.queueDepth,
        spansPerSecond: 0,
        redacted: { total: 0, byRule: {} },
        forwarding: null,
      }),
      listenOnFreePort: async () => {
        throw new SpoorError('FORBIDDEN', 'The addresses of a server are set by whoever runs it.');
      },
    };
  }
}
