/** Sharing with a team server, as the screens of a desktop see it. */
import type { MarkTarget } from './mark-target';
import type { Permission, Role } from './team';

/** What is shared without being asked for, trace by trace. */
export type SyncRule =
  | { readonly kind: 'everything' }
  | { readonly kind: 'errors' }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'session'; readonly sessionId: string };

export interface NamedRef {
  readonly id: string;
  readonly name: string;
}

/** What somebody chose. */
export interface SyncChoice {
  /** Where traces go; null: nobody chose, and nothing is shared. */
  readonly projectId: string | null;
  /** Whose traces come here; null: of all projects. */
  readonly follow: readonly string[] | null;
  readonly rules: readonly SyncRule[];
  readonly sharesViews: boolean;
  readonly sharesAlertRules: boolean;
  /** Null: as much as the connection takes. */
  readonly maxBytesPerSecond: number | null;
  /** Also taken out of what is shared, beside secrets. */
  readonly redactsEmails: boolean;
  /** Attributes whose values never leave; `*` stands for any characters. */
  readonly redactedKeys: readonly string[];
}

/** Nothing is shared, everything comes. */
export const NO_CHOICE: SyncChoice = {
  projectId: null,
  follow: null,
  rules: [],
  sharesViews: false,
  sharesAlertRules: false,
  maxBytesPerSecond: null,
  redactsEmails: false,
  redactedKeys: [],
};

export interface SyncLink extends SyncChoice {
  /** Origin. */
  readonly server: string;
  /** Of this replica. */
  readonly clientId: string;
  readonly workspace: NamedRef;
  /** Null: an API key. */
  readonly account: NamedRef | null;
  /** Null: an API key. */
  readonly role: Role | null;
  readonly permissions: readonly Permission[];
  readonly projects: readonly NamedRef[];
  /** Who can be mentioned; empty: the session may not know. */
  readonly members: readonly NamedRef[];
  readonly paused: boolean;
  /** RFC 3339. */
  readonly connectedAt: string;
}

export type SyncProblemCode =
  | 'offline'
  | 'signed-out'
  | 'not-a-member'
  | 'no-workspace'
  | 'forbidden'
  | 'quota'
  | 'protocol'
  | 'server'
  | 'here';

/** What is in the way, and what to do about it. */
export interface SyncProblem {
  readonly code: SyncProblemCode;
  readonly message: string;
  /** RFC 3339; when it is tried again. Null: somebody has to do something. */
  readonly retryAt: string | null;
}

