/**
 * Requests in memory: bodies that arrive, and those that are whole and wait to be stored. What has arrived counts, not what is
 * announced; nobody may hold more than a share; and where room is short, stalled bodies are evicted.
 */
import { SpoorError } from '../../core/model/errors';

export interface ArrivalLimits {
  /** Of all bodies together. */
  readonly bytes: number;
  /** Of one holder: a peer, or a workspace. */
  readonly bytesOfOne: number;
  /** Whole requests that wait. */
  readonly waiting: number;
  readonly waitingOfOne: number;
}

const MIB = 1024 * 1024;
const ARRIVAL_LIMITS: ArrivalLimits = {
  bytes: 192 * MIB,
  bytesOfOne: 128 * MIB,
  waiting: 1_500,
  waitingOfOne: 1_000,
};

/** A body that brings less than this in that time is stalled, and gives way where others need its room. */
const STEP_BYTES = 16 * 1024;
const STEP_MS = 2_000;

interface Share {
  bytes: number;
  waiting: number;
  /** Arrivals that count in it. */
  members: number;
}

const noShare = (): Share => ({ bytes: 0, waiting: 0, members: 0 });

export class Arrivals {
  private readonly all = noShare();
  private readonly shares = new Map<string, Share>();
  private readonly arriving = new Set<Arrival>();

  constructor(
    private readonly limits: ArrivalLimits = ARRIVAL_LIMITS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whole requests that are not answered yet. */
  get waiting(): number {
    return this.all.waiting;
  }

  /** Of all bodies that are held. */
  get bytes(): number {
    return this.all.bytes;
  }

  /** Whole requests of one holder. */
  waitingOf(holder: string): number {
    return this.shares.get(holder)?.waiting ?? 0;
  }

  /**
   * A body begins to arrive; `done` has to be called in the end.
   * @param holders whose it is, such as a peer and a workspace
   * @param onEvicted called when it stalled while others needed its room: it is to be refused
   */
  begin(holders: readonly string[], onEvicted: (error: SpoorError) => void): Arrival {
    const arrival: Arrival = new Arrival(onEvicted, this.now, {
      makeRoom: (bytes) => this.makeRoom(arrival, bytes),
      add: (bytes) => this.add(arrival, bytes),
      wait: () => this.wait(arrival),
      join: (holder) => this.join(arrival, holder),
      leave: () => this.leave(arrival),
    });
    this.arriving.add(arrival);
    for (const holder of holders) this.join(arrival, holder);
    return arrival;
  }

  /** Runs while a body that came some other way waits. @throws SpoorError SERVICE_UNAVAILABLE */
  async holding<T>(holders: readonly string[], bytes: number, run: () => Promise<T>): Promise<T> {
    const arrival = this.begin(holders, () => {});
    try {
      arrival.charge(bytes);
      arrival.whole();
      return await run();
    } finally {
      arrival.done();
    }
  }

  private join(arrival: Arrival, holder: string): void {
    if (arrival.holders.has(holder)) return;
    const share = this.shares.get(holder) ?? noShare();
    this.shares.set(holder, share);
    arrival.holders.add(holder);
    share.members++;
    share.bytes += arrival.bytes;
    if (arrival.isWhole) share.waiting++;
  }

  private makeRoom(arrival: Arrival, bytes: number): void {
    const { limits, all } = this;
    for (const holder of arrival.holders) {
      while ((this.shares.get(holder)?.bytes ?? 0) + bytes > limits.bytesOfOne) this.evict(arrival, holder);
    }
    while (all.bytes + bytes > limits.bytes) this.evict(arrival, null);
  }

  /** Evicts the stalled body that holds the most. @throws SpoorError when none is stalled */
  private evict(asker: Arrival, holder: string | null): void {
    let victim: Arrival | null = null;
    for (const one of this.arriving) {
      if (one === asker || !one.standsStill || (holder !== null && !one.holders.has(holder))) continue;
      if (one.bytes > (victim?.bytes ?? 0)) victim = one;
    }
    if (!victim) throw tooMuch();
    victim.evict(tooMuch());
  }

  private add(arrival: Arrival, bytes: number): void {
    this.all.bytes += bytes;
    for (const holder of arrival.holders) (this.shares.get(holder) as Share).bytes += bytes;
  }

  private wait(arrival: Arrival): void {
    const shares = [...arrival.holders].map((holder) => this.shares.get(holder) as Share);
    const { limits, all } = this;
    if (all.waiting >= limits.waiting || shares.some(({ waiting }) => waiting >= limits.waitingOfOne)) throw tooMuch();
    this.arriving.delete(arrival);
    for (const share of [all, ...shares]) share.waiting++;
  }

  private leave(arrival: Arrival): void {
    this.arriving.delete(arrival);
    this.all.bytes -= arrival.bytes;
    if (arrival.isWhole) this.all.waiting--;
    for (const holder of arrival.holders) {
      const share = this.shares.get(holder) as Share;
      share.bytes -= arrival.bytes;
      if (arrival.isWhole) share.waiting--;
      if (--share.members === 0) this.shares.delete(holder);
    }
  }
}

interface Books {
  makeRoom(bytes: number): void;
  add(bytes: number): void;
  wait(): void;
  join(holder: string): void;
  leave(): void;
}

/** One body. */
export class Arrival {
  readonly holders = new Set<string>();
  bytes = 0;
  isWhole = false;
  private isDone = false;
  private evictedFor: SpoorError | null = null;
  private stepBytes = 0;
  private stepAt: number;

  constructor(
    private readonly onEvicted: (error: SpoorError) => void,
    private readonly now: () => number,
    private readonly books: Books,
  ) {
    this.stepAt = now();
  }

  /** More of it is in memory; less, where `bytes` is negative. @throws SpoorError SERVICE_UNAVAILABLE */
  charge(bytes: number): void {
    if (this.evictedFor) throw this.evictedFor;
    if (this.isDone) return;
    if (bytes > 0) this.books.makeRoom(bytes);
    this.books.add(bytes);
    this.bytes += bytes;
    if (this.bytes - this.stepBytes < STEP_BYTES) return;
    this.stepBytes = this.bytes;
    this.stepAt = this.now();
  }

  /** It belongs to another holder as well, which was not known when it began. */
  alsoOf(holder: string): void {
    if (!this.isDone) this.books.join(holder);
  }

  /** All of it is here: from now on it waits. @throws SpoorError SERVICE_UNAVAILABLE too many do */
  whole(): void {
    if (this.evictedFor) throw this.evictedFor;
    if (this.isDone || this.isWhole) return;
    this.books.wait();
    this.isWhole = true;
  }

  /** It is answered, or given up. */
  done(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.books.leave();
  }

  get standsStill(): boolean {
    return this.now() - this.stepAt > STEP_MS;
  }

  evict(error: SpoorError): void {
    this.evictedFor = error;
    this.done();
    this.onEvicted(error);
  }
}

function tooMuch(): SpoorError {
  return new SpoorError('SERVICE_UNAVAILABLE', 'More arrives than the database can store; try again shortly.');
}
