/** Words that people put on traces, spans and sessions, to find them by. */
import type { MarkTarget } from './mark-target';

export interface TagEdit {
  readonly name: string;
}

export interface NewTag extends MarkTarget, TagEdit {}

export interface Tag extends NewTag {
  readonly id: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface TagListQuery {
  readonly traceId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly name?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}
