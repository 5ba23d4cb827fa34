/**
 * What becomes of spans that came with one id in one trace. Which of them are versions of one span, which version stays, which span
 * keeps the id and what the ids of the others are follows from the spans alone: whatever order they come in, the same is stored.
 */
import { SPAN_KIND_CLIENT, SPAN_KIND_CONSUMER, SPAN_KIND_PRODUCER, SPAN_KIND_SERVER } from '../../model/span-kind';

/** A span as it was sent. */
export interface SpanVersion {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Ids as SQL stores them. */
  readonly sentId: bigint;
  readonly sentParentId: bigint | null;
  readonly service: string;
  readonly kind: number;
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** As they were sent, where the span is placed by others (core/otlp/sent-times.ts). */
  readonly sentStartNs: bigint;
  readonly sentEndNs: bigint;
  readonly status: number;
  /** Attributes, events and what else no column holds, as fields of a Span message. */
  readonly message: Uint8Array;
  /** Which of several that answer to one name, where its sender says so under the same id for all; else empty. */
  readonly instance: string;
  /** Its sender says that it has the id of its caller. */
  readonly isShared: boolean;
  readonly resource: Owner;
  readonly scope: Owner;
}

/** A Resource or an InstrumentationScope message. */
export interface Owner {
  readonly message: Uint8Array;
  readonly schemaUrl: string;
}

/** One of several spans that were sent with one id. */
export interface Side<V extends SpanVersion = SpanVersion> {
  readonly version: V;
  /** Under which it is stored. */
  readonly spanId: bigint;
  /** It was called by the one that keeps the id. */
  readonly isCalled: boolean;
}

/** What a span does; of several with one id the lowest keeps it. */
const CALLS = 0;
const WORKS = 1;
const IS_CALLED = 2;
/** Sides that a span below them is compared with: receivers of one message, or attempts. */
const MAX_COMPARED = 64;

/** Spans of which this is the same are versions of one span. */
function identityOf({ service, kind, sentStartNs, instance }: SpanVersion): string {
  return `${service}\0${kind}\0${sentStartNs}\0${instance}`;
}

/** @returns the spans, the one that keeps the id first */
export function arrange<V extends SpanVersion>(versions: readonly V[]): Side<V>[] {
  const [first, ...others] = [...bestVersions(versions).values()].sort(compareSides);
  return first ? sidesOf(first, others) : [];
}

/** As `arrange`, of an id that too many have to compare them all. @param keeper the version that is stored with the id, which stays */
export function arrangeBeside<V extends SpanVersion>(keeper: V, versions: readonly V[]): Side<V>[] {
  const best = bestVersions(versions);
  const first = best.get(identityOf(keeper)) ?? keeper;
  best.delete(identityOf(keeper));
  return sidesOf(first, [...best.values()]);
}

function bestVersions<V extends SpanVersion>(versions: readonly V[]): Map<string, V> {
  const spans = new Map<string, V>();
  for (const version of versions) {
    const key = identityOf(version);
    const known = spans.get(key);
    if (!known || compareVersions(version, known) > 0) spans.set(key, version);
  }
  return spans;
}

function sidesOf<V extends SpanVersion>(first: V, others: readonly V[]): Side<V>[] {
  return [
    { version: first, spanId: first.sentId, isCalled: false },
    ...others.map((version) => ({ version, spanId: sideId(version), isCalled: isCalledBy(version, first) })),
  ];
}

function isCalledBy(version: SpanVersion, first: SpanVersion): boolean {
  const role = roleOf(first);
  if (role === CALLS) return version.isShared || isServed(version);
  return role === WORKS && version.isShared && version.service !== first.service;
}

/** The side that a span belongs under whose parent has the id of all of them. */
export function sideAbove(
  child: Pick<SpanVersion, 'service' | 'instance' | 'startNs'>,
  sides: readonly Side[],
): Side | undefined {
  const ofService = sides.filter(({ version }) => version.service === child.service);
  const near = ofService.length > 0 ? ofService : sides;
  const served = near.filter(({ version }) => isServed(version));
  const among = (served.length > 0 ? served : near).slice(0, MAX_COMPARED);
  const ofInstance = among.filter(({ version }) => version.instance === child.instance);
  const holds = ({ version }: Side): boolean => version.startNs <= child.startNs && child.startNs <= version.endNs;
  const begins = ({ version }: Side): boolean => version.startNs <= child.startNs;
  return ofInstance.find(holds) ?? among.find(holds) ?? ofInstance.find(begins) ?? ofInstance[0] ?? among[0];
}

/** Whether it answers to a call. */
function isServed({ kind }: SpanVersion): boolean {
  return kind === SPAN_KIND_SERVER || kind === SPAN_KIND_CONSUMER;
}

/**
 * Which of two versions says more: the one that ends later, for one that is not finished has no end or the time at which it was
 * sent; then the one with the higher status, the one that says more, and the one with the greater bytes.
 * @returns above 0: the first
 */
export function compareVersions(a: SpanVersion, b: SpanVersion): number {
  if (a.sentEndNs !== b.sentEndNs) return a.sentEndNs > b.sentEndNs ? 1 : -1;
  if (a.status !== b.status) return a.status - b.status;
  const byMessage = compareBytes(a.message, b.message);
  if (byMessage !== 0) return byMessage;
  if (a.sentParentId !== b.sentParentId) return (a.sentParentId ?? 0n) > (b.sentParentId ?? 0n) ? 1 : -1;
  if (a.name !== b.name) return a.name > b.name ? 1 : -1;
  return compareBytes(a.resource.message, b.resource.message) || compareBytes(a.scope.message, b.scope.message);
}

/** The longer is the greater. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The caller keeps the id, else one that works for itself, else the first that was called. */
function compareSides(a: SpanVersion, b: SpanVersion): number {
  const byRole = roleOf(a) - roleOf(b);
  if (byRole !== 0) return byRole;
  if (a.sentStartNs !== b.sentStartNs) return a.sentStartNs < b.sentStartNs ? -1 : 1;
  const [one, other] = [identityOf(a), identityOf(b)];
  return one < other ? -1 : 1;
}

function roleOf(version: SpanVersion): number {
  if (version.isShared || isServed(version)) return IS_CALLED;
  return version.kind === SPAN_KIND_CLIENT || version.kind === SPAN_KIND_PRODUCER ? CALLS : WORKS;
}

/** The same for the same span wherever and whenever it arrives. FNV-1a, 64 bits. */
export function sideId(version: Pick<SpanVersion, 'sentId' | 'service' | 'kind' | 'sentStartNs' | 'instance'>): bigint {
  const { sentId, kind, sentStartNs, instance, service } = version;
  const identity = [BigInt.asUintN(64, sentId).toString(16), kind, sentStartNs, instance, service].join(' ');
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < identity.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(identity.charCodeAt(i))) * 0x100000001b3n);
  }
  return BigInt.asIntN(64, hash || 1n);
}
