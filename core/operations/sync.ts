/** Sharing with a team server: of a desktop, as a server is what others share with. */
import { z } from 'zod';
import type { FilePart, ShareTarget, SyncChoice, SyncConnect, SyncRule } from '../api/sync-state';
import { onSync } from './forwarded';
import { named, whole } from './input';
import { operation } from './operation';

const NAME = z.string().min(1).max(10_000);
const RULE: z.ZodType<SyncRule> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('everything') }),
  z.strictObject({ kind: z.literal('errors') }),
  z.strictObject({ kind: z.literal('service'), service: NAME }),
  z.strictObject({ kind: z.literal('session'), sessionId: NAME }),
]);
const CHOICE: z.ZodType<SyncChoice> = z.strictObject({
  projectId: z.uuid().nullable(),
  follow: z.array(z.uuid()).max(1_000).nullable(),
  rules: z.array(RULE).max(1_000),
  sharesViews: z.boolean(),
  sharesAlertRules: z.boolean(),
  maxBytesPerSecond: z.int().min(10_000).nullable(),
  redactsEmails: z.boolean(),
  redactedKeys: z.array(z.string().min(1).max(500)).max(200),
});
const CONNECT: z.ZodType<SyncConnect> = z.strictObject({
  server: z.string().min(1).max(500),
  apiKey: z.string().min(1).max(500).nullable(),
});
const TARGET: z.ZodType<ShareTarget> = z
  .strictObject({ traceId: NAME.nullable(), sessionId: NAME.nullable() })
  .refine(({ traceId, sessionId }) => (traceId === null) !== (sessionId === null), 'Give a trace or a session.');
const CONFLICT = z
  .string()
  .regex(/^\d{1,18}$/)
  .nullable();
const PART = z.strictObject({
  uploadId: z.string().min(1).max(100),
  bytes: z.instanceof(Uint8Array),
  isLast: z.boolean(),
}) as z.ZodType<FilePart>;
/** Anything but true is false. */
const flag = z.preprocess((given) => given === true, z.boolean());

const ofDesktop = { permission: null, rest: null } as const;

export const sync = {
  syncReport: operation({ ...ofDesktop, summary: 'How sharing goes', input: [], run: onSync('syncReport') }),
  /** Begins to sign in in a browser, or signs in by a key. @throws VALIDATION_ERROR, UNAUTHORIZED, SERVICE_UNAVAILABLE */
  connectSync: operation({
    ...ofDesktop,
    summary: 'Signs in to a team server',
    input: [whole(CONNECT)],
    run: onSync('connectSync'),
  }),
  cancelSyncSignIn: operation({
    ...ofDesktop,
    summary: 'Gives up signing in to a team server',
    input: [],
    run: onSync('cancelSyncSignIn'),
  }),
  /** @throws VALIDATION_ERROR */
  chooseSync: operation({
    ...ofDesktop,
    summary: 'Chooses what is shared, and what comes',
    input: [whole(CHOICE)],
    run: onSync('chooseSync'),
  }),
  pauseSync: operation({
    ...ofDesktop,
    summary: 'Pauses sharing, or goes on',
    input: [named('paused', flag)],
    run: onSync('pauseSync'),
  }),
  /** Whatever the schedule says; and what was refused is tried again. */
  syncNow: operation({ ...ofDesktop, summary: 'Shares what waits, now', input: [], run: onSync('syncNow') }),
  disconnectSync: operation({
    ...ofDesktop,
    summary: 'Signs out of the team server; what is stored here stays',
    input: [],
    run: onSync('disconnectSync'),
  }),
  /** @returns how many traces went */
  withdrawShared: operation({
    ...ofDesktop,
    summary: 'Takes back what was shared from this account; it stays here',
    input: [],
    run: onSync('withdrawShared'),
  }),
  /** @throws NOT_FOUND */
  previewShare: operation({
    ...ofDesktop,
    summary: 'What would leave this machine, were it shared',
    input: [whole(TARGET)],
    run: onSync('previewShare'),
  }),
  previewRule: operation({
    ...ofDesktop,
    summary: 'What would leave this machine by a rule, of what is stored now',
    input: [whole(RULE)],
    run: onSync('previewRule'),
  }),
  syncProjects: operation({
    ...ofDesktop,
    summary: 'How far the projects have come that anything was shared with',
    input: [],
    run: onSync('syncProjects'),
  }),
  /** @throws NOT_FOUND, FORBIDDEN */
  share: operation({
    ...ofDesktop,
    summary: 'Shares a trace or a session',
    input: [whole(TARGET)],
    run: onSync('share'),
  }),
  unshare: operation({
    ...ofDesktop,
    summary: "Takes the server's copy of a trace or a session back",
    input: [whole(TARGET)],
    run: onSync('unshare'),
  }),
  traceSharing: operation({
    ...ofDesktop,
    summary: 'Whether a trace is shared, and by whom',
    input: [named('traceId', z.coerce.string())],
    run: onSync('traceSharing'),
  }),
  syncConflicts: operation({
    ...ofDesktop,
    summary: 'Conflicts: what was changed here and elsewhere at the same time',
    input: [],
    run: onSync('syncConflicts'),
  }),
  /** Null: all. */
  dismissSyncConflict: operation({
    ...ofDesktop,
    summary: 'Says that somebody has read a conflict',
    input: [named('id', CONFLICT)],
    run: onSync('dismissSyncConflict'),
  }),
  syncEvents: operation({
    ...ofDesktop,
    summary: 'What others did, newest first',
    input: [],
    run: onSync('syncEvents'),
  }),
  /** @throws NOT_FOUND, PAYLOAD_TOO_LARGE */
  exportFile: operation({
    ...ofDesktop,
    summary: 'A trace or a session as a `.spoor` file',
    input: [whole(TARGET)],
    run: onSync('exportFile'),
  }),
  /** @returns null: there is more to come @throws VALIDATION_ERROR, PAYLOAD_TOO_LARGE */
  importFile: operation({
    ...ofDesktop,
    summary: 'Takes a part of a `.spoor` file in',
    input: [whole(PART)],
    run: onSync('importFile'),
  }),
};
