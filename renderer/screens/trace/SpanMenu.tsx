import { useQuery } from '@tanstack/react-query';
import { ContextMenu } from 'radix-ui';
import type { ReactElement } from 'react';
import { useLocation } from 'wouter';
import { spanIdFromInt8 } from '../../../core/model/ids';
import { fitWindow } from '../../../core/timeline/time-window';
import { api } from '../../connection/connection';
import { useCompare } from '../../stores/compare-store';
import type { SpanFacts } from '../../stores/span-facts';
import { useTraceView } from '../../stores/trace-view-store';
import { sourceLink } from './source-link';
import type { OpenTimeline } from './use-timeline';

interface SpanMenuProps {
  readonly timeline: OpenTimeline;
  /** Under the pointer when the menu was asked for. */
  readonly span: SpanFacts | null;
  readonly children: ReactElement;
}

/** The context menu of a span, on whatever view it was asked for. */
export function SpanMenu({ timeline, span, children }: SpanMenuProps) {
  const [, navigate] = useLocation();
  const { set, select, folding } = useTraceView.getState();
  const copy = (text: string) => () => void navigator.clipboard.writeText(text);
  const id = span ? spanIdFromInt8(span.spanId) : '';
  const { data } = useQuery({
    queryKey: ['span', timeline.traceId, id],
    queryFn: () => api.getSpan(timeline.traceId, id),
    enabled: span !== null,
  });
  const source = data ? sourceLink(data.attributes) : null;
  const search = (term: string) => () => set({ search: term });
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      {span && (
        <ContextMenu.Portal>
          <ContextMenu.Content className="z-20 min-w-[210px] rounded-md border border-line-strong bg-panel p-1 shadow-xl">
            <Item onSelect={() => select(span.spanId)}>Show details</Item>
            {span.startNs !== null && (
              <Item
                onSelect={() => {
                  const start = span.startNs as number;
                  set({ window: fitWindow(start, start + (span.durationNs ?? 0), timeline.whole) });
                }}
              >
                Zoom to this span
              </Item>
            )}
            <Separator />
            <Item onSelect={search(`name:"${span.name.replaceAll('"', '')}"`)}>Find this name</Item>
            <Item onSelect={search(`service:"${span.service.replaceAll('"', '')}"`)}>Find this service</Item>
            <Item
              onSelect={() => {
                const known = folding.services.includes(span.service);
                const services = known
                  ? folding.services.filter((service) => service !== span.service)
                  : [...folding.services, span.service];
                set({ folding: { ...folding, services } });
              }}
            >
              {folding.services.includes(span.service) ? 'Unfold' : 'Fold'} this service
            </Item>
            {source && <Item onSelect={() => window.open(source.url)}>Open source {source.label}</Item>}
            <Separator />
            <Item onSelect={copy(spanIdFromInt8(span.spanId))}>Copy span id</Item>
            <Item onSelect={copy(timeline.traceId)}>Copy trace id</Item>
            <Item onSelect={copy(span.name)}>Copy name</Item>
            <Separator />
            <Item
              onSelect={() => {
                useCompare.getState().choose(timeline.traceId, timeline.info.summary.rootName);
                navigate('/traces');
              }}
            >
              Compare this trace with …
            </Item>
          </ContextMenu.Content>
        </ContextMenu.Portal>
      )}
    </ContextMenu.Root>
  );
}

function Item({ onSelect, children }: { readonly onSelect: () => void; readonly children: React.ReactNode }) {
  return (
    <ContextMenu.Item
      className="flex h-7 cursor-pointer items-center rounded px-2 outline-none data-[highlighted]:bg-accent-ground data-[highlighted]:text-accent"
      onSelect={onSelect}
    >
      {children}
    </ContextMenu.Item>
  );
}

function Separator() {
  return <ContextMenu.Separator className="my-1 h-px bg-line" />;
}
