/** What a desktop and a team server say to each other when a workspace is shared. Both sides check what comes against these. */
import { z } from 'zod';
import { OBJECT_KINDS } from '../sync/objects';
import { STAMP } from '../sync/stamp';
import { ALERT_COMPARISONS, ALERT_MEASURES, ALERT_SEVERITIES } from './alert';
import { arePanels, DASHBOARD_NAME, MAX_PANELS_LENGTH } from './dashboard';
import { TIME_TEXT } from './time-text';

/**
 * History of the protocol, one line a change; a test pins the hash of the schemas below.
 * 1: objects with stamps, spans as OTLP, changes by cursor, snapshots, server-sent events that wake.
 * 2: saved views have an environment, a version and a team; who changes one with version 1 takes them out.
 * 3: dashboards, which older replicas are not sent; alert rules count logs, wait, end elsewhere, have a severity and can be
 *    muted; an older replica that changes one takes these out.
 */
export const SYNC_PROTOCOL = 3;
/** Of replicas that a server still speaks with. */
export const OLDEST_SYNC_PROTOCOL = 1;
/** Each request says which version it is of. */
export const SYNC_PROTOCOL_HEADER = 'x-spoor-sync';

/** Of an error's details: what it is about. */
export const SYNC_ERRORS = {
  /** This replica speaks an older version than the server knows. */
  tooOld: 'protocol-too-old',
  /** This replica is newer than the server. */
  tooNew: 'protocol-too-new',
  /** The server has another history than the replica saw: it was restored. */
  restored: 'history-restored',
  /** The replica was away for longer than the server keeps its history. */
  historyGone: 'history-gone',
  /** The workspace has sent all it may today. */
  quota: 'quota-reached',
  /** The project was archived, or is none of this workspace. */
  noProject: 'no-project',
} as const;

const MAX_TEXT = 100_000;
const MAX_VALUE = 500_000;
const MAX_NAME = 10_000;

const stamp = z.string().regex(STAMP);
const stamps = z.array(stamp).max(32);
const id = z.uuid();
const text = z.string().max(MAX_TEXT);
const name = z.string().min(1).max(MAX_NAME);
const nullableText = z.string().max(MAX_NAME).nullable();
const traceId = z.string().regex(/^[0-9a-f]{32}$/);
const time = TIME_TEXT;
const position = z.string().max(100);

// Looser than OBJECT_FIELDS: of what is too long the server refuses the one, not all that came with it.
const value = z.union([
  z.string().max(MAX_VALUE),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(MAX_NAME)).max(1_000),
]);
const fields = z.record(z.string().max(50), value);
const kind = z.enum(OBJECT_KINDS);

const target = {
  traceId: traceId.nullable(),
  spanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
  sessionId: nullableText,
};
const created = { createdAt: time };

/** What the fields of each kind may hold: the server takes nothing else. */
export const OBJECT_FIELDS = {
  annotation: z.strictObject({ ...target, bookmarked: z.boolean(), note: text, ...created }),
  score: z.strictObject({
    ...target,
    name,
    value: z.number().nullable(),
    label: nullableText,
    comment: text,
    source: z.enum(['human', 'code', 'model']),
    ...created,
  }),
  comment: z.strictObject({
    ...target,
    viewId: id.nullable(),
    parentId: id.nullable(),
    authorId: nullableText,
    authorName: z.string().max(MAX_NAME),
    text,
    mentions: z.array(z.string().max(100)).max(100),
    ...created,
  }),
  tag: z.strictObject({ ...target, name, ...created }),
  'saved-view': z.strictObject({
    name,
    query: z.string().max(MAX_NAME),
    last: nullableText,
    from: nullableText,
    to: nullableText,
    environment: nullableText.optional(),
    serviceVersion: nullableText.optional(),
    team: nullableText.optional(),
    groupBy: nullableText,
    sort: nullableText,
    columns: z.array(z.string().max(1_000)).max(100).nullable(),
    chart: nullableText,
    ...created,
  }),
  'alert-rule': z.strictObject({
    name,
    enabled: z.boolean(),
    measure: z.enum(ALERT_MEASURES),
    query: z.string().max(MAX_NAME),
    comparison: z.enum(ALERT_COMPARISONS),
    threshold: z.number(),
    windowSeconds: z.int().min(1).max(2_147_483_647),
    forSeconds: z.int().min(0).max(2_147_483_647).nullable().optional(),
    resolveThreshold: z.number().nullable().optional(),
    severity: z.enum(ALERT_SEVERITIES).nullable().optional(),
    mutedUntil: time.nullable().optional(),
    ...created,
  }),
  dashboard: z.strictObject({
    name: DASHBOARD_NAME,
    /** JSON. */
    panels: z.string().max(MAX_PANELS_LENGTH).refine(arePanels, 'is not the JSON of panels'),
    ...created,
  }),
} as const;

