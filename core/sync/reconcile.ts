/**
 * What becomes of an object that a replica and the server both have. Pure: the replica on disk, that of the simulation and the server
 * decide by the same few functions.
 */
import {
  type Conflict,
  type Fields,
  type FieldValue,
  LONG_TEXTS,
  type LocalObject,
  type ObjectRef,
  type PushedObject,
  type RemoteObject,
} from './objects';
import type { Stamp } from './stamp';

export interface Reconciled {
  readonly next: LocalObject;
  readonly conflicts: readonly Conflict[];
}

/** Between two texts of which neither is lost. */
const BETWEEN = '\n\n— written at the same time —\n\n';
/** As many as anybody could wait for an answer to. */
const RECENT_STAMPS = 16;

export function isPending({ stamp, baseStamp, fields }: Pick<LocalObject, 'stamp' | 'baseStamp' | 'fields'>): boolean {
  // What was deleted before anybody else had it is nobody's business.
  return stamp !== baseStamp && (baseStamp !== null || fields !== null);
}

/**
 * @param local undefined: the replica has none @param remote what the server says now
 * @param stampAfter makes a stamp of this replica that is later than the ones given
 */
export function reconcile(
  local: LocalObject | undefined,
  remote: RemoteObject,
  stampAfter: (...stamps: readonly Stamp[]) => Stamp,
): Reconciled {
  const theirs = taken(remote);
  if (!local) return { next: theirs, conflicts: [] };
  const keepsMine = (stamp = local.stamp, fields = local.fields): LocalObject => ({
    ...local,
    stamp,
    fields,
    base: remote.fields,
    baseStamp: remote.stamp,
    baseRecent: remote.recent,
  });
  if (remote.stamp === local.stamp) return { next: theirs, conflicts: [] };
  if (remote.stamp === local.baseStamp) return { next: local, conflicts: [] };
  // The server has forgotten what it had: it was restored from a backup. What it knew is given back to it.
  if (includes(local.baseRecent, remote.stamp)) return { next: keepsMine(), conflicts: [] };
  const isForked = local.baseStamp !== null && !includes(remote.recent, local.baseStamp);
  if (local.stamp === local.baseStamp && !isForked) return { next: theirs, conflicts: [] };
  // What is newer there was made from ours.
  if (remote.recent.includes(local.stamp)) return { next: theirs, conflicts: [] };

  // Of two histories nobody knows what they had in common.
  const { fields, conflicts } = merged(isForked ? { ...local, base: null } : local, remote);
  if (equal(fields, remote.fields)) return { next: theirs, conflicts };
  return { next: keepsMine(stampAfter(local.stamp, remote.stamp), fields), conflicts };
}

/** What the replica holds once the server has said that a change arrived. @param local as it is now, maybe changed since */
export function arrived(local: LocalObject, pushed: PushedObject): LocalObject {
  const baseRecent = [pushed.stamp, ...local.baseRecent].slice(0, RECENT_STAMPS);
  return { ...local, base: pushed.fields, baseStamp: pushed.stamp, baseRecent };
}

/** What the replica holds when the server has lost it. */
export function lost(local: LocalObject): LocalObject {
  return { ...local, base: null, baseStamp: null, baseRecent: [] };
}

/** What the server does with a change. @param current null: it has none */
export function judge(current: RemoteObject | null, pushed: PushedObject): 'apply' | 'applied' | 'conflict' {
  if (current?.recent.includes(pushed.stamp)) return 'applied';
  return (current?.stamp ?? null) === pushed.base ? 'apply' : 'conflict';
}

/** As the server has it after a change. */
export function after(current: RemoteObject | null, { kind, id, stamp, fields }: PushedObject): RemoteObject {
  return { kind, id, stamp, fields, recent: [stamp, ...(current?.recent ?? [])].slice(0, RECENT_STAMPS) };
}

function taken({ kind, id, stamp, fields, recent }: RemoteObject): LocalObject {
  return { kind, id, stamp, fields, base: fields, baseStamp: stamp, baseRecent: recent };
}

/** Whether a history had this stamp; what is older than all it remembers, it had. */
function includes(recent: readonly Stamp[], stamp: Stamp): boolean {
  return recent.includes(stamp) || (recent.length === RECENT_STAMPS && stamp < (recent.at(-1) as Stamp));
}

function merged(
  local: LocalObject,
  remote: RemoteObject,
): { readonly fields: Fields | null; readonly conflicts: readonly Conflict[] } {
  const { kind, id } = local;
  const mineIsLater = local.stamp > remote.stamp;
  if (local.fields === null || remote.fields === null) {
    if (local.fields === remote.fields) return { fields: null, conflicts: [] };
    // One deleted what the other changed: the later of the two, and the text of the other is in the list of conflicts.
    const fields = mineIsLater ? local.fields : remote.fields;
    const textOf = (side: Fields | null): string | null => side && JSON.stringify(side);
    const kept = mineIsLater ? 'mine' : 'theirs';
    return {
      fields,
      conflicts: [{ kind, id, field: 'deleted', mine: textOf(local.fields), theirs: textOf(remote.fields), kept }],
    };
  }
  const fields: Record<string, FieldValue> = {};
  const conflicts: Conflict[] = [];
  for (const name of new Set([...Object.keys(remote.fields), ...Object.keys(local.fields)])) {
    const mine = local.fields[name] ?? null;
    const theirs = remote.fields[name] ?? null;
    const base = local.base?.[name] ?? null;
    if (equal(mine, theirs) || (local.base && equal(theirs, base))) fields[name] = mine;
    else if (local.base && equal(mine, base)) fields[name] = theirs;
    else {
      const both = bothTexts(local, name, mine, theirs);
      fields[name] = both ?? (mineIsLater ? mine : theirs);
      conflicts.push({ kind, id, field: name, mine, theirs, kept: both ? 'both' : mineIsLater ? 'mine' : 'theirs' });
    }
  }
  return { fields, conflicts };
}

/** Null: one of them has to do. */
function bothTexts({ kind }: ObjectRef, field: string, mine: FieldValue, theirs: FieldValue): string | null {
  if (!LONG_TEXTS[kind].includes(field) || typeof mine !== 'string' || typeof theirs !== 'string') return null;
  if (mine === '' || theirs === '') return null;
  if (theirs.includes(mine)) return theirs;
  return mine.includes(theirs) ? mine : `${theirs}${BETWEEN}${mine}`;
}

/** Whatever the order of their names. */
export function equal(a: FieldValue | Fields, b: FieldValue | Fields): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: FieldValue | Fields): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
