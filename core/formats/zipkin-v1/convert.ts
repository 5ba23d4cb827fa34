/**
 * Makes of a span of the first version those of the second that it stands for, as Zipkin's own converter does
 * (openzipkin/zipkin, `V1SpanConverter`). In the first version both sides of a call wrote into one span: `cs` and `cr` (client sent,
 * received) with the client's endpoint, `sr` and `ss` with the server's. Messages have `ms`, `ws`, `wr` and `mr`.
 */
import { NO_ENDPOINT, type ZipkinEndpoint, type ZipkinKind, type ZipkinSpan } from '../zipkin/span';
import type { V1Annotation, V1Span } from './span';

interface Draft {
  kind: ZipkinKind | null;
  timestamp: bigint | null;
  duration: bigint | null;
  localEndpoint: ZipkinEndpoint | null;
  remoteEndpoint: ZipkinEndpoint | null;
  shared: boolean;
  readonly annotations: { timestamp: bigint; value: string }[];
  readonly tags: [string, string][];
}

const KINDS = new Map<string, ZipkinKind | null>([
  ['cs', 'CLIENT'],
  ['cr', 'CLIENT'],
  ['sr', 'SERVER'],
  ['ss', 'SERVER'],
  ['ms', 'PRODUCER'],
  ['mr', 'CONSUMER'],
  ['ws', null],
  ['wr', null],
]);
/** Binary annotations that say an address: of the client, the server, the broker. */
const ADDRESSES = new Set(['ca', 'sa', 'ma']);

export function convertedV1(source: V1Span): ZipkinSpan[] {
  return new Converter(source).spans();
}

class Converter {
  private readonly first = newDraft(null);
  private readonly others = new Map<string, Draft>();
  private readonly forked: Draft[] = [];
  private readonly core = new Map<string, V1Annotation>();
  private readonly addresses = new Map<string, ZipkinEndpoint>();

  constructor(private readonly source: V1Span) {}

  spans(): ZipkinSpan[] {
    this.readAnnotations();
    this.readFacts();
    this.setAddresses();
    this.setCall();
    this.setMessage();
    const { traceId, id, parentId, name, debug } = this.source;
    return [this.first, ...this.others.values(), ...this.forked].map(({ localEndpoint, remoteEndpoint, ...draft }) => ({
      ...{ traceId, id, parentId, name, debug },
      ...draft,
      localEndpoint: localEndpoint ?? NO_ENDPOINT,
      remoteEndpoint: remoteEndpoint ?? NO_ENDPOINT,
    }));
  }

  private readAnnotations(): void {
    for (const annotation of this.source.annotations) {
      const { timestamp, value, endpoint } = annotation;
      const draft = this.of(endpoint);
      const kind = KINDS.get(value);
      if (kind === undefined || !endpoint) draft.annotations.push({ timestamp, value });
      else {
        if (kind) draft.kind = kind;
        this.core.set(value, annotation);
      }
    }
    // Bridges between event and span model may leave out the beginning.
    this.addBegin('cs', 'cr');
    this.addBegin('sr', 'ss');
  }

  private addBegin(begin: string, end: string): void {
    const { timestamp, duration } = this.source;
    const ended = this.core.get(end);
    if (this.core.has(begin) || !ended || timestamp === null || duration === null) return;
    if (timestamp + duration === ended.timestamp) this.core.set(begin, { ...ended, timestamp, value: begin });
  }

  private readFacts(): void {
    for (const { key, value, endpoint } of this.source.binaryAnnotations) {
      if (ADDRESSES.has(key) && endpoint) this.addresses.set(key, endpoint);
      // A mark of the local endpoint, which it says by itself.
      else if (key === 'lc' && value === '') this.of(endpoint);
      else this.of(endpoint).tags.push([key, value]);
    }
  }

  private setAddresses(): void {
    const { core, addresses } = this;
    const [client, server, broker] = [addresses.get('ca'), addresses.get('sa'), addresses.get('ma')];
    if (!['cs', 'cr', 'sr', 'ss'].some((name) => core.has(name)) && (client || server)) {
      const draft = this.of(client && server ? client : null);
      if (!server) draft.kind = 'SERVER';
      draft.remoteEndpoint = server ?? client ?? null;
      return;
    }
    const serving = (core.get('sr') ?? core.get('ss'))?.endpoint;
    if (client && serving && !isSame(client, serving)) {
      // Finagle says the port of the socket, under the name of the server: that is no call to itself.
      const isLoop = client.serviceName === serving.serviceName;
      this.of(serving).remoteEndpoint = isLoop ? { ...client, serviceName: '' } : client;
    }
    const calling = (core.get('cs') ?? core.get('cr'))?.endpoint;
    if (server && calling) this.of(calling).remoteEndpoint = server;
    for (const name of ['ms', 'mr']) {
      const side = core.get(name);
      if (broker && side) this.of(side.endpoint).remoteEndpoint = broker;
    }
  }

