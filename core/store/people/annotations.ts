/** Bookmarks and notes on spans, traces and sessions. */
import type { Annotation, AnnotationEdit, AnnotationListQuery, NewAnnotation } from '../../api/annotation';
import type { Page } from '../../api/page';
import { SpoorError } from '../../model/errors';
import { parseTraceId } from '../../model/ids';
import { BOOL, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { clean, VersionedTable } from '../sql/versioned-table';
import { aboutTarget, storedTarget, TARGET_COLUMNS } from './mark-targets';

const SPEC = {
  traceId: orNull(TEXT),
  spanId: orNull(TEXT),
  sessionId: orNull(TEXT),
  bookmarked: BOOL,
  note: TEXT,
};

export class Annotations {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'annotation',
      noun: 'annotation',
      spec: SPEC,
      select: { ...TARGET_COLUMNS, bookmarked: 't.bookmarked', note: 't.note' },
    });
  }

  /** Of a trace, oldest first. @throws SpoorError NOT_FOUND for what is no trace id */
  async ofTrace(traceId: string): Promise<Annotation[]> {
    if (!parseTraceId(traceId)) {
      throw new SpoorError('NOT_FOUND', 'There is no such trace: a trace id is 32 hex digits.');
    }
    return this.table.all((where) => aboutTarget(where, { traceId }));
  }

  /** Oldest first. @throws SpoorError VALIDATION_ERROR */
  list(query: AnnotationListQuery): Promise<Page<Annotation>> {
    return this.table.page(query, (where) => aboutTarget(where, query));
  }

  /** Of a span there is one: another changes it. @throws SpoorError NOT_FOUND when what it is about is not stored */
  async create({ bookmarked, note, ...target }: NewAnnotation): Promise<Annotation> {
    const columns = await storedTarget(this.sql, this.workspaceId, target);
    const values = { bookmarked, note: clean(note) };
    if (target.spanId !== null) {
      const [known] = await this.table.all((where) => aboutTarget(where, ofSpan(target)));
      if (known) return this.table.update(known.id, known.version, values);
    }
    // Two who annotate a span without knowing of each other write one annotation.
    const id = target.spanId === null ? {} : { 'id::uuid': spanAnnotationId(target.traceId ?? '', target.spanId) };
    return this.table.insert({ ...id, ...columns, ...values });
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  update(id: string, version: number, { bookmarked, note }: AnnotationEdit): Promise<Annotation> {
    return this.table.update(id, version, { bookmarked, note: clean(note) });
  }

  /** @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }

  /** Of a span; neither a bookmark nor a note takes it away. @throws SpoorError NOT_FOUND when the span is not stored */
  async set(traceId: string, spanId: string, edit: AnnotationEdit): Promise<void> {
    const target = { traceId, spanId, sessionId: null };
    if (edit.bookmarked || edit.note !== '') await this.create({ ...target, ...edit });
    else {
      for (const { id } of await this.table.all((where) => aboutTarget(where, ofSpan(target)))) await this.remove(id);
    }
  }
}

/** As migration 018 makes it. */
function spanAnnotationId(traceId: string, spanId: string): string {
  const low = BigInt(`0x${traceId.slice(16)}`) ^ BigInt(`0x${spanId}`);
  return traceId.slice(0, 16).toLowerCase() + low.toString(16).padStart(16, '0');
}

function ofSpan({ traceId, spanId }: { readonly traceId: string | null; readonly spanId: string | null }) {
  return { traceId: traceId ?? '', spanId: spanId ?? '' };
}
