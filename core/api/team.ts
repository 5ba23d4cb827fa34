/** What a team server answers beside the contract: who one is, who else is here, and keys for programs. */

/** From who may least to who may most. */
export const ROLES = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** What an API key may be given. */
export const KEY_SCOPES = ['ingest', 'read', 'notes'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

export type Permission =
  | 'telemetry:ingest'
  | 'telemetry:read'
  | 'telemetry:delete'
  | 'traces:share'
  | 'notes:write'
  | 'rules:write'
  | 'projects:read'
  | 'projects:write'
  | 'keys:read'
  | 'keys:write'
  | 'members:read'
  | 'members:write'
  | 'workspace:write'
  | 'workspace:delete'
  | 'audit:read'
  | 'webhooks:read'
  | 'webhooks:write'
  | 'jobs:read'
  | 'jobs:write';

/** What signing in gives. Pages keep the refresh token in a cookie that no script reads. */
export interface TeamSession {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Public id. */
  readonly workspace: string;
}

/** A session of who keeps the refresh token: a program. */
export type KeptSession = TeamSession & { readonly refreshToken: string };

/** How people sign in here. */
export interface SignInMethods {
  /** At an OpenID provider; null: none is set up. */
  readonly oidc: { readonly name: string } | null;
}

/** Why signing in at the provider came to nothing. */
export type SignInProblem = 'expired' | 'refused' | 'unverified' | 'uninvited';

/** How a program is signed in by somebody who has a browser. */
export interface DeviceCode {
  /** What the program asks with; nobody else sees it. */
  readonly deviceCode: string;
  /** What the person types: `BCDF-GHJK`. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** With the code. */
  readonly verificationUriComplete: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds to wait before asking again. */
  readonly interval: number;
}

export type DevicePoll =
  | { readonly state: 'pending' | 'slow-down'; readonly interval: number }
  | { readonly state: 'signed-in'; readonly session: KeptSession };

/** Who asks. */
export interface Me {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** Public id of the workspace that the token is for. */
  readonly workspace: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly workspaces: readonly { readonly id: string; readonly name: string; readonly role: Role }[];
}

export interface Member {
  readonly accountId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly version: number;
}

export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: string;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly createdAt: string;
  /** Null: it is in use. */
  readonly archivedAt: string | null;
}

export interface ApiKey {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** Its first characters. */
  readonly prefix: string;
  readonly scopes: readonly KeyScope[];
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** `key`: told this once. */
export type NewKey = ApiKey & { readonly key: string };

export interface AuditRecord {
  readonly id: string;
  readonly time: string;
  /** `account:ID`, `api-key:ID` or `system`. */
  readonly actor: string;
  /** Such as `member.update`. */
  readonly action: string;
  readonly table: string;
  readonly recordId: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly requestId: string;
}

/** What webhooks may be told of, and what the list of activity shows. Ingest is too much of it. */
export const TOLD_TYPES = [
  'annotation.created.v1',
  'annotation.updated.v1',
  'annotation.deleted.v1',
  'score.created.v1',
  'score.updated.v1',
  'score.deleted.v1',
  'saved-view.created.v1',
  'saved-view.updated.v1',
  'saved-view.deleted.v1',
  'dashboard.created.v1',
  'dashboard.updated.v1',
  'dashboard.deleted.v1',
  'endpoint.created.v1',
  'endpoint.updated.v1',
  'endpoint.deleted.v1',
  'dataset.created.v1',
  'dataset.updated.v1',
  'dataset.deleted.v1',
  'guardrail.created.v1',
  'guardrail.updated.v1',
  'guardrail.deleted.v1',
  'guardrail.hit.v1',
  'alert.fired.v1',
  'alert.resolved.v1',
  'alert-rule.created.v1',
  'alert-rule.updated.v1',
  'alert-rule.deleted.v1',
  'comment.created.v1',
  'comment.updated.v1',
  'comment.deleted.v1',
  'tag.created.v1',
  'tag.updated.v1',
  'tag.deleted.v1',
  'trace.shared.v1',
  'trace.deleted.v1',
  'trace.restored.v1',
  'project.created.v1',
  'project.updated.v1',
  'project.archived.v1',
  'member.joined.v1',
  'member.updated.v1',
  'member.removed.v1',
] as const;
export type ToldType = (typeof TOLD_TYPES)[number];

/** What happened, as people of the workspace read it. */
export interface Activity {
  readonly id: string;
  readonly time: string;
  /** `account:ID`, `api-key:ID` or `system`. */
  readonly actor: string;
  /** Null: no person. */
  readonly actorName: string | null;
  /** Such as `annotation.created.v1`. */
  readonly type: string;
  /** What it is about: `id`, `name`, `traceId`, `spanId`, `sessionId`, as far as it has them. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** An address that is told what happens. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: string;
  /** The newest delivery; null: none yet. `status` null: there was no answer. */
  readonly last: { readonly time: string; readonly status: number | null; readonly error: string | null } | null;
}

/** `secret`: told this once. */
export type NewWebhook = Webhook & { readonly secret: string };

/** What the server does later, and again until it works. */
export interface Job {
  readonly id: string;
  readonly queue: string;
  /** `dead`: it failed too often, and waits for somebody to send it anew. */
  readonly state: 'waiting' | 'dead';
  readonly attempts: number;
  readonly createdAt: string;
  /** When it is tried next; null: now, or no more. */
  readonly nextAt: string | null;
  readonly error: string | null;
  /** What it is about. */
  readonly summary: string;
}

/** What a workspace sent today, in UTC. */
export interface QuotaReport {
  readonly used: number;
  /** Spans, logs and points of metrics together; null: no limit. */
  readonly limit: number | null;
  readonly resetsAt: string;
}

/** `otlp-json-lines`: a request a line, as the collector's file exporter writes it; `otlp-protobuf`: one request. */
export const UPLOAD_FORMATS = ['otlp-json-lines', 'otlp-protobuf'] as const;
export type UploadFormat = (typeof UPLOAD_FORMATS)[number];
export type UploadState = 'open' | 'importing' | 'done' | 'failed';

/** A large file that comes in parts. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly format: UploadFormat;
  /** Bytes. */
  readonly size: number;
  /** Of each part but the last. */
  readonly partBytes: number;
  readonly parts: number;
  /** Numbers of the parts that are here, from 1. */
  readonly received: readonly number[];
  readonly state: UploadState;
  /** Why it failed. */
  readonly error: string | null;
  /** What was imported. */
  readonly requests: number;
  /** Records in them that could not be stored. */
  readonly rejected: number;
  readonly createdAt: string;
}

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly createdAt: string;
  /** Telemetry is kept for so many days; null: for ever. */
  readonly retentionDays: number | null;
}