/** Somebody is asked, in a browser, whether this desktop may sign in. */
export interface SyncSignIn {
  readonly server: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface SyncQueue {
  readonly objects: number;
  readonly traces: number;
  readonly spans: number;
  /** Traces to fetch. */
  readonly wanted: number;
  readonly refused: readonly RefusedObject[];
  readonly conflicts: number;
}

/** What the server does not take. */
interface RefusedObject {
  readonly kind: string;
  readonly id: string;
  readonly message: string;
}

export interface SyncReport {
  readonly state: 'off' | 'signing-in' | 'paused' | 'idle' | 'working' | 'waiting';
  readonly link: SyncLink | null;
  readonly signIn: SyncSignIn | null;
  readonly problem: SyncProblem | null;
  readonly queue: SyncQueue;
  /** Of the last seconds. */
  readonly spansPerSecond: number;
  readonly bytesPerSecond: number;
  /** RFC 3339; null: never. */
  readonly lastSyncedAt: string | null;
  /** Whether the server wakes this desktop; else it asks from time to time. */
  readonly live: boolean;
}

export interface SyncConflict {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly objectId: string;
  readonly field: string;
  readonly mine: unknown;
  readonly theirs: unknown;
  readonly kept: 'mine' | 'theirs' | 'both';
}

/** What somebody did on the server. */
export interface SyncEvent {
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly actorName: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Whether a trace is shared, and by whom. */
export interface TraceSharing {
  readonly state: 'local' | 'waiting' | 'shared' | 'theirs';
  /** Of `theirs`. */
  readonly sharedBy: string | null;
  /** Where the team sees it; null: it is not there yet. */
  readonly url: string | null;
}

/** How far a project has come, in traces. */
export interface SyncProjectState {
  /** Null: it is not known where they are. */
  readonly projectId: string | null;
  /** Shared from here, and there. */
  readonly sent: number;
  /** Shared from here, and not there yet. */
  readonly waiting: number;
  /** Shared by others, and here. */
  readonly received: number;
  /** Shared by others, and not here yet. */
  readonly wanted: number;
}

/** What would leave this machine. */
export interface SharePreview {
  readonly traces: number;
  /** Of them, so many, the newest of a rule, were looked through for secrets. */
  readonly lookedThrough: number;
  readonly spans: number;
  readonly bytes: number;
  /** Values that are taken out first, by rule. */
  readonly redacted: Readonly<Record<string, number>>;
  /** The first spans as they would leave: OTLP JSON. */
  readonly sample: string;
  /** Whether `sample` is all. */
  readonly complete: boolean;
}

export type ShareTarget = Pick<MarkTarget, 'traceId' | 'sessionId'>;

/** How a desktop signs in: somebody says yes in a browser, or an API key. */
export interface SyncConnect {
  /** Of a team server: `https://spoor.example.com`. */
  readonly server: string;
  /** Null: in a browser. */
  readonly apiKey: string | null;
}

/** Of a desktop: a server is what others share with. */
export interface SyncApi {
  syncReport(): Promise<SyncReport>;
  /** Begins to sign in in a browser, or signs in by a key. @throws VALIDATION_ERROR, UNAUTHORIZED, SERVICE_UNAVAILABLE */
  connectSync(connect: SyncConnect): Promise<SyncReport>;
  cancelSyncSignIn(): Promise<SyncReport>;
  /** @throws VALIDATION_ERROR */
  chooseSync(choice: SyncChoice): Promise<SyncReport>;
  pauseSync(paused: boolean): Promise<SyncReport>;
  /** Now, whatever the schedule says; and what was refused is tried again. */
  syncNow(): Promise<SyncReport>;
  /** What is stored here stays. */
  disconnectSync(): Promise<SyncReport>;
  /** Takes back what was shared from this account; it stays here. @returns how many traces went */
  withdrawShared(): Promise<{ readonly traces: number }>;
  /** What would leave this machine, were it shared. @throws NOT_FOUND */
  previewShare(target: ShareTarget): Promise<SharePreview>;
  /** What would leave this machine by a rule, of what is stored now. */
  previewRule(rule: SyncRule): Promise<SharePreview>;
  /** Of projects that anything was shared with. */
  syncProjects(): Promise<readonly SyncProjectState[]>;
  /** @throws NOT_FOUND, FORBIDDEN */
  share(target: ShareTarget): Promise<void>;
  /** Takes the server's copy back. */
  unshare(target: ShareTarget): Promise<void>;
  traceSharing(traceId: string): Promise<TraceSharing>;
  syncConflicts(): Promise<readonly SyncConflict[]>;
  /** Somebody has read it; null: all. */
  dismissSyncConflict(id: string | null): Promise<void>;
  /** What others did, newest first. */
  syncEvents(): Promise<readonly SyncEvent[]>;
  /** A `.spoor` file. @throws NOT_FOUND, PAYLOAD_TOO_LARGE */
  exportFile(target: ShareTarget): Promise<Uint8Array>;
  /** @returns null: there is more to come @throws VALIDATION_ERROR, PAYLOAD_TOO_LARGE */
  importFile(part: FilePart): Promise<ImportReport | null>;
}

/** A part of a `.spoor` file on its way in: calls are smaller than files. */
export interface FilePart {
  /** Of the file, made up by who sends it. */
  readonly uploadId: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}

export interface ImportReport {
  readonly traces: number;
  readonly spans: number;
  readonly objects: number;
  /** That are here as new, or newer. */
  readonly objectsKept: number;
  /** The first of its traces; null: it has none. */
  readonly traceId: string | null;
}
