/** What people say to each other about a trace, a span of it, a session or a saved view. */
import type { MarkTarget } from './mark-target';

export interface CommentTarget extends MarkTarget {
  /** A saved view; null: something else. */
  readonly viewId: string | null;
}

export interface CommentEdit {
  /** Plain text. */
  readonly text: string;
  /** Accounts that are meant by `@name`. */
  readonly mentions: readonly string[];
}

export interface NewComment extends CommentTarget, CommentEdit {
  /** The comment that it answers; null: it begins. */
  readonly parentId: string | null;
}

export interface Comment extends NewComment {
  readonly id: string;
  readonly version: number;
  /** Of the team server; null: written where nobody was signed in. */
  readonly authorId: string | null;
  /** Empty: nobody said. */
  readonly authorName: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Who writes; null: nobody is signed in. */
export type CommentAuthor = { readonly id: string; readonly name: string } | null;

export interface CommentListQuery {
  readonly traceId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly viewId?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const MAX_COMMENT_CHARS = 10_000;
