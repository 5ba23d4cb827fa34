import { Bookmark, StickyNote } from 'lucide-react';
import type { Annotation } from '../../../core/api/annotation';
import { useTraceView } from '../../stores/trace-view-store';

/** The spans that somebody marked, each a click away. */
export function Bookmarks({ annotations }: { readonly annotations: readonly Annotation[] }) {
  const select = useTraceView(({ select }) => select);
  if (annotations.length === 0) return null;
  return (
    <section aria-label="Bookmarks" className="mt-5 flex flex-col px-2">
      <h2 className="pb-1.5 text-sm text-faint">Bookmarks and notes</h2>
      {annotations.map(({ id, spanId, note, bookmarked }) => (
        <button
          key={id}
          type="button"
          className="flex items-start gap-1.5 py-0.5 text-left text-secondary hover:underline"
          onClick={() => select(spanId === null ? null : BigInt(`0x${spanId}`))}
        >
          {bookmarked ? (
            <Bookmark size={13} aria-hidden className="mt-0.5 shrink-0 fill-accent text-accent" />
          ) : (
            <StickyNote size={13} aria-hidden className="mt-0.5 shrink-0" />
          )}
          <span className="line-clamp-2 min-w-0 break-words" dir="auto">
            {note || <span className="font-mono text-sm">{spanId ?? 'this trace'}</span>}
          </span>
        </button>
      ))}
    </section>
  );
}
