/** Everything that is known of a span, beside the timeline. */
import { type OwnedSpan, serviceOf } from '../../core/formats/html/file-data';
import { formatDuration } from '../../core/model/format';
import { type KeyValue, plainValue } from '../../core/model/json-types';
import { spanKindName, statusCodeName } from '../../core/model/span-kind';
import { knownDuration, rfc3339FromNs } from '../../core/model/time';
import { element } from './dom';

/** Longer is cut until somebody asks for it. */
const MAX_CHARS = 2_000;

export function spanDetails(owned: OwnedSpan, originNs: bigint): HTMLElement {
  const { span, resource, scope } = owned;
  const startNs = BigInt(span.startTimeUnixNano);
  const status = span.status;
  const facts: readonly (readonly [string, string])[] = [
    ['Service', serviceOf(owned) || 'unnamed'],
    ['Started', `${rfc3339FromNs(startNs)} (+${formatDuration(Number(startNs - originNs))})`],
    ['Took', formatDuration(knownDuration(Number(BigInt(span.endTimeUnixNano) - startNs)))],
    ['Kind', spanKindName(span.kind)],
    ...(status
      ? [['Status', `${statusCodeName(status.code)}${status.message ? `: ${status.message}` : ''}`] as const]
      : []),
    ['Span id', span.spanId],
    ...(span.parentSpanId ? [['Parent', span.parentSpanId] as const] : []),
    ...(span.traceState ? [['Trace state', span.traceState] as const] : []),
    ...(scope.name ? [['Scope', `${scope.name} ${scope.version ?? ''}`.trim()] as const] : []),
  ];
  const parts: Node[] = [
    element('h2', { dir: 'auto' }, span.name || 'unnamed'),
    table(facts),
    element('h3', {}, 'Attributes'),
    attributes(span.attributes),
  ];
  for (const event of span.events) {
    const at = formatDuration(Number(BigInt(event.timeUnixNano) - originNs));
    parts.push(element('h3', { dir: 'auto' }, `Event ${event.name} at +${at}`), attributes(event.attributes));
  }
  for (const link of span.links) {
    parts.push(element('h3', {}, `Link to span ${link.spanId} of trace ${link.traceId}`), attributes(link.attributes));
  }
  parts.push(element('h3', {}, 'Resource'), attributes(resource.attributes));
  return element('div', { class: 'details' }, ...parts);
}

function attributes(all: readonly KeyValue[]): HTMLElement {
  if (all.length === 0) return element('p', { class: 'faint' }, 'None');
  return table(all.map(({ key, value }) => [key, textOf(value)]));
}

function textOf(value: KeyValue['value']): string {
  const plain = plainValue(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain, null, 2);
}

function table(rows: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    'dl',
    {},
    ...rows.flatMap(([name, value]) => [
      element('dt', { dir: 'auto' }, name),
      element('dd', { dir: 'auto' }, longText(value)),
    ]),
  );
}

export function longText(text: string): HTMLElement {
  if (text.length <= MAX_CHARS) return element('span', { class: 'text' }, text);
  return element(
    'details',
    {},
    element('summary', {}, `${text.slice(0, 200)} … ${text.length.toLocaleString('en-GB')} characters`),
    element('span', { class: 'text' }, text),
  );
}
