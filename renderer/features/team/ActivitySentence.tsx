import { Link } from 'wouter';
import type { Activity } from '../../../core/api/team';
import { plural } from '../../../core/model/format';

const DONE: Readonly<Record<string, string>> = { created: 'added', updated: 'changed', deleted: 'deleted' };
const NOUN: Readonly<Record<string, string>> = {
  annotation: 'a note',
  score: 'a score',
  comment: 'a comment',
  tag: 'the tag',
  'saved-view': 'the view',
  dashboard: 'the dashboard',
  dataset: 'the dataset',
  endpoint: 'the endpoint',
  guardrail: 'the guardrail',
  'alert-rule': 'the alert',
  project: 'the project',
};

/** What somebody did, as a part of a sentence. */
export function ActivitySentence({ type, payload }: Pick<Activity, 'type' | 'payload'>) {
  const [kind = '', what = ''] = type.split('.');
  const text = (key: string): string | null => (typeof payload[key] === 'string' ? payload[key] : null);
  const traces = Array.isArray(payload.traceIds) ? payload.traceIds.filter((id) => typeof id === 'string') : [];
  const traceId = text('traceId') ?? traces[0] ?? null;
  const name = text('name');
  const said =
    kind === 'member'
      ? { joined: 'joined', updated: `changed a member to ${text('role')}`, removed: 'removed a member' }[what]
      : kind === 'alert'
        ? what === 'fired'
          ? 'began to alert:'
          : 'is well again:'
        : kind === 'trace'
          ? traces.length > 1
            ? `${what} ${plural(Number(payload.count ?? traces.length), 'trace')}`
            : `${what} a trace`
          : type === 'guardrail.hit.v1'
            ? `marked ${payload.hits} ${payload.hits === 1 ? 'place' : 'places'} by the guardrail`
            : `${DONE[what] ?? what} ${NOUN[kind] ?? kind}`;
  return (
    <>
      {said}
      {name !== null && (
        <span className="font-medium" dir="auto">
          {' '}
          {name}
        </span>
      )}
      {traceId !== null && type !== 'trace.deleted.v1' && (
        <>
          {kind === 'trace' ? ': ' : ' on '}
          <Link href={`/trace/${traceId}`} className="font-mono text-sm text-accent hover:underline">
            {traceId.slice(0, 8)}
          </Link>
        </>
      )}
    </>
  );
}
