import type { SpanDetail } from '../../../core/api/contract';
import { formatDuration } from '../../../core/model/format';
import { nsFromText } from '../../../core/model/time';
import { AttributeTable } from '../../ui/AttributeTable';

export function SpanEvents({ span }: { readonly span: SpanDetail }) {
  const startNs = nsFromText(span.startTime) ?? 0n;
  if (span.events.length === 0) return <p className="px-3.5 py-3 text-secondary">This span recorded no events.</p>;
  return (
    <>
      {span.events.map(({ time, name, attributes, droppedAttributesCount }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity of their own
        <section key={i} className="pt-3">
          <h3 className="flex items-baseline justify-between gap-3 px-3.5 pb-1">
            <span className={`font-semibold break-words ${name === 'exception' ? 'text-error' : ''}`}>
              {name || 'unnamed'}
            </span>
            <span className="shrink-0 font-mono text-sm text-secondary" title={time}>
              +{formatDuration(Number((nsFromText(time) ?? startNs) - startNs))}
            </span>
          </h3>
          <AttributeTable attributes={attributes} dropped={droppedAttributesCount} empty="No attributes." />
        </section>
      ))}
      {span.dropped.events > 0 && (
        <p className="px-3.5 py-2 text-secondary">{span.dropped.events} more dropped because of the sender's limits.</p>
      )}
    </>
  );
}
