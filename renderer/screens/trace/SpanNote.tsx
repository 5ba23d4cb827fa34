import { Bookmark, StickyNote } from 'lucide-react';
import { useEffect, useState } from 'react';
import { type Annotation, MAX_NOTE_CHARS } from '../../../core/api/annotation';
import { useMay } from '../../features/team/May';
import { useKeys } from '../../hooks/use-keys';
import { Button } from '../../ui/Button';
import type { TraceAnnotations } from './use-annotations';

interface SpanNoteProps {
  readonly spanId: bigint;
  readonly annotation: Annotation | null;
  readonly annotate: TraceAnnotations['annotate'];
}

/** Bookmark and note of a span: kept with the trace, and it is kept with them. */
export function SpanNote({ spanId, annotation, annotate }: SpanNoteProps) {
  const mayWrite = useMay('notes:write');
  const [draft, setDraft] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const bookmarked = annotation?.bookmarked ?? false;
  const note = annotation?.note ?? '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: another span, another note
  useEffect(() => {
    setDraft(null);
    setFailure(null);
  }, [spanId]);
  const save = (edit: Parameters<typeof annotate>[1], done: () => void = () => {}): void => {
    annotate(spanId, edit).then(
      () => {
        setFailure(null);
        done();
      },
      (error: Error) => setFailure(`Not saved: ${error.message}`),
    );
  };
  useKeys({
    b: () => mayWrite && save({ bookmarked: !bookmarked }),
    m: (event) => {
      if (!mayWrite) return;
      event.preventDefault();
      setDraft(note);
    },
  });
  return (
    <div className="mt-1.5 flex flex-col gap-1.5">
      <div className={`flex items-center gap-1 ${mayWrite ? '' : 'hidden'}`}>
        <Button
          look="ghost"
          aria-pressed={bookmarked}
          title="Bookmark (B)"
          onClick={() => save({ bookmarked: !bookmarked })}
        >
          <Bookmark size={13} aria-hidden className={bookmarked ? 'fill-accent text-accent' : ''} />
          {bookmarked ? 'Bookmarked' : 'Bookmark'}
        </Button>
        {draft === null && (
          <Button look="ghost" title="Write a note (M)" onClick={() => setDraft(note)}>
            <StickyNote size={13} aria-hidden /> {note === '' ? 'Note' : 'Edit the note'}
          </Button>
        )}
      </div>
      {draft === null && note !== '' && (
        <p className="rounded-md bg-accent-ground px-2.5 py-1.5 break-words whitespace-pre-wrap" dir="auto">
          {note}
        </p>
      )}
      {draft !== null && (
        <div className="flex flex-col gap-1.5">
          <textarea
            // biome-ignore lint/a11y/noAutofocus: it opens because the reader asked to write
            autoFocus
            aria-label="Note"
            maxLength={MAX_NOTE_CHARS}
            rows={3}
            value={draft}
            className="w-full resize-y rounded-md border border-line-strong bg-background px-2 py-1.5 outline-none focus:border-accent"
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') {
                event.stopPropagation();
                setDraft(null);
              } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                save({ note: draft.trim() }, () => setDraft(null));
              }
            }}
          />
          <div className="flex gap-1.5">
            <Button
              look="primary"
              title="Ctrl+Enter"
              onClick={() => save({ note: draft.trim() }, () => setDraft(null))}
            >
              Save
            </Button>
            <Button look="ghost" onClick={() => setDraft(null)}>
              Cancel
            </Button>
          </div>
        </div>
      )}
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
    </div>
  );
}
