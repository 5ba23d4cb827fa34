/**
 * Takes telemetry of all workspaces: stores it where this copy of the server writes the workspace, else keeps it on disk for the
 * copy that does, and stores what others kept for this one.
 */
import { SpoorError } from '../../../../core/model/errors';
import { Recent } from '../../../../core/model/recent';
import { withResourceAttribute } from '../../../../core/otlp/resource-attribute';
import { Redactor } from '../../../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../../../core/redaction/rules';
import { Guardrails } from '../../../../core/store/people/guardrails';
import type { TrustedClock } from '../../../../core/store/pruning/trusted-clock';
import { DecodedBytes } from '../../../../services/ingest/decoded-bytes';
import { GuardrailRules } from '../../../../services/ingest/guardrail-rules';
import { Intake, type Rejection, rejectionOf } from '../../../../services/ingest/intake';
import { LogRuns } from '../../../../services/ingest/log-runs';
import { decodeOrTell } from '../../../../services/ingest/not-understood';
import { SIGNALS, type Signal } from '../../../../services/ingest/signals';
import type { Log } from '../../../../services/log';
import { isDamage } from '../../../../services/store/damage';
import type { ServerDatabase } from '../../../adapters/database';
import { knownError } from '../../../adapters/database-errors';
import { CHANGED, SPOOLED } from './channels';
import { projectAttribute } from './project-attribute';
import { Retentions } from './retentions';
import { serverClock } from './server-clock';
import { Spool } from './spool';
import { Writers } from './writers';

/** Requests of a copy of the server that died before they were stored. */
const LOOK_FOR_SPOOLED_MS = 2_000;
/** Partitions become too old by the hour at the soonest. */
const PRUNE_EVERY_MS = 10 * 60_000;
/** Workspaces whose intake is held. */
const MOST_INTAKES = 500;
/** Changes of a workspace are told no more often. */
const TELL_EVERY_MS = 200;

/** What telemetry belongs to: who sends it has a key of the project. */
export interface IngestPlace {
  readonly workspaceId: number;
  readonly projectId: string;
}

/** What the thread that has the port asks of the one that stores. */
export interface IngestPort {
  /** Resolves when the request (protobuf) is on disk; its memory may move to another thread. @throws SpoorError, WireError */
  store(place: IngestPlace, signal: Signal, request: Uint8Array): Promise<Rejection>;
  /** Stores what is queued, then ends. */
  close(): Promise<void>;
}

interface IngestOptions {
  readonly database: ServerDatabase;
  /** Connections that write. */
  readonly lanes: number;
  readonly log: Log;
  readonly onSpans: (count: number) => void;
}

export class Ingest implements IngestPort {
  private readonly intakes = new Recent<number, Intake>(MOST_INTAKES);
  private readonly draining = new Map<number, Promise<void>>();
  private readonly writers: Writers;
  private readonly spool: Spool;
  private readonly retention: Retentions;
  private readonly clock: TrustedClock;
  private readonly redactor = new Redactor(DEFAULT_REDACTION);
  private readonly decoded = new DecodedBytes();
  private readonly telling = new Set<number>();
  private readonly timer: NodeJS.Timeout;
  private readonly pruning: NodeJS.Timeout;
  private stopped = false;

  constructor(private readonly options: IngestOptions) {
    const { database, lanes, log } = options;
    this.spool = new Spool(database.system);
    this.retention = new Retentions(database.system);
    this.clock = serverClock(database.system);
    this.writers = new Writers(
      database,
      lanes,
      (workspaceId) => this.retention.of(workspaceId),
      this.clock,
      (workspaceId) => this.tell(workspaceId),
      log,
    );
    this.timer = setInterval(() => void this.adopt(), LOOK_FOR_SPOOLED_MS);
    this.timer.unref();
    this.pruning = setInterval(() => void this.prune(), PRUNE_EVERY_MS);
    this.pruning.unref();
  }

  async start(): Promise<void> {
    await this.options.database.listen(SPOOLED, (payload) => {
      const workspaceId = Number(payload);
      // Who writes it hears of it, and so do all others.
      if (this.writers.has(workspaceId)) void this.drain(workspaceId);
    });
  }

  async store({ workspaceId, projectId }: IngestPlace, signal: Signal, request: Uint8Array): Promise<Rejection> {
    const attribute = projectAttribute(projectId);
    try {
      if (await this.writers.of(workspaceId)) return await this.intakeOf(workspaceId).store(signal, request, attribute);
      const decoded = decodeOrTell(signal, request);
      const rejection = rejectionOf(decoded);
      if (!rejection.isUnderstood) return rejection;
      const clean = this.redactor.suspects(decoded.batch) ? this.redactor.redact(signal.name, request) : request;
      await this.spool.add(workspaceId, signal.name, withResourceAttribute(clean, attribute));
      this.announce(SPOOLED, workspaceId);
      return rejection;
    } catch (error) {
      if (isDamage(error))
        this.options.log('error', 'the database cannot read its own files', { error: String(error) });
      throw knownError(error);
    }
  }

