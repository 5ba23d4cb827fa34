/**
 * Brings a replica and the server together, step by step. It keeps nothing: what is done is in the replica and on the server, so a step
 * that failed, or a process that ended in the midst of one, is made good by the next round.
 */
import { type At, keyOf, OtherHistory, type Remote, type Replica } from './ports';

const OBJECTS = 200;
const CHANGES = 500;
const TRACES = 200;
/** Each ends a conflict that the one before had found; who changes the same object all the time waits for the next round. */
const MAX_ATTEMPTS = 5;

export type SyncStep = 'pull' | 'push' | 'push spans' | 'pull spans';

export interface EngineHooks {
  /** Between two parcels of spans: false ends the round, so that what people write does not wait behind a million of them. */
  readonly mayGoOn?: () => boolean;
  /** False: the server takes no spans for now. */
  readonly maySendSpans?: () => boolean;
  /** Spans could not be sent. @returns whether all else goes on without them */
  readonly onSpansRefused?: (error: unknown) => boolean;
  /** May wait: for bandwidth, and for somebody who paused. */
  readonly onStep?: (step: SyncStep, done: { readonly spans: number; readonly bytes: number }) => Promise<void> | void;
}

export class SyncEngine {
  /** Where the server's history stood when it answered last. */
  private known = '';

  constructor(
    private readonly replica: Replica,
    private readonly remote: Remote,
    private readonly hooks: EngineHooks = {},
  ) {}

  /** @returns whether there is more to do @throws whatever the replica or the server throw: the next round goes on from there */
  async round(): Promise<boolean> {
    return this.orStartOver(async () => {
      await this.pull();
      await this.pushObjects();
      const pushesOn = await this.pushSpans();
      return (await this.pullSpans()) || pushesOn;
    });
  }

  /** What was written here, when nothing is known to have happened there. @returns and @throws as `round` */
  async push(): Promise<boolean> {
    const { cursor, known } = await this.replica.place();
    if (cursor === null) return this.round();
    this.known = known;
    return this.orStartOver(async () => {
      await this.pushObjects();
      return this.pushSpans();
    });
  }

  private async orStartOver<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof OtherHistory)) throw error;
      await this.replica.startOver(error.reason);
      throw error;
    }
  }

  private async pull(): Promise<void> {
    for (;;) {
      const place = await this.replica.place();
      if (place.cursor === null) return this.pullSnapshot(place.known);
      const page = await this.remote.changes(place.known, place.cursor, CHANGES);
      const next = { cursor: page.cursor, known: page.position };
      if (next.cursor !== place.cursor || next.known !== place.known) await this.replica.apply(page, next);
      this.known = next.known;
      await this.did('pull');
      if (!page.hasMore) return;
    }
  }

  private async pullSnapshot(known: string): Promise<void> {
    const seen = new Set<string>();
    let next: string | null = null;
    let since: string | null = null;
    this.known = known;
    do {
      const page = await this.remote.snapshot(this.known, next);
      // What changed while it was read comes with the changes after its first page.
      since ??= page.cursor;
      this.known = page.position;
      for (const object of page.objects) seen.add(keyOf(object));
      await this.replica.apply({ ...page, removed: [], events: [] }, null);
      await this.did('pull');
      next = page.next;
    } while (next !== null);
    await this.replica.finishSnapshot(seen, { cursor: since, known: this.known });
  }

  private async pushObjects(): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; ) {
      const pending = await this.replica.pendingObjects(OBJECTS);
      if (pending.length === 0) return;
      const { answer, position } = await this.remote.pushObjects(this.known, pending);
      const settled = pending.flatMap((pushed, i) => {
        const result = answer[i];
        return result ? [{ pushed, result }] : [];
      });
      await this.replica.settle(settled, position);
      this.known = position;
      await this.did('push');
      if (settled.every(({ result }) => result.state === 'conflict')) attempt++;
    }
  }

  /** @returns whether there is more */
  private async pushSpans(): Promise<boolean> {
    while (await this.replica.notice()) await this.did('push spans');
    while (this.hooks.maySendSpans?.() ?? true) {
      const parcel = await this.replica.nextSpans();
      if (!parcel) return false;
      let sent: At<null> | null;
      try {
        sent = parcel.spans > 0 ? await this.remote.pushSpans(this.known, parcel.request) : null;
      } catch (error) {
        if (this.hooks.onSpansRefused?.(error)) return false;
        throw error;
      }
      await this.replica.spansArrived(parcel, sent?.position ?? null);
      this.known = sent?.position ?? this.known;
      await this.did('push spans', parcel.spans, parcel.request.length);
      if (!this.mayGoOn()) return true;
    }
    return false;
  }

  /** @returns whether there is more */
  private async pullSpans(): Promise<boolean> {
    for (;;) {
      const wanted = await this.replica.nextWanted(TRACES);
      if (wanted.length === 0) return false;
      const { answer: page, position } = await this.remote.spans(this.known, wanted);
      await this.replica.takeSpans(page, position);
      this.known = position;
      await this.did('pull spans', 0, page.request.length);
      if (!this.mayGoOn()) return true;
    }
  }

  private mayGoOn(): boolean {
    return this.hooks.mayGoOn?.() ?? true;
  }

  private async did(step: SyncStep, spans = 0, bytes = 0): Promise<void> {
    await this.hooks.onStep?.(step, { spans, bytes });
  }
}
