/** A panel in its place: its title, what can be done with it, and what it shows once somebody sees it. */
import { Ellipsis } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { DashboardPanel } from '../../../core/api/dashboard';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { LogsBody } from './LogsBody';
import { MetricBody } from './MetricBody';
import type { Asking } from './panel-asking';
import { panelTitle } from './panel-text';
import { SpansBody } from './SpansBody';

interface PanelActions {
  /** @param from what the menu was opened with: there the focus comes back to */
  readonly onEdit: (from: HTMLElement | null) => void;
  readonly onDuplicate: () => void;
  /** By so many places; left out: it is the first, or the last. */
  readonly onEarlier?: (() => void) | undefined;
  readonly onLater?: (() => void) | undefined;
  readonly onRemove: () => void;
}

interface PanelFrameProps {
  readonly panel: DashboardPanel;
  readonly asking: Asking;
  /** Null: the reader may not. */
  readonly actions: PanelActions | null;
}

const WIDTHS: Readonly<Record<DashboardPanel['width'], string>> = {
  third: 'col-span-6 md:col-span-3 xl:col-span-2',
  half: 'col-span-6 lg:col-span-3',
  full: 'col-span-6',
};

export function PanelFrame({ panel, asking, actions }: PanelFrameProps) {
  const place = useRef<HTMLElement>(null);
  const isSeen = useSeen(place);
  const title = panelTitle(panel);
  return (
    <section
      ref={place}
      aria-label={title}
      className={`relative flex min-h-[320px] min-w-0 flex-col rounded-md border border-line bg-panel ${WIDTHS[panel.width]}`}
    >
      <header className="flex h-[33px] shrink-0 items-center gap-2 pr-1.5 pl-3">
        <h2 className="min-w-0 grow truncate font-semibold" dir="auto" title={title}>
          {title}
        </h2>
        {actions && <PanelMenu title={title} {...actions} />}
      </header>
      <ErrorBoundary what="panel" subject={JSON.stringify([panel, asking.filter])}>
        <Body panel={panel} asking={isSeen ? asking : { ...asking, version: 0 }} />
      </ErrorBoundary>
    </section>
  );
}

function Body({ panel, asking }: Pick<PanelFrameProps, 'panel' | 'asking'>) {
  switch (panel.kind) {
    case 'spans':
      return <SpansBody panel={panel} {...asking} />;
    case 'metric':
      return <MetricBody panel={panel} {...asking} />;
    case 'logs':
      return <LogsBody panel={panel} {...asking} />;
  }
}

/** From when it first comes near what is shown: what nobody scrolls to is not asked for. */
function useSeen(place: { readonly current: Element | null }): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const { current } = place;
    if (!current || isSeen) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      // The margin counts within what is scrolled.
      { root: current.closest('[data-scrolls]'), rootMargin: '200px' },
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, [place, isSeen]);
  return isSeen;
}

function PanelMenu({
  title,
  onEdit,
  onDuplicate,
  onEarlier,
  onLater,
  onRemove,
}: PanelActions & { readonly title: string }) {
  const trigger = useRef<HTMLButtonElement>(null);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        ref={trigger}
        aria-label={`Change the panel ${title}`}
        className="grid size-[26px] shrink-0 place-items-center rounded-md text-secondary hover:bg-raised hover:text-text"
      >
        <Ellipsis size={14} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={2}
          className="z-20 min-w-[150px] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-xl"
        >
          <Item onSelect={() => onEdit(trigger.current)}>Edit</Item>
          <Item onSelect={onDuplicate}>Duplicate</Item>
          {onEarlier && <Item onSelect={onEarlier}>Move up</Item>}
          {onLater && <Item onSelect={onLater}>Move down</Item>}
          <Item onSelect={onRemove}>
            <span className="text-error">Remove</span>
          </Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Item({ onSelect, children }: { readonly onSelect: () => void; readonly children: ReactNode }) {
  return (
    <DropdownMenu.Item
      className="flex h-7 cursor-pointer items-center rounded px-2 outline-none data-[highlighted]:bg-accent-ground"
      onSelect={onSelect}
    >
      {children}
    </DropdownMenu.Item>
  );
}
