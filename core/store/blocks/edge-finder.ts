/**
 * Finds calls between services while spans come: a span whose parent is another service's. Whichever of the two comes first is
 * remembered for a while; pairs further apart than that are not found. A start forgets: what it cut apart, a rebuild finds.
 */
import { hashPair } from './span-id-set';

/** Spans remembered: at least so many, at most twice as many, at 24 bytes each and one object for each that waits. */
const GENERATION = 1 << 16;
const SLOTS = GENERATION * 2;
const NONE = -1;
/** No service's number. */
const FORGOTTEN = 0;

/** The called side: a span whose parent is another's. */
export interface Callee {
  readonly serviceId: number;
  /** Since the epoch. */
  readonly minute: number;
  /** 0: none is known. */
  readonly deploymentId: number;
  readonly error: boolean;
  readonly durationNs: bigint;
}

/** What tells a span from all others: halves of its id, each mixed with its trace's. */
export interface SpanKey {
  readonly high: number;
  readonly low: number;
}

export type OnCall = (callerId: number, callee: Callee) => void;

export class EdgeFinder {
  private young = new Generation();
  private old = new Generation();

  /** Forgets everything: the transaction it was told of did not commit. */
  rolledBack(): void {
    this.young = new Generation();
    this.old = new Generation();
  }

  /** These services are taken out of the database, with all spans of theirs: no call of them is found any more. */
  forget(services: ReadonlySet<number>): void {
    for (const generation of [this.young, this.old]) generation.forget(services);
  }

  /** A span that waited for its parent is replaced. */
  forgetWaiting(parent: SpanKey, callee: Omit<Callee, 'deploymentId'>): void {
    if (!this.young.forgetWaiting(parent, callee)) this.old.forgetWaiting(parent, callee);
  }

  /** @param parent null: the span has none @param onCall for each call that is complete now */
  add(key: SpanKey, parent: SpanKey | null, callee: Callee, onCall: OnCall): void {
    if (this.young.isFull) {
      this.old = this.young;
      this.young = new Generation();
    }
    const { serviceId } = callee;
    for (const generation of [this.young, this.old]) {
      generation.eachWaitingFor(key, (child) => {
        if (child.serviceId !== serviceId) onCall(serviceId, child);
      });
    }
    this.young.services.set(key, serviceId);
    if (parent === null) return;
    let callerId = this.young.services.get(parent);
    if (callerId === NONE) callerId = this.old.services.get(parent);
    if (callerId === NONE) this.young.wait(parent, callee);
    else if (callerId !== serviceId && callerId !== FORGOTTEN) onCall(callerId, callee);
  }
}

class Generation {
  /** By span. */
  readonly services = new PairTable();
  /** By the span that is waited for: the last of those who wait, as a place in `callees`. */
  private readonly waiting = new PairTable();
  private readonly callees: (Callee | null)[] = [];
  /** The one who waits for the same span and came before; `NONE`: it was the first. */
  private readonly before: number[] = [];

  get isFull(): boolean {
    return this.services.size >= GENERATION || this.callees.length >= GENERATION;
  }

  forget(services: ReadonlySet<number>): void {
    this.services.replace(services, FORGOTTEN);
    for (const [at, callee] of this.callees.entries()) {
      if (callee && services.has(callee.serviceId)) this.callees[at] = null;
    }
  }

  wait(parent: SpanKey, callee: Callee): void {
    this.before.push(this.waiting.get(parent));
    this.waiting.set(parent, this.callees.length);
    this.callees.push(callee);
  }

  forgetWaiting(parent: SpanKey, { serviceId, minute, error, durationNs }: Omit<Callee, 'deploymentId'>): boolean {
    for (let at = this.waiting.get(parent); at !== NONE; at = this.before[at] as number) {
      const known = this.callees[at];
      if (!known || known.serviceId !== serviceId || known.minute !== minute || known.error !== error) continue;
      if (known.durationNs !== durationNs) continue;
      this.callees[at] = null;
      return true;
    }
    return false;
  }

  eachWaitingFor(key: SpanKey, use: (callee: Callee) => void): void {
    for (let at = this.waiting.get(key); at !== NONE; at = this.before[at] as number) {
      const callee = this.callees[at];
      if (callee) use(callee);
    }
  }
}

/** Numbers from 0 by span. Open addressing, made when the first is added. */
class PairTable {
  size = 0;
  private slots: Int32Array | null = null;

  get(key: SpanKey): number {
    return this.slots === null ? NONE : (this.slots[this.slot(this.slots, key) + 2] as number) - 1;
  }

  set(key: SpanKey, value: number): void {
    this.slots ??= new Int32Array(SLOTS * 3);
    const at = this.slot(this.slots, key);
    if (this.slots[at + 2] === 0) this.size++;
    this.slots[at] = key.high;
    this.slots[at + 1] = key.low;
    // Stored one higher: 0 is a free slot.
    this.slots[at + 2] = value + 1;
  }

  replace(values: ReadonlySet<number>, by: number): void {
    const { slots } = this;
    if (slots === null) return;
    for (let at = 2; at < slots.length; at += 3) {
      const stored = slots[at] as number;
      if (stored !== 0 && values.has(stored - 1)) slots[at] = by + 1;
    }
  }

  /** Where the pair is or would be. */
  private slot(slots: Int32Array, { high, low }: SpanKey): number {
    for (let i = hashPair(high, low) & (SLOTS - 1); ; i = (i + 1) & (SLOTS - 1)) {
      const at = i * 3;
      if (slots[at + 2] === 0 || (slots[at] === high && slots[at + 1] === low)) return at;
    }
  }
}

/** Of a trace's id, to be mixed into the ids of its spans. @param words its four, big-endian */
export function traceKey(word0: number, word1: number, word2: number, word3: number): SpanKey {
  return { high: word0 ^ Math.imul(word2, 0x9e3779b1), low: word1 ^ Math.imul(word3, 0x85ebca6b) };
}

/** @param traceId 32 hex digits */
export function traceKeyOfHex(traceId: string): SpanKey {
  const word = (at: number): number => Number.parseInt(traceId.slice(at, at + 8), 16) | 0;
  return traceKey(word(0), word(8), word(16), word(24));
}

export function spanKeyOf(trace: SpanKey, spanId: bigint): SpanKey {
  return spanKey(trace, Number(spanId >> 32n), Number(BigInt.asIntN(32, spanId)));
}

export function spanKey(trace: SpanKey, high: number, low: number): SpanKey {
  return { high: high ^ trace.high, low: low ^ trace.low };
}
