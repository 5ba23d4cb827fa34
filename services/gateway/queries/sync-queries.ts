/** What screens ask of sync, checked where it comes in. */
import { z } from 'zod';
import type { FilePart, ShareTarget, SyncChoice, SyncConnect, SyncRule } from '../../../core/api/sync-state';
import { parse } from './queries';

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

export const syncChoice = (choice: unknown): SyncChoice => parse(CHOICE, choice);
export const syncConnect = (connect: unknown): SyncConnect => parse(CONNECT, connect);
export const shareTarget = (target: unknown): ShareTarget => parse(TARGET, target);
export const syncRule = (rule: unknown): SyncRule => parse(RULE, rule);
export const conflictId = (id: unknown): string | null => parse(CONFLICT, id);

const PART = z.strictObject({
  uploadId: z.string().min(1).max(100),
  bytes: z.instanceof(Uint8Array),
  isLast: z.boolean(),
});
export const filePart = (part: unknown): FilePart => parse(PART, part) as FilePart;
