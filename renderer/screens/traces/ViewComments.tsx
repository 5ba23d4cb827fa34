import { MessageSquare } from 'lucide-react';
import { Popover } from 'radix-ui';
import type { SavedView } from '../../../core/api/saved-view';
import { Comments } from '../../features/comments/Comments';
import { useComments } from '../../features/comments/use-comments';
import { useShownView } from '../../hooks/use-saved-views';
import { Button } from '../../ui/Button';

/** What people say about the saved view that is looked at. */
export function ViewComments() {
  const view = useShownView();
  return view && <CommentsOf view={view} />;
}

function CommentsOf({ view: { id, name } }: { readonly view: SavedView }) {
  const { data } = useComments({ viewId: id });
  const count = data?.length ?? 0;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button className="max-sm:hidden" aria-label={`Comments on the view ${name}${count > 0 ? `, ${count}` : ''}`}>
          <MessageSquare size={13} aria-hidden /> {count > 0 && count}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          aria-label={`Comments on ${name}`}
          className="z-20 max-h-[70vh] w-[440px] max-w-[94vw] overflow-y-auto rounded-md border border-line-strong bg-panel text-base text-text shadow-md outline-none"
        >
          <h2 className="truncate border-b border-line px-3.5 py-2 font-semibold" dir="auto">
            {name}
          </h2>
          <Comments about={{ traceId: null, spanId: null, sessionId: null, viewId: id }} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
