import type { SpanDetail } from '../../../core/api/contract';
import { AttributeTable } from '../../ui/AttributeTable';

/** Links to other spans, of this trace or another; one that is not stored says so when it is opened. */
export function SpanLinks({ span }: { readonly span: SpanDetail }) {
  if (span.links.length === 0) return <p className="px-3.5 py-3 text-secondary">This span links to no other.</p>;
  return (
    <>
      {span.links.map(({ traceId, spanId, attributes }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a span may link to another twice
        <section key={i} className="pt-3">
          {traceId === '' ? (
            <p className="px-3.5 pb-1 text-sm text-secondary">A link whose trace id is not valid.</p>
          ) : (
            <a
              href={spanId === '' ? `#/trace/${traceId}` : `#/trace/${traceId}/${spanId}`}
              className="block px-3.5 pb-1 font-mono text-sm break-all text-accent hover:underline"
            >
              {traceId === span.traceId ? 'this trace' : traceId}
              {spanId !== '' && ` / ${spanId}`}
            </a>
          )}
          {attributes.length > 0 && <AttributeTable attributes={attributes} dropped={0} empty="" />}
        </section>
      ))}
      {span.dropped.links > 0 && (
        <p className="px-3.5 py-2 text-secondary">{span.dropped.links} more dropped because of the sender's limits.</p>
      )}
    </>
  );
}
