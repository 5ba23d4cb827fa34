/** What the engine works between: a replica on this machine, and the server's copy of the workspace. */
import type { ObjectRef, PushedObject, PushResult, RemoteObject } from './objects';

/** A trace of which the server has spans that somebody shared. */
export interface SharedTrace {
  readonly traceId: string;
  readonly projectId: string;
  /** The replica that brought all of them; null: several did. */
  readonly client: string | null;
  /** Who shared it; null: nobody knows any more. */
  readonly sharedBy: string | null;
  /** That the server has in all. */
  readonly spanCount: number;
}

/** What happened, as people read it. */
export interface RemoteEvent {
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly actorName: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface RemoteChanges {
  readonly objects: readonly RemoteObject[];
  readonly traces: readonly SharedTrace[];
  /** Traces of which somebody deleted the server's copy. */
  readonly removed: readonly string[];
  readonly events: readonly RemoteEvent[];
}

/** How far a replica came, and the newest position of the server that an answer told of. */
export interface Place {
  readonly cursor: string;
  readonly known: string;
}

export interface ChangesPage extends RemoteChanges {
  readonly cursor: string;
  /** Where the server's history stands: behind the cursor when there is more. */
  readonly position: string;
  readonly hasMore: boolean;
}

/** What the replica has seen is of a history that the server does not have, or no longer: it starts over from a snapshot. */
export class OtherHistory extends Error {
  override readonly name = 'OtherHistory';

  constructor(readonly reason: 'too-old' | 'restored') {
    super(`The server's history is another one: ${reason}.`);
  }
}

export interface SnapshotPage extends Pick<RemoteChanges, 'objects' | 'traces'> {
  /** Of the first page: where changes begin that come while the snapshot is read. */
  readonly cursor: string;
  /** Where the server's history stands, nothing of the page being younger. */
  readonly position: string;
  /** Null: this was the last. */
  readonly next: string | null;
}

/** What the server answered, and where its history stood then. The next request says so, and the server compares. */
export interface At<T> {
  readonly answer: T;
  readonly position: string;
}

/** A trace that others brought spans of. */
export interface WantedTrace {
  readonly traceId: string;
  /** The mark of the page before; null: the first. */
  readonly after: string | null;
}

/** Spans on their way, of as many of the wanted traces as fit. */
export interface SpanPage {
  /** OTLP. */
  readonly request: Uint8Array;
  readonly traces: readonly {
    readonly traceId: string;
    /** What asks for spans behind these; null: there is no such trace any more. */
    readonly mark: string | null;
    readonly hasMore: boolean;
  }[];
}

/** Spans that are shared and not pushed yet. */
export interface SpanParcel {
  readonly request: Uint8Array;
  readonly spans: number;
  /** What the replica knows them by. */
  readonly token: string;
}

export interface Settled {
  readonly pushed: PushedObject;
  readonly result: PushResult;
}

/** Each method is one transaction. */
export interface Replica {
  /** `cursor` null: it starts with a snapshot. */
  place(): Promise<{ readonly cursor: string | null; readonly known: string }>;
  /** Forgets how far it came, and of another history what it knew. @param reason `restored`: what it pushed may be lost, too */
  startOver(reason: OtherHistory['reason']): Promise<void>;
  /** Takes what is new, and remembers how far it came. @param place null: it is part of a snapshot */
  apply(changes: RemoteChanges, place: Place | null): Promise<void>;
  /**
   * Ends a snapshot, which `apply` was given before. What the server once had and is not in it, it has lost: it is pushed again, and
   * where the server was restored so are the spans that were shared from here.
   */
  finishSnapshot(seen: ReadonlySet<string>, place: Place): Promise<void>;
  pendingObjects(limit: number): Promise<readonly PushedObject[]>;
  settle(settled: readonly Settled[], position: string): Promise<void>;
  /** Finds spans that came since the last time and are to be shared. @returns whether there may be more */
  notice(): Promise<boolean>;
  nextSpans(): Promise<SpanParcel | null>;
  /** @param position null: it was empty, and nobody was asked */
  spansArrived(parcel: SpanParcel, position: string | null): Promise<void>;
  nextWanted(limit: number): Promise<readonly WantedTrace[]>;
  takeSpans(page: SpanPage, position: string): Promise<void>;
}

/**
 * Every method may fail, after or before it was done; the engine asks again. `known`: the newest position that an answer told of. @throws OtherHistory
 */
export interface Remote {
  changes(known: string, cursor: string, limit: number): Promise<ChangesPage>;
  /** @param next of the page before; null: the first */
  snapshot(known: string, next: string | null): Promise<SnapshotPage>;
  pushObjects(known: string, objects: readonly PushedObject[]): Promise<At<readonly PushResult[]>>;
  /** Resolves when they are durable. */
  pushSpans(known: string, request: Uint8Array): Promise<At<null>>;
  /** Of the first of them at least. */
  spans(known: string, wanted: readonly WantedTrace[]): Promise<At<SpanPage>>;
}

export function keyOf({ kind, id }: ObjectRef): string {
  return `${kind} ${id}`;
}
