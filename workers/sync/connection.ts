/** A link that is at work: the engine between the replica and the server, and what wakes it. */
import { SYNC_HELLO, type SyncHello } from '../../core/api/sync';
import type { SyncLink, SyncProblem } from '../../core/api/sync-state';
import type { ReplicaService } from '../../core/api/workers';
import { SyncEngine, type SyncStep } from '../../core/sync/engine';
import type { Log } from '../../services/log';
import { SyncFailure } from './failure';
import { HttpRemote } from './http-remote';
import { OutgoingSpans } from './outgoing-spans';
import { Schedule } from './schedule';
import { parsed } from './server-client';
import type { Session } from './session';
import { SpansGate } from './spans-gate';
import { WakeUps } from './wake-ups';

/** Rates are of so long. */
const RATE_MS = 5_000;
/** Roles and projects are asked for so often. */
const HELLO_MS = 60_000;
const LOOK_AGAIN_MS = 1_000;
const SLICE_MS = 200;
/** Something was stored so lately: programs send spans. */
const BUSY_MS = 250;
/** So many times as long as a parcel took is left to them. */
const REST = 5;
const MOST_REST_MS = 2_000;

interface Surroundings {
  readonly replica: ReplicaService;
  readonly session: Session;
  readonly log: Log;
  readonly onBattery: () => Promise<boolean>;
  readonly onHello: (hello: SyncHello) => Promise<void>;
}

class Closed extends Error {}

export class Connection {
  readonly schedule: Schedule;
  private readonly wakeUps: WakeUps;
  private readonly engine: SyncEngine;
  private readonly spansGate = new SpansGate(() => this.schedule.wake('round'));
  private helloAt = 0;
  private done: { readonly at: number; readonly spans: number; readonly bytes: number }[] = [];
  private closed = false;
  private sliceEnd = 0;
  private stepAt = Date.now();
  private onBattery = false;
  /** When programs sent something here last. */
  private arrivedAt = 0;

  constructor(
    private readonly link: SyncLink,
    private readonly surroundings: Surroundings,
  ) {
    const { replica, session, log } = surroundings;
    const remote = new HttpRemote({
      server: link.server,
      session,
      clientId: link.clientId,
      projectId: link.projectId,
      outgoing: new OutgoingSpans(link),
      onRejected: (count) => log('warn', 'the team server left spans out', { count }),
    });
    this.engine = new SyncEngine(replica, remote, {
      mayGoOn: () => Date.now() < this.sliceEnd,
      maySendSpans: () => this.spansGate.isOpen,
      onSpansRefused: (error) => this.spansRefused(error),
      onStep: (step, done) => this.step(step, done.spans, done.bytes),
    });
    this.schedule = new Schedule(
      { round: () => this.round(), push: () => this.within(() => this.engine.push()) },
      {
        isLive: () => this.wakeUps?.live ?? false,
        isOnBattery: () => this.onBattery,
        onFailure: (error) => {
          this.askAnew(error);
          if (!(error instanceof Closed)) log('warn', 'sync waits', { error: String(error) });
        },
      },
    );
    this.wakeUps = new WakeUps(link.server, session, () => this.schedule.wake('round'));
    // What people write is sent at once; spans that trickle in may wait for each other.
    void this.follow((version) => replica.nextWrite(version), 'write');
    void this.follow((version) => replica.nextArrival(version), 'push');
  }

  get isLive(): boolean {
    return this.wakeUps.live;
  }

  get problem(): SyncProblem | null {
    return this.schedule.problem ?? this.spansGate.problem;
  }

  /** Now, whatever is in the way. */
  retry(): void {
    this.helloAt = 0;
    this.spansGate.open();
    this.schedule.now();
  }

  rates(): { readonly spansPerSecond: number; readonly bytesPerSecond: number } {
    const since = Date.now() - RATE_MS;
    this.done = this.done.filter(({ at }) => at > since);
    const per = (pick: (one: { spans: number; bytes: number }) => number): number =>
      Math.round((this.done.reduce((sum, one) => sum + pick(one), 0) * 1_000) / RATE_MS);
    return { spansPerSecond: per(({ spans }) => spans), bytesPerSecond: per(({ bytes }) => bytes) };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.spansGate.close();
    this.wakeUps.close();
    await this.schedule.close();
  }

  private async round(): Promise<boolean> {
    this.onBattery = await this.surroundings.onBattery();
    if (Date.now() - this.helloAt > HELLO_MS) {
      const { session, onHello } = this.surroundings;
      await onHello(parsed(SYNC_HELLO, await session.ask({ method: 'GET', path: '/v1/sync' }), this.link.server));
      this.helloAt = Date.now();
    }
    return this.within(() => this.engine.round());
  }

  private spansRefused(error: unknown): boolean {
    const isRefusal = this.spansGate.refused(error);
    if (isRefusal) {
      this.askAnew(error);
      this.surroundings.log('warn', 'the server takes no spans for now', { error: String(error) });
    }
    return isRefusal;
  }

  /** Roles may have changed, and projects: they are asked for before it is tried again. */
  private askAnew(error: unknown): void {
    if (error instanceof SyncFailure && error.code === 'forbidden') this.helloAt = 0;
  }

  /** What people write does not wait behind a million spans. */
  private within(run: () => Promise<boolean>): Promise<boolean> {
    this.stepAt = Date.now();
    this.sliceEnd = Date.now() + SLICE_MS;
    return run();
  }

  /** Between two steps: whether to go on, and how soon. */
  private async step(step: SyncStep, spans: number, bytes: number): Promise<void> {
    const worked = Date.now() - this.stepAt;
    await this.rest(step, worked, bytes);
    this.stepAt = Date.now();
    if (this.closed) throw new Closed('sync was stopped');
    if (bytes === 0) return;
    if (step === 'push spans') this.spansGate.taken();
    this.done.push({ at: Date.now(), spans, bytes });
  }

  /** For the sake of the connection, where somebody limits it, and of programs that send spans here right now. */
  private async rest(step: SyncStep, worked: number, bytes: number): Promise<void> {
    const { maxBytesPerSecond: most } = this.link;
    const isBusyHere = step === 'push spans' && bytes > 0 && Date.now() - this.arrivedAt < BUSY_MS;
    const forIngest = isBusyHere ? Math.min(MOST_REST_MS, worked * REST) : 0;
    const forLimit = most === null ? 0 : (bytes * 1_000) / most;
    const ms = Math.max(forIngest, forLimit);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  private async follow(next: (version: number) => Promise<number>, what: 'write' | 'push'): Promise<void> {
    let version = 0;
    while (!this.closed) {
      try {
        version = await next(version);
        if (what === 'push') this.arrivedAt = Date.now();
        this.schedule.wake(what);
      } catch {
        // The database starts again.
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    }
  }
}
