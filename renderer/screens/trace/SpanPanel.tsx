import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import type { SpanDetail } from '../../../core/api/contract';
import { formatDuration, formatShare } from '../../../core/model/format';
import { spanIdFromInt8 } from '../../../core/model/ids';
import { widthOf } from '../../../core/timeline/time-window';
import { api } from '../../connection/connection';
import { SpanHits, useTraceHits } from '../../features/guardrails/TraceHits';
import { ScoreBar } from '../../features/scores/ScoreBar';
import { AttributeTable } from '../../ui/AttributeTable';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { Notice } from '../../ui/Notice';
import { serviceColor } from '../../ui/series';
import { Tag } from '../../ui/Tag';
import { SpanEvents } from './SpanEvents';
import { SpanHighlights } from './SpanHighlights';
import { SpanLinks } from './SpanLinks';
import { SpanMessages } from './SpanMessages';
import { SpanNote } from './SpanNote';
import { useAgentSpan } from './use-agent-span';
import { useAnnotations } from './use-annotations';
import { useSpanPlace } from './use-span-place';
import type { OpenTimeline } from './use-timeline';

/** A name of a megabyte would be laid out whole before it is cut to three lines. */
const MAX_TITLE = 600;

interface SpanPanelProps {
  readonly timeline: OpenTimeline;
  readonly spanId: bigint;
  readonly onClose: () => void;
}

export function SpanPanel({ timeline, spanId, onClose }: SpanPanelProps) {
  const id = spanIdFromInt8(spanId);
  const { traceId } = timeline;
  const { data, error, isPlaceholderData, refetch } = useQuery({
    // It may come again, finished.
    queryKey: ['span', traceId, id, timeline.info.version],
    queryFn: () => api.getSpan(traceId, id),
    // The old span stays, dimmed, until the new one is there.
    placeholderData: (previous) => previous,
  });
  return (
    <div className="flex h-full flex-col">
      {error && (
        <Notice title="The span could not be read." action={<Button onClick={() => void refetch()}>Try again</Button>}>
          {error.message}
        </Notice>
      )}
      {data && (
        <div className={`flex min-h-0 grow flex-col ${isPlaceholderData ? 'opacity-50' : ''}`}>
          <SpanTitle timeline={timeline} spanId={spanId} span={data} onClose={onClose} />
          <SpanTabs span={data} />
        </div>
      )}
    </div>
  );
}

function SpanTitle({ timeline, spanId, span, onClose }: SpanPanelProps & { readonly span: SpanDetail }) {
  const place = useSpanPlace(timeline, spanId);
  const annotations = useAnnotations(timeline.traceId);
  const { durationNs, service, kind } = span;
  const id = spanIdFromInt8(spanId);
  return (
    <div className="border-b border-line px-3.5 py-2.5">
      <div className="flex items-center gap-2">
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(service) }} />
        <h2 className="min-w-0 text-lg font-semibold break-words line-clamp-3" dir="auto">
          {span.name.slice(0, MAX_TITLE) || 'unnamed'}
        </h2>
        {span.status.code === 'error' && <Tag tone="error">error</Tag>}
        {span.sentTimes && <Tag tone="warning">{timeTag(span.sentTimes)}</Tag>}
        <span className="grow" />
        <button
          type="button"
          aria-label="Close the details (Esc)"
          title="Close (Esc)"
          className="text-faint hover:text-text"
          onClick={onClose}
        >
          <X size={15} />
        </button>
      </div>
      <p className="mt-0.5 text-secondary">
        {service || 'unknown service'} · {kind}
        {place && <> · started +{formatDuration(place.startNs - timeline.whole.startNs)}</>} ·{' '}
        {durationNs === null ? (
          'duration unknown'
        ) : (
          <>
            {formatDuration(durationNs)} · {formatShare(durationNs, widthOf(timeline.whole))} of trace
            {place && <> · self {formatDuration(place.selfNs)}</>}
          </>
        )}
      </p>
      {span.sentTimes && <p className="text-xs text-secondary">{saidTimes(span.sentTimes)}</p>}
      <p className="flex items-center font-mono text-xs text-faint">
        {id} <CopyButton text={id} label="Copy the span id" />
      </p>
      <SpanNote spanId={spanId} annotation={annotations.bySpan.get(spanId) ?? null} annotate={annotations.annotate} />
      <SpanHits hits={useTraceHits(timeline.traceId)} spanId={id} />
      <ScoreBar target={{ traceId: timeline.traceId, spanId: id, sessionId: null }} what="span" />
    </div>
  );
}

