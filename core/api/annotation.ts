/** What a reader left on a span. */
export interface Annotation {
  /** 16 hex digits. */
  readonly spanId: string;
  readonly bookmarked: boolean;
  /** Plain text; empty: none. */
  readonly note: string;
  /** RFC 3339. */
  readonly updatedAt: string;
}

/** Neither a bookmark nor a note takes the annotation away. */
export interface AnnotationEdit {
  readonly bookmarked: boolean;
  readonly note: string;
}

export const MAX_NOTE_CHARS = 10_000;
