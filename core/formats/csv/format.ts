/** A row for each span, for spreadsheets and data frames. */
import { plainAttributes } from '../../model/json-types';
import { spanKindName, statusCodeName } from '../../model/span-kind';
import { rfc3339FromNs } from '../../model/time';
import { type SentSpan, type SpanOwner, spansOfRequest } from '../../otlp/read-trace-request';
import { durationOf } from '../span-duration';
import { textOfValue } from '../text-of-value';
import type { FormatWriter, WrittenFormat } from '../writer';
import { type CsvCell, csvLine } from './csv-line';

/** In the order of the file. */
const COLUMNS: Readonly<Record<string, (span: SentSpan) => CsvCell>> = {
  trace_id: ({ traceId }) => traceId,
  span_id: ({ spanId }) => spanId,
  parent_span_id: ({ parentSpanId }) => parentSpanId,
  service: ({ owner }) => serviceOf(owner),
  name: ({ name }) => name,
  kind: ({ kind }) => spanKindName(kind),
  start_time: ({ startNs }) => rfc3339FromNs(startNs),
  start_unix_nano: ({ startNs }) => startNs,
  duration_ns: (span) => durationOf(span) ?? '',
  status: ({ body }) => statusCodeName(body.status.code),
  status_message: ({ body }) => body.status.message,
  scope_name: ({ owner }) => owner.scope.name,
  scope_version: ({ owner }) => owner.scope.version,
  trace_state: ({ body }) => body.traceState,
  flags: ({ body }) => body.flags,
  attributes: ({ body }) => JSON.stringify(plainAttributes(body.attributes)),
  resource: ({ owner }) => JSON.stringify(plainAttributes(owner.resource.attributes)),
  events: ({ body }) =>
    list(
      body.events.map(({ timeUnixNano, name, attributes }) => ({
        time: rfc3339FromNs(BigInt(timeUnixNano)),
        name,
        attributes: plainAttributes(attributes),
      })),
    ),
  links: ({ body }) =>
    list(
      body.links.map(({ traceId, spanId, attributes }) => ({
        traceId,
        spanId,
        attributes: plainAttributes(attributes),
      })),
    ),
};

const WRITER: FormatWriter = {
  name: 'csv',
  title: 'CSV, a row per span',
  extension: 'csv',
  mediaType: 'text/csv',
  loses:
    'the types of values (attributes are JSON in a cell; integers beyond 2^53 and bytes are text); repeated keys; trace states and flags of links; attributes of scopes; addresses of schemas; dropped counts',
  sentIds: false,
  sentTimes: false,
  needsColumns: false,
  needsOrder: false,
  open() {
    let isFirst = true;
    const header = (): string => {
      if (!isFirst) return '';
      isFirst = false;
      return csvLine(Object.keys(COLUMNS));
    };
    return {
      beginTrace: header,
      spans(request) {
        const spans = spansOfRequest(request);
        spans.sort((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
        return spans.map((span) => csvLine(Object.values(COLUMNS).map((cell) => cell(span)))).join('');
      },
      endTrace: () => '',
      finish: header,
    };
  },
};

export const CSV: WrittenFormat = { name: 'csv', title: 'CSV', writers: [WRITER] };

function serviceOf({ resource }: SpanOwner): string {
  const name = resource.attributes.findLast(({ key }) => key === 'service.name');
  return name ? textOfValue(name.value) : '';
}

function list(items: readonly object[]): string {
  return items.length === 0 ? '' : JSON.stringify(items);
}