function timeTag({ startTimeUnixNano }: NonNullable<SpanDetail['sentTimes']>): string {
  return startTimeUnixNano === '0' ? 'time unknown' : 'clock off';
}

function saidTimes({ startTimeUnixNano, endTimeUnixNano }: NonNullable<SpanDetail['sentTimes']>): string {
  return `Placed where it arrived. Its sender wrote startTimeUnixNano ${startTimeUnixNano}, endTimeUnixNano ${endTimeUnixNano}.`;
}

function SpanTabs({ span }: { readonly span: SpanDetail }) {
  const [chosen, setChosen] = useState('attributes');
  const agent = useAgentSpan(span);
  const tabs: readonly { id: string; title: string; count?: number; content: ReactNode }[] = [
    {
      id: 'attributes',
      title: 'Attributes',
      count: span.attributes.length,
      content: (
        <>
          <SpanHighlights span={span} />
          <AttributeTable
            attributes={span.attributes}
            dropped={span.dropped.attributes}
            empty="This span carries no attributes."
          />
        </>
      ),
    },
    ...(agent ? [{ id: 'messages', title: 'Messages', content: <SpanMessages agent={agent} source={span} /> }] : []),
    { id: 'events', title: 'Events', count: span.events.length, content: <SpanEvents span={span} /> },
    { id: 'links', title: 'Links', count: span.links.length, content: <SpanLinks span={span} /> },
    { id: 'resource', title: 'Resource', content: <ResourceAndScope span={span} /> },
    { id: 'raw', title: 'Raw', content: <Raw text={span.raw} /> },
  ];
  // The next span may have no such tab.
  const shown = tabs.some(({ id }) => id === chosen) ? chosen : 'attributes';
  return (
    <Tabs.Root value={shown} onValueChange={setChosen} className="flex min-h-0 grow flex-col">
      <Tabs.List
        aria-label="Span"
        className="no-scrollbar flex shrink-0 gap-1 overflow-x-auto overflow-y-hidden border-b border-line px-2"
      >
        {tabs.map(({ id, title, count }) => (
          <Tabs.Trigger
            key={id}
            value={id}
            className="-mb-px h-9 shrink-0 border-b-2 border-transparent px-2 font-medium text-secondary hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {title} {count !== undefined && count > 0 && <span className="font-mono text-xs text-faint">{count}</span>}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {tabs.map(({ id, content }) => (
        <Tabs.Content key={id} value={id} className="min-h-0 grow overflow-y-auto">
          {content}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}

function ResourceAndScope({ span: { resource, scope } }: { readonly span: SpanDetail }) {
  return (
    <>
      <AttributeTable
        attributes={resource.attributes}
        dropped={resource.droppedAttributesCount}
        empty="The resource carries no attributes."
      />
      <h3 className="px-3.5 pt-4 pb-1 font-semibold">
        Scope{' '}
        <span className="font-mono font-normal text-secondary">
          {scope.name ? `${scope.name} ${scope.version}` : 'not named'}
        </span>
      </h3>
      <AttributeTable
        attributes={scope.attributes}
        dropped={scope.droppedAttributesCount}
        empty="The scope carries no attributes."
      />
      {(resource.schemaUrl || scope.schemaUrl) && (
        <p className="px-3.5 py-3 font-mono text-xs break-all text-faint">{resource.schemaUrl || scope.schemaUrl}</p>
      )}
    </>
  );
}

function Raw({ text }: { readonly text: string }) {
  return (
    <div className="relative">
      <div className="absolute top-2 right-3">
        <CopyButton text={text} label="Copy as OTLP/JSON" showLabel />
      </div>
      <pre className="overflow-x-auto p-3.5 pt-8 font-mono text-xs leading-[17px]">{text}</pre>
    </div>
  );
}
