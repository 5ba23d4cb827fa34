import type { MarkTarget } from './mark-target';

/** What a reader left on a span, a trace or a session. */
export interface Annotation extends MarkTarget, AnnotationEdit {
  readonly id: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Of a span: neither a bookmark nor a note takes the annotation away. */
export interface AnnotationEdit {
  readonly bookmarked: boolean;
  /** Plain text; empty: none. */
  readonly note: string;
}

export interface NewAnnotation extends MarkTarget, AnnotationEdit {}

export interface AnnotationListQuery {
  readonly traceId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const MAX_NOTE_CHARS = 10_000;