  /** Takes out what workspaces no longer keep, those that this copy writes, or that nobody does. */
  async prune(): Promise<void> {
    try {
      await this.clock.look();
      if (this.clock.isDoubted) {
        this.options.log(
          'warn',
          'the clock jumped: nothing is pruned for its age until it is back, or spoor-server trust-clock says that it is right',
        );
      }
      for (const workspaceId of await this.retention.bounded()) {
        if (this.stopped) return;
        const writer = await this.writers.of(workspaceId);
        if (await writer?.pruner.run()) this.tell(workspaceId);
        if (writer) writer.usedAt = Date.now();
      }
      for (const workspaceId of await this.retention.withDeleted()) {
        if (this.stopped) return;
        const writer = await this.writers.of(workspaceId);
        await writer?.removeDeleted(() => this.stopped);
      }
    } catch (error) {
      this.options.log('warn', 'what is old could not be taken out', { error: String(error) });
    }
  }

  async close(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    clearInterval(this.pruning);
    await this.writers.close();
  }

  private intakeOf(workspaceId: number): Intake {
    let intake = this.intakes.get(workspaceId);
    if (!intake) {
      const { database, log, onSpans } = this.options;
      const rules = new Guardrails(database.tenant(workspaceId), workspaceId);
      intake = new Intake({
        redactor: this.redactor,
        forwarder: null,
        guardrails: new GuardrailRules({ listGuardrails: () => rules.list() }, log),
        logRuns: new LogRuns(),
        decoded: this.decoded.share(),
        append: async (batch) => {
          const writer = await this.writers.of(workspaceId);
          if (!writer) throw new SpoorError('SERVICE_UNAVAILABLE', 'Another copy of the server took over; try again.');
          return writer.queue.append(batch);
        },
        log,
        onSpans,
      });
      this.intakes.set(workspaceId, intake);
    }
    return intake;
  }

  private drain(workspaceId: number): Promise<void> {
    let draining = this.draining.get(workspaceId);
    if (!draining) {
      draining = this.drainSpool(workspaceId)
        .catch((error: unknown) => this.options.log('warn', 'spooled requests wait', { error: String(error) }))
        .finally(() => this.draining.delete(workspaceId));
      this.draining.set(workspaceId, draining);
    }
    return draining;
  }

  private async drainSpool(workspaceId: number): Promise<void> {
    for (;;) {
      const waiting = (await this.writers.of(workspaceId)) ? await this.spool.next(workspaceId) : [];
      if (waiting.length === 0) return;
      const results = await Promise.allSettled(
        waiting.map(async ({ signal: name, body }) => {
          const signal = SIGNALS.find((one) => one.name === name);
          if (!signal) throw new TypeError(`there is no signal ${name}`);
          return this.intakeOf(workspaceId).store(signal, body);
        }),
      );
      // What is stored twice, because this ends before it is removed, is there once: spans by their ids, others by digest.
      await this.spool.remove(waiting.filter((_, i) => results[i]?.status === 'fulfilled').map(({ id }) => id));
      for (const [i, result] of results.entries()) {
        if (result.status === 'fulfilled') continue;
        const error = knownError(result.reason);
        if (error instanceof SpoorError && error.code === 'SERVICE_UNAVAILABLE') throw error;
        const id = waiting[i]?.id as bigint;
        this.options.log('error', 'a request that was taken cannot be stored', {
          id: String(id),
          error: String(error),
        });
        await this.spool.setAside(id);
      }
    }
  }

  /** Takes over what waits for a copy of the server that is gone. */
  private async adopt(): Promise<void> {
    try {
      for (const workspaceId of await this.spool.workspaces()) await this.drain(workspaceId);
    } catch {
      // The database is away; what waits there is looked for again.
    }
  }

  private tell(workspaceId: number): void {
    if (this.telling.has(workspaceId)) return;
    this.telling.add(workspaceId);
    setTimeout(() => {
      this.telling.delete(workspaceId);
      this.announce(CHANGED, workspaceId);
    }, TELL_EVERY_MS).unref();
  }

  /** Who does not hear of it looks by himself, later. */
  private announce(channel: string, workspaceId: number): void {
    this.options.database.notify(channel, String(workspaceId)).catch(() => {});
  }
}
