import { type FormEvent, useState } from 'react';
import { type CommentEdit, MAX_COMMENT_CHARS } from '../../../core/api/comment';
import { Button } from '../../ui/Button';
import { Kbd } from '../../ui/Kbd';
import { completed, mentionsIn, suggestionsFor } from './mentions';
import { useTeam } from './use-comments';

interface CommentFormProps {
  readonly label: string;
  /** What was written before; empty: nothing. */
  readonly text?: string;
  readonly action: string;
  readonly autoFocus?: boolean;
  /** @throws Error to be shown; what was typed stays */
  readonly onSend: (edit: CommentEdit) => Promise<unknown>;
  readonly onCancel?: () => void;
}

/** `@` and a name means somebody; Mod+Enter sends. */
export function CommentForm({ label, text = '', action, autoFocus = false, onSend, onCancel }: CommentFormProps) {
  const [draft, setDraft] = useState(text);
  const [failure, setFailure] = useState<string | null>(null);
  const team = useTeam();
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!draft.trim()) return;
    onSend({ text: draft, mentions: mentionsIn(draft, team) }).then(
      () => {
        setDraft('');
        setFailure(null);
      },
      (error: Error) => setFailure(`Not sent: ${error.message}`),
    );
  };
  return (
    <form className="flex flex-col gap-1.5" onSubmit={send}>
      <textarea
        aria-label={label}
        placeholder={label}
        rows={2}
        maxLength={MAX_COMMENT_CHARS}
        // biome-ignore lint/a11y/noAutofocus: it was asked for by a click
        autoFocus={autoFocus}
        className="w-full resize-y rounded border border-line-strong bg-background px-2 py-1"
        value={draft}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send();
          if (event.key === 'Escape') onCancel?.();
        }}
      />
      {suggestionsFor(draft, team).map(({ id, name }) => (
        <Button key={id} look="ghost" className="self-start" onClick={() => setDraft(completed(draft, name))}>
          @{name}
        </Button>
      ))}
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <div className="flex items-center gap-2">
        <Button type="submit" look="primary" disabled={!draft.trim()}>
          {action}
        </Button>
        {onCancel && (
          <Button look="ghost" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <span className="text-sm text-secondary">
          <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
        </span>
      </div>
    </form>
  );
}
