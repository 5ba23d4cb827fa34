/** Takes what people wrote on their desktops, by the same decisions that the desktops make. */
import { OBJECT_FIELDS } from '../../../../core/api/sync';
import type { Permission } from '../../../../core/api/team';
import { Redactor } from '../../../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../../../core/redaction/rules';
import { cleanObject } from '../../../../core/redaction/written-objects';
import { WrittenTexts } from '../../../../core/redaction/written-texts';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { lockRows, writeFields } from '../../../../core/store/sync/object-tables';
import { asRemote, putObjects, readRefs, seeStamp } from '../../../../core/store/sync/versioned-objects';
import type { Fields, ObjectKind, PushedObject, PushResult, RemoteObject } from '../../../../core/sync/objects';
import { type At, keyOf } from '../../../../core/sync/ports';
import { after, judge } from '../../../../core/sync/reconcile';
import { stampMs } from '../../../../core/sync/stamp';
import type { Principal } from '../../../http/route';
import { placeOf, positionOf } from '../repo/history';
import { sinceOf } from './known-to';

/** Desktops that follow other rules, or are no desktops, push as well. */
const TEXTS = new WrittenTexts(new Redactor(DEFAULT_REDACTION));
/** One push of a workspace at a time: two that bring the same new object would both find none. */
const PUSH_LOCK = 4_318_005;
/** A clock that is further ahead would put everything that others write behind it for as long. */
const MAX_AHEAD_MS = 30 * 86_400_000;

const NEEDS: Readonly<Record<ObjectKind, Permission>> = {
  annotation: 'notes:write',
  score: 'notes:write',
  comment: 'notes:write',
  tag: 'notes:write',
  'saved-view': 'notes:write',
  'alert-rule': 'rules:write',
  dashboard: 'notes:write',
};

/** @param authorName of the account that pushes @param protocol that it speaks @throws OtherHistory */
export async function takeObjects(
  sql: SqlClient,
  who: Principal,
  authorName: string | null,
  known: string,
  objects: readonly PushedObject[],
  protocol: number,
): Promise<At<PushResult[]>> {
  const { id: workspaceId } = who.workspace;
  return sql.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, $2)', [PUSH_LOCK, workspaceId]);
    await placeOf(tx, workspaceId, known);
    await lockRows(tx, workspaceId, objects);
    const current = new Map<string, RemoteObject>();
    for (const one of await readRefs(tx, workspaceId, objects)) current.set(keyOf(one), asRemote(one));
    const applied: RemoteObject[] = [];
    const answer = objects.map((pushed): PushResult => {
      const there = current.get(keyOf(pushed)) ?? null;
      // It would stumble over the answer.
      if (there && sinceOf(there) > protocol) return { state: 'refused', message: 'Update Spoor to change this.' };
      const judged = judge(there, pushed);
      if (judged === 'applied' && there) return { state: 'applied', current: there };
      if (judged === 'conflict') return { state: 'conflict', current: there };
      const refused = whyNot(who, there, pushed);
      if (refused) return { state: 'refused', message: refused };
      const written = cleanObject(TEXTS, { ...pushed, fields: signed(pushed, there, who, authorName) });
      // What stands for a secret may be longer than the secret was.
      const grown = problemOf(written);
      if (grown) return { state: 'refused', message: grown };
      const next = after(there, written);
      current.set(keyOf(next), next);
      applied.push(next);
      return { state: 'applied', current: next };
    });
    await writeFields(tx, workspaceId, applied);
    await putObjects(
      tx,
      workspaceId,
      applied.map((object) => ({ ...object, base: null, baseStamp: null, baseRecent: [] })),
    );
    for (const { stamp } of applied) await seeStamp(tx, workspaceId, stamp);
    return { answer, position: await positionOf(tx, workspaceId) };
  });
}

/** Null: it is taken. */
function whyNot(who: Principal, there: RemoteObject | null, pushed: PushedObject): string | null {
  const { kind, stamp, fields } = pushed;
  if (!who.permissions.includes(NEEDS[kind])) return `This needs the permission ${NEEDS[kind]}.`;
  if (stampMs(stamp) > Date.now() + MAX_AHEAD_MS) {
    return 'The clock of the machine that wrote this is more than 30 days ahead; set it right, and change this again.';
  }
  const author = there?.fields?.authorId;
  const mayChangeOthers = who.kind === 'account' && (who.role === 'owner' || who.role === 'admin');
  if (kind === 'comment' && author && author !== who.id && !mayChangeOthers && !isOnlyMentions(there?.fields, fields)) {
    return 'Only who wrote a comment, or an admin, may change it.';
  }
  return problemOf(pushed);
}

/** Null: its fields are what those of its kind may be. */
function problemOf({ kind, fields }: Pick<PushedObject, 'kind' | 'fields'>): string | null {
  if (fields === null) return null;
  const { success, error } = OBJECT_FIELDS[kind].safeParse(fields);
  if (success) return null;
  const [issue] = error.issues;
  return `${issue?.path.join('.') || kind} is not valid: ${issue?.message ?? 'unknown'}.`;
}

/** Nothing that was said is another. */
function isOnlyMentions(there: Fields | null | undefined, fields: Fields | null): boolean {
  return fields !== null && there?.text === fields.text;
}

/** Of a new comment the server says who wrote it; of one that is changed, the author stays. */
function signed(
  { kind, fields }: PushedObject,
  there: RemoteObject | null,
  who: Principal,
  authorName: string | null,
): Fields | null {
  if (kind !== 'comment' || fields === null) return fields;
  const author = there?.fields ?? { authorId: who.id, authorName: authorName ?? 'An API key' };
  return { ...fields, authorId: author.authorId ?? null, authorName: author.authorName ?? '' };
}
