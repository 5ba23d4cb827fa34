/** What people say to each other (migration 018). */
import type { Comment, CommentAuthor, CommentEdit, CommentListQuery, NewComment } from '../../api/comment';
import type { Page } from '../../api/page';
import { SpoorError } from '../../model/errors';
import { orNull, TEXT, TEXT_ARRAY } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { clean, VersionedTable } from '../sql/versioned-table';
import { aboutTarget, storedTarget, TARGET_COLUMNS } from './mark-targets';

const SPEC = {
  traceId: orNull(TEXT),
  spanId: orNull(TEXT),
  sessionId: orNull(TEXT),
  viewId: orNull(TEXT),
  parentId: orNull(TEXT),
  authorId: orNull(TEXT),
  authorName: TEXT,
  text: TEXT,
  mentions: TEXT_ARRAY,
};

export class Comments {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'comment',
      noun: 'comment',
      spec: SPEC,
      select: {
        ...TARGET_COLUMNS,
        viewId: 't.view_id::text',
        parentId: 't.parent_id::text',
        authorId: 't.author_id',
        authorName: 't.author_name',
        text: 't.text',
        mentions: 't.mentions',
      },
    });
  }

  /** Oldest first. @throws SpoorError VALIDATION_ERROR */
  list(query: CommentListQuery): Promise<Page<Comment>> {
    return this.table.page(query, (where) => {
      aboutTarget(where, query);
      if (query.viewId !== undefined) where.and('t.view_id = ?::uuid', query.viewId);
    });
  }

  /** @throws SpoorError NOT_FOUND when what it is about, or answers, is not stored */
  async create(comment: NewComment, author: CommentAuthor): Promise<Comment> {
    const { parentId, text, mentions } = comment;
    if (parentId !== null) await this.table.get(parentId);
    const target = comment.viewId === null ? await storedTarget(this.sql, this.workspaceId, comment) : {};
    return this.table.insert({
      ...target,
      'view_id::uuid': comment.viewId,
      'parent_id::uuid': parentId,
      author_id: author?.id ?? null,
      author_name: clean(author?.name ?? ''),
      text: clean(text),
      'mentions::text[]': mentions.map(clean),
    });
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT, FORBIDDEN when somebody else wrote it */
  async update(id: string, version: number, { text, mentions }: CommentEdit, author: CommentAuthor): Promise<Comment> {
    await this.mustBeOf(id, author);
    return this.table.update(id, version, { text: clean(text), 'mentions::text[]': mentions.map(clean) });
  }

  /** What answers it stays. @throws SpoorError NOT_FOUND, FORBIDDEN when somebody else wrote it */
  async remove(id: string, author: CommentAuthor): Promise<void> {
    await this.mustBeOf(id, author);
    await this.table.remove(id);
  }

  private async mustBeOf(id: string, author: CommentAuthor): Promise<void> {
    const { authorId } = await this.table.get(id);
    if (authorId === null || authorId === author?.id) return;
    throw new SpoorError('FORBIDDEN', 'Only who wrote a comment may change it.');
  }
}