  private setCall(): void {
    const { core, source } = this;
    const [cs, sr, ss, cr] = [core.get('cs'), core.get('sr'), core.get('ss'), core.get('cr')];
    if (cs && sr) {
      // The client's side owns the times of a span that both wrote.
      this.setTimes(cs, cr);
      const client = this.of(cs.endpoint);
      const server = this.otherSide(client, cs, sr, 'CLIENT', 'SERVER');
      server.shared = true;
      server.timestamp = sr.timestamp;
      if (ss) server.duration = since(sr, ss);
      if (!cr && source.duration === null) client.duration = null;
    } else if (cs && cr) this.setTimes(cs, cr);
    else if (sr && ss) this.setTimes(sr, ss);
    else this.setIncomplete();
    // There was no mark for it: the server's side had no time of its own.
    if (!cs && sr && (source.timestamp === null || (ss && source.duration === null)))
      this.of(sr.endpoint).shared = true;
  }

  private setIncomplete(): void {
    const sides: readonly (readonly [ZipkinKind, string, string])[] = [
      ['CLIENT', 'cs', 'cr'],
      ['SERVER', 'sr', 'ss'],
    ];
    for (const draft of [this.first, ...this.others.values()]) {
      for (const [kind, begin, end] of sides) {
        if (draft.kind !== kind) continue;
        draft.timestamp = this.core.get(begin)?.timestamp ?? draft.timestamp;
        this.note(end, draft);
      }
    }
    if (this.source.timestamp !== null) {
      this.first.timestamp = this.source.timestamp;
      this.first.duration = this.source.duration;
    }
  }

  private setMessage(): void {
    const [ms, mr, ws, wr] = ['ms', 'mr', 'ws', 'wr'].map((name) => this.core.get(name));
    if (ms && mr) {
      const producer = this.of(ms.endpoint);
      const consumer = this.otherSide(producer, ms, mr, 'PRODUCER', 'CONSUMER');
      consumer.shared = true;
      consumer.timestamp = (wr ?? mr).timestamp;
      if (wr) consumer.duration = since(wr, mr);
      producer.timestamp = ms.timestamp;
      producer.duration = ws ? since(ms, ws) : null;
    } else if (ms) this.setTimes(ms, ws);
    else if (mr) this.setTimes(wr ?? mr, wr ? mr : undefined);
    else {
      if (ws) this.note('ws', this.of(ws.endpoint));
      if (wr) this.note('wr', this.of(wr.endpoint));
    }
  }

  private note(name: string, draft: Draft): void {
    const annotation = this.core.get(name);
    if (annotation) draft.annotations.push({ timestamp: annotation.timestamp, value: annotation.value });
  }

  private setTimes(begin: V1Annotation, end: V1Annotation | undefined): void {
    const { timestamp, duration } = this.source;
    const draft = this.of(begin.endpoint);
    const isSaid = timestamp !== null && duration !== null;
    draft.timestamp = isSaid ? timestamp : begin.timestamp;
    if (isSaid) draft.duration = duration;
    else if (end) draft.duration = since(begin, end);
  }

  /** Where both sides are one service, the other one is a span of its own all the same. */
  private otherSide(
    draft: Draft,
    begin: V1Annotation,
    other: V1Annotation,
    kind: ZipkinKind,
    otherKind: ZipkinKind,
  ): Draft {
    if (begin.endpoint?.serviceName !== other.endpoint?.serviceName) return this.of(other.endpoint);
    draft.kind = kind;
    const forked = { ...newDraft(other.endpoint), kind: otherKind };
    this.forked.push(forked);
    return forked;
  }

  /** The span of a service; what says no endpoint is of the first. */
  private of(endpoint: ZipkinEndpoint | null): Draft {
    if (!endpoint) return this.first;
    this.first.localEndpoint ??= endpoint;
    if (this.first.localEndpoint.serviceName === endpoint.serviceName) return this.first;
    let draft = this.others.get(endpoint.serviceName);
    if (!draft) {
      draft = newDraft(endpoint);
      this.others.set(endpoint.serviceName, draft);
    }
    return draft;
  }
}

function newDraft(localEndpoint: ZipkinEndpoint | null): Draft {
  return {
    kind: null,
    timestamp: null,
    duration: null,
    localEndpoint,
    remoteEndpoint: null,
    shared: false,
    annotations: [],
    tags: [],
  };
}

/** Not below zero: clocks differ. */
function since(begin: V1Annotation, end: V1Annotation): bigint | null {
  const duration = end.timestamp - begin.timestamp;
  return duration > 0n ? duration : null;
}

function isSame(a: ZipkinEndpoint, b: ZipkinEndpoint): boolean {
  return a.serviceName === b.serviceName && a.ipv4 === b.ipv4 && a.ipv6 === b.ipv6 && a.port === b.port;
}