const remoteObject = z.object({ kind, id, stamp, fields: fields.nullable(), recent: stamps });
const sharedTrace = z.object({
  traceId,
  projectId: id,
  client: z.string().max(100).nullable(),
  sharedBy: nullableText,
  spanCount: z.int().min(0),
});
const event = z.object({
  id: z.string().max(100),
  time,
  type: z.string().max(100),
  actorName: nullableText,
  payload: z.record(z.string(), z.unknown()),
});

/** `GET /v1/sync` */
export const SYNC_HELLO = z.object({
  protocol: z.object({ current: z.int(), oldest: z.int() }),
  workspace: z.object({ id, name: z.string() }),
  account: z.object({ id, name: z.string() }).nullable(),
  role: z.enum(['viewer', 'member', 'admin', 'owner']).nullable(),
  permissions: z.array(z.string().max(100)).max(100),
  projects: z.array(z.object({ id, name: z.string() })).max(10_000),
  /** Who can be mentioned. */
  members: z.array(z.object({ id, name: z.string() })).max(10_000),
});
export type SyncHello = z.infer<typeof SYNC_HELLO>;

/** `GET /v1/sync/changes` */
export const SYNC_CHANGES_QUERY = z.strictObject({
  known: position,
  cursor: position,
  limit: z.coerce.number().int().min(1).max(1_000),
});
export const SYNC_CHANGES = z.object({
  objects: z.array(remoteObject),
  traces: z.array(sharedTrace),
  removed: z.array(traceId),
  events: z.array(event),
  cursor: position,
  position,
  hasMore: z.boolean(),
});

/** `GET /v1/sync/snapshot` */
export const SYNC_SNAPSHOT_QUERY = z.strictObject({ known: position, next: z.string().max(200).optional() });
export const SYNC_SNAPSHOT = z.object({
  objects: z.array(remoteObject),
  traces: z.array(sharedTrace),
  cursor: position,
  position,
  next: z.string().max(200).nullable(),
});

/** `POST /v1/sync/objects` */
export const SYNC_OBJECTS = z.strictObject({
  known: position,
  objects: z
    .array(z.strictObject({ kind, id, stamp, fields: fields.nullable(), base: stamp.nullable() }))
    .min(1)
    .max(200),
});
export const SYNC_PUSHED = z.object({
  results: z.array(
    z.discriminatedUnion('state', [
      z.object({ state: z.literal('applied'), current: remoteObject }),
      z.object({ state: z.literal('conflict'), current: remoteObject.nullable() }),
      z.object({ state: z.literal('refused'), message: z.string().max(MAX_NAME) }),
    ]),
  ),
  position,
});

/** `POST /v1/sync/spans`: an OTLP trace request, gzip or not. */
export const SYNC_SPANS_QUERY = z.strictObject({ known: position, project: id, client: z.string().min(1).max(100) });
export const SYNC_SPANS = z.object({ rejected: z.int(), position });

/** `POST /v1/sync/spans/read`: spans of traces that others shared, of as many as fit. */
export const SYNC_WANTED = z.strictObject({
  known: position,
  traces: z
    .array(z.strictObject({ traceId, after: z.string().max(200).nullable() }))
    .min(1)
    .max(500),
});
export const SYNC_READ = z.object({
  /** OTLP, base64. */
  request: z.base64(),
  traces: z
    .array(z.object({ traceId, mark: z.string().max(200).nullable(), hasMore: z.boolean() }))
    .min(1)
    .max(500),
  position,
});

/** `POST /v1/sync/actions/withdraw`: the server's copies of what this account shared go; null: all of it. */
export const SYNC_WITHDRAW = z.strictObject({ traceIds: z.array(traceId).min(1).max(1_000).nullable() });
export const SYNC_WITHDRAWN = z.object({ traces: z.int() });
