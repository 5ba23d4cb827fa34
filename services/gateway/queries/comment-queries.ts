/** Checks comments and tags as they come in. */
import { z } from 'zod';
import { type CommentEdit, type CommentListQuery, MAX_COMMENT_CHARS, type NewComment } from '../../../core/api/comment';
import type { NewTag, TagEdit, TagListQuery } from '../../../core/api/tag';
import { ANNOTATION_LIST, isOneTarget, ONE_TARGET, TARGET } from './mark-queries';
import { parse } from './queries';

const MAX_MENTIONS = 50;

export const COMMENT = z.object({
  text: z.string().trim().min(1).max(MAX_COMMENT_CHARS),
  mentions: z.array(z.string().min(1).max(100)).max(MAX_MENTIONS).default([]),
});
export const NEW_COMMENT = TARGET.extend({
  ...COMMENT.shape,
  viewId: z.uuid().nullable().default(null),
  parentId: z.uuid().nullable().default(null),
});
export const COMMENT_LIST = ANNOTATION_LIST.extend({ viewId: z.uuid().optional() });
export const TAG = z.object({ name: z.string().trim().min(1).max(100) });
export const NEW_TAG = TARGET.extend(TAG.shape);
export const TAG_LIST = ANNOTATION_LIST.extend({ name: z.string().max(100).optional() });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export const commentEdit = (input: unknown): CommentEdit => parse(COMMENT, input);
export const commentListQuery = (input: unknown): CommentListQuery => parse(COMMENT_LIST, input);
export const newComment = (input: unknown): NewComment =>
  parse(
    NEW_COMMENT.refine((comment) => (comment.viewId === null ? isOneTarget(comment) : noTarget(comment)), ONE_TARGET),
    input,
  );
export const tagEdit = (input: unknown): TagEdit => parse(TAG, input);
export const tagListQuery = (input: unknown): TagListQuery => parse(TAG_LIST, input);
export const newTag = (input: unknown): NewTag => parse(NEW_TAG.refine(isOneTarget, ONE_TARGET), input);

function noTarget({ traceId, spanId, sessionId }: z.infer<typeof TARGET>): boolean {
  return traceId === null && spanId === null && sessionId === null;
}
