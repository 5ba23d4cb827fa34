/** What people write and share: kinds of objects, and how a replica and the server hold them. */
import type { Stamp } from './stamp';

export const OBJECT_KINDS = ['annotation', 'score', 'comment', 'tag', 'saved-view', 'alert-rule', 'dashboard'] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** Values by name, as the wire has them. */
export type Fields = { readonly [name: string]: FieldValue };
export type FieldValue = string | number | boolean | null | readonly string[];

/** Texts that people write at length: of two that were written at once both are kept. */
export const LONG_TEXTS: Readonly<Record<ObjectKind, readonly string[]>> = {
  annotation: ['note'],
  score: ['comment'],
  comment: ['text'],
  tag: [],
  'saved-view': [],
  'alert-rule': [],
  dashboard: [],
};

export interface ObjectRef {
  readonly kind: ObjectKind;
  readonly id: string;
}

/** As the server has it. */
export interface RemoteObject extends ObjectRef {
  readonly stamp: Stamp;
  /** Null: it was deleted. */
  readonly fields: Fields | null;
  /** Stamps that it had lately, the newest first, its own included: who made one of them knows that it arrived. */
  readonly recent: readonly Stamp[];
}

/** As a replica has it. What differs from its base is still to be pushed. */
export interface LocalObject extends ObjectRef {
  readonly stamp: Stamp;
  /** Null: it was deleted. */
  readonly fields: Fields | null;
  /** As the server had it when the two last agreed; null: it was deleted there, or the server has never had it. */
  readonly base: Fields | null;
  /** Null: the server has never had it. */
  readonly baseStamp: Stamp | null;
  /** Of the base: what the server said of it. */
  readonly baseRecent: readonly Stamp[];
}

/** A change on its way to the server. */
export interface PushedObject extends ObjectRef {
  readonly stamp: Stamp;
  readonly fields: Fields | null;
  /** What it was made from; the server refuses it when it has another. Null: it is new. */
  readonly base: Stamp | null;
}

export type PushResult =
  /** It is there, or was before something newer. */
  | { readonly state: 'applied'; readonly current: RemoteObject }
  /** Somebody else was first. `current` null: the server has lost what the change was made from. */
  | { readonly state: 'conflict'; readonly current: RemoteObject | null }
  /** It is never taken as it is. */
  | { readonly state: 'refused'; readonly message: string };

/** As a file has it. */
export interface FiledObject extends ObjectRef {
  readonly stamp: Stamp;
  readonly fields: Fields;
}

/** What two people changed at once, and what became of it. */
export interface Conflict extends ObjectRef {
  /** `deleted`: one deleted it, the other changed it. */
  readonly field: string;
  readonly mine: FieldValue;
  readonly theirs: FieldValue;
  readonly kept: 'mine' | 'theirs' | 'both';
}
