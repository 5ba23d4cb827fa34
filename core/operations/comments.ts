/** What people say about traces, spans, sessions and saved views. */
import { z } from 'zod';
import { type CommentEdit, type CommentListQuery, MAX_COMMENT_CHARS, type NewComment } from '../api/comment';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, VERSION, whole } from './input';
import { isNoTarget, isOneTarget, MARK_LIST, ONE_TARGET, TARGET } from './mark-schemas';
import { operation } from './operation';

const MAX_MENTIONS = 50;
const COMMENT = z.object({
  text: z.string().trim().min(1).max(MAX_COMMENT_CHARS),
  mentions: z.array(z.string().min(1).max(100)).max(MAX_MENTIONS).default([]),
});
const NEW_COMMENT = TARGET.extend({
  ...COMMENT.shape,
  viewId: z.uuid().nullable().default(null),
  parentId: z.uuid().nullable().default(null),
}).refine((comment) => (comment.viewId === null ? isOneTarget(comment) : isNoTarget(comment)), ONE_TARGET);

const { list, create, update, remove } = collection(
  '/v1/comments',
  'what people say about traces, spans, sessions and saved views',
  'notes:write',
);

export const comments = {
  listComments: operation({
    ...list,
    input: [whole(MARK_LIST.extend({ viewId: z.uuid().optional() }))],
    run: read(({ comments }, query: CommentListQuery) => comments.list(query)),
  }),
  /** @throws NOT_FOUND when what it is about is not stored */
  createComment: operation({
    ...create,
    input: [whole(NEW_COMMENT)],
    run: write(async ({ comments, texts, author }, comment: NewComment) =>
      comments.create(texts.clean(comment), await author()),
    ),
  }),
  /** @throws NOT_FOUND, CONFLICT, FORBIDDEN */
  updateComment: operation({
    ...update,
    input: [ID, VERSION, whole(COMMENT)],
    run: write(async ({ comments, texts, author }, id: string, version: number, edit: CommentEdit) =>
      comments.update(id, version, texts.clean(edit), await author()),
    ),
  }),
  /** @throws NOT_FOUND, FORBIDDEN */
  deleteComment: operation({
    ...remove,
    input: [ID],
    run: write(async ({ comments, author }, id: string) => comments.remove(id, await author())),
  }),
};
