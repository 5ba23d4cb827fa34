/** What people say about something, in threads; oldest first. */

import { useState } from 'react';
import type { Comment, CommentTarget } from '../../../core/api/comment';
import { formatAgo } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';
import { Notice } from '../../ui/Notice';
import { May } from '../team/May';
import { CommentForm } from './CommentForm';
import { piecesOf } from './mentions';
import { useAuthor, useComments, useTeam } from './use-comments';

interface CommentsProps {
  /** Of which comments are shown, and what a new one is about. */
  readonly about: CommentTarget;
  /** A span that a new one may be about instead; null: none is chosen. */
  readonly span?: { readonly id: string; readonly name: string } | null;
  readonly onSpan?: (spanId: string) => void;
}

export function Comments({ about, span = null, onSpan }: CommentsProps) {
  const { traceId, sessionId, viewId } = about;
  const { data, error, refetch } = useComments({
    ...(traceId !== null && { traceId }),
    ...(sessionId !== null && { sessionId }),
    ...(viewId !== null && { viewId }),
  });
  const [ofSpan, setOfSpan] = useState(true);
  const target = span && ofSpan ? { ...about, spanId: span.id } : about;
  const begins = data?.filter(({ parentId }) => parentId === null || !data.some(({ id }) => id === parentId));
  return (
    <section aria-label="Comments" className="flex max-w-[760px] flex-col gap-3 p-3.5">
      {error && (
        <Notice
          title="The comments could not be read."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      )}
      {data?.length === 0 && <p className="text-secondary">No comments yet.</p>}
      <ul className="flex flex-col">
        {begins?.map((comment) => (
          <li key={comment.id} className="border-b border-line py-2">
            <Thread comment={comment} all={data ?? []} onSpan={onSpan} onChange={() => void refetch()} />
          </li>
        ))}
      </ul>
      <May permission="notes:write">
        {span && (
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              className="accent-(--accent)"
              checked={ofSpan}
              onChange={({ target: { checked } }) => setOfSpan(checked)}
            />
            About the span <span className="truncate font-medium">{span.name}</span>
          </label>
        )}
        <CommentForm
          label="Write a comment. Mention someone with @name."
          action="Comment"
          onSend={(edit) => api.createComment({ ...target, ...edit, parentId: null }).then(() => refetch())}
        />
      </May>
    </section>
  );
}

interface ThreadProps {
  readonly comment: Comment;
  readonly all: readonly Comment[];
  readonly onSpan: ((spanId: string) => void) | undefined;
  readonly onChange: () => void;
}

function Thread({ comment, all, onSpan, onChange }: ThreadProps) {
  const [replies, setReplies] = useState(false);
  const answers = all.filter(({ parentId }) => parentId === comment.id);
  const { id: parentId, traceId, spanId, sessionId, viewId } = comment;
  const reply = (edit: { text: string; mentions: readonly string[] }): Promise<void> =>
    api.createComment({ ...edit, parentId, traceId, spanId, sessionId, viewId }).then(() => {
      setReplies(false);
      onChange();
    });
  return (
    <>
      <One comment={comment} onSpan={onSpan} onChange={onChange} onReply={() => setReplies(true)} />
      {(answers.length > 0 || replies) && (
        <ul className="mt-1.5 ml-5 flex flex-col gap-1.5 border-l border-line pl-3">
          {answers.map((answer) => (
            <li key={answer.id}>
              <One comment={answer} onSpan={undefined} onChange={onChange} onReply={() => setReplies(true)} />
            </li>
          ))}
          {replies && (
            <li>
              <CommentForm
                label="Write a reply"
                action="Reply"
                autoFocus
                onSend={reply}
                onCancel={() => setReplies(false)}
              />
            </li>
          )}
        </ul>
      )}
    </>
  );
}

interface OneProps extends Omit<ThreadProps, 'all'> {
  readonly onReply: () => void;
}

function One({ comment, onSpan, onChange, onReply }: OneProps) {
  const [editing, setEditing] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const author = useAuthor();
  const team = useTeam();
  const now = useNow(30_000);
  const { id, version, authorId, authorName, text, spanId, createdAt } = comment;
  const isMine = authorId === null || authorId === author?.id;
  const remove = (): void => {
    api.deleteComment(id).then(onChange, (error: Error) => setFailure(`Not deleted: ${error.message}`));
  };
  return (
    <article aria-label={`Comment by ${authorName || 'this machine'}`}>
      <header className="flex items-center gap-2 text-sm">
        <span className="font-medium" dir="auto">
          {authorName || 'On this machine'}
        </span>
        <time className="text-secondary" dateTime={createdAt} title={timeText(createdAt)}>
          {formatAgo(Date.parse(createdAt), now)}
        </time>
        {version > 1 && <span className="text-secondary">changed</span>}
        {spanId !== null && onSpan && (
          <button type="button" className="font-mono text-accent hover:underline" onClick={() => onSpan(spanId)}>
            span {spanId.slice(0, 8)}
          </button>
        )}
        <span className="grow" />
        <May permission="notes:write">
          <Button look="ghost" onClick={onReply}>
            Reply
          </Button>
          {isMine && (
            <>
              <Button look="ghost" onClick={() => setEditing(true)}>
                Edit
              </Button>
              <Button look="ghost" onClick={remove}>
                Delete
              </Button>
            </>
          )}
        </May>
      </header>
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      {editing ? (
        <CommentForm
          label="Change the comment"
          text={text}
          action="Save"
          autoFocus
          onCancel={() => setEditing(false)}
          onSend={(edit) =>
            api.updateComment(id, version, edit).then(() => {
              setEditing(false);
              onChange();
            })
          }
        />
      ) : (
        <p className="break-words whitespace-pre-wrap" dir="auto">
          {piecesOf(text, team).map(({ text: piece, isName }, i) =>
            isName ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other
              <strong key={i} className="font-medium text-accent">
                {piece}
              </strong>
            ) : (
              piece
            ),
          )}
        </p>
      )}
    </article>
  );
}
