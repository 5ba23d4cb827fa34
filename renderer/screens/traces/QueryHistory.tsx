import { History } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useRecentSearches } from '../../stores/recent-searches';

interface QueryHistoryProps {
  readonly onPick: (query: string) => void;
}

/** What was searched for lately, to go back to, whatever is in the search box. */
export function QueryHistory({ onPick }: QueryHistoryProps) {
  const { queries } = useRecentSearches();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label="Recent searches"
        title="Recent searches"
        className="shrink-0 rounded text-faint hover:text-text data-[state=open]:text-text"
      >
        <History size={13} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={8}
          aria-label="Recent searches"
          className="z-20 max-h-[60vh] w-[min(520px,calc(100vw-24px))] overflow-y-auto rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-md outline-none"
        >
          {queries.length === 0 && (
            <p className="px-2 py-1 text-secondary">Your searches appear here after you press Enter or open a trace.</p>
          )}
          {queries.map((query) => (
            <DropdownMenu.Item
              key={query}
              onSelect={() => onPick(query)}
              title={query}
              className="truncate rounded px-2 py-1 font-mono text-sm outline-none data-[highlighted]:bg-accent-ground"
            >
              {query}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
