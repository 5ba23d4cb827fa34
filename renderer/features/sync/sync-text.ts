/** Sync in words. */
import type { SyncReport } from '../../../core/api/sync-state';
import { formatCount, plural } from '../../../core/model/format';

export type SyncTone = 'ok' | 'wait' | 'error';

/** A few words for the status bar; null: this machine shares with nobody. */
export function syncText(report: SyncReport): { readonly text: string; readonly tone: SyncTone } | null {
  const { state, link, problem, queue } = report;
  if (state === 'signing-in') return { text: 'Waiting for you to confirm in the browser', tone: 'wait' };
  if (!link) return problem ? { text: 'Not connected', tone: 'error' } : null;
  const { name } = link.workspace;
  if (state === 'paused') return { text: `${name}: paused`, tone: 'wait' };
  if (problem) return { text: `${name}: ${PROBLEMS[problem.code]}`, tone: problem.retryAt === null ? 'error' : 'wait' };
  const waiting = waitingText(queue);
  if (waiting !== null) return { text: `${name}: ${waiting}`, tone: 'ok' };
  return { text: `${name}: up to date`, tone: 'ok' };
}

const PROBLEMS = {
  offline: 'offline',
  'signed-out': 'sign in again',
  'not-a-member': 'not a member',
  'no-workspace': 'no such workspace',
  forbidden: 'not allowed',
  quota: 'quota is used up',
  protocol: 'update needed',
  server: 'the server fails',
  here: 'sync fails',
} as const;

/** What is still to go or to come; null: nothing. */
export function waitingText({ objects, spans, traces, wanted }: SyncReport['queue']): string | null {
  const parts = [
    ...(spans > 0 ? [`${plural(spans, 'span')} to send`] : traces > 0 ? [`${plural(traces, 'trace')} to send`] : []),
    ...(objects > 0 ? [`${plural(objects, 'change')} to send`] : []),
    ...(wanted > 0 ? [`${plural(wanted, 'trace')} to fetch`] : []),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  annotation: 'Note',
  score: 'Score',
  comment: 'Comment',
  tag: 'Tag',
  'saved-view': 'Saved view',
  dashboard: 'Dashboard',
  'alert-rule': 'Alert rule',
};

export function kindName(kind: string): string {
  return KIND_NAMES[kind] ?? kind;
}

/** A value that two people gave, in a line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return formatCount(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
