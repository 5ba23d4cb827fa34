/** `spoor show`: a trace as an outline, errors first; or everything known of one of its spans. */
import type { PlainAttributes, SpanResource, TraceResource } from '../../../core/api/http-resources';
import { formatDuration, plural } from '../../../core/model/format';
import { UsageError } from '../../host/option-table';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import { type RunningApi, runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { RANGE_OPTIONS, rangeOf } from '../range';
import { columnsOf, cut, type Paint, paintFor, printable } from '../terminal';
import { failedSpans, reasonsOf, treeLines } from '../trace-outline';

const USUAL_SPANS = 200;
const MAX_FAILURES = 10;
/** Of an attribute in a terminal. */
const MAX_VALUE_CHARS = 1_000;

export const showCommand = defineCommand({
  name: 'show',
  summary: 'Shows a trace as an outline, with what failed first, or one of its spans.',
  examples: [
    { line: 'spoor show 5b8aa5a2d2c872e8321cf37308d69df2', does: 'errors with their reasons, then the tree of spans' },
    { line: 'spoor show 5b8aa5a2d2c872e8321cf37308d69df2 --span 051581bf3cb55c13', does: 'everything known of a span' },
  ],
  arguments: [{ name: 'TRACE', missing: 'takes the id of a trace, as spoor traces lists them.' }],
  options: {
    span: { type: 'string', value: 'ID', summary: 'show this span of it' },
    limit: { ...RANGE_OPTIONS.limit, summary: `so many spans at most, ${USUAL_SPANS} by default` },
    ...FOLDER_OPTIONS,
  },
  async run({ values, args, environment }) {
    const options = folderOptions(values, environment);
    const { limit } = rangeOf(values, USUAL_SPANS);
    const traceId = idOf('TRACE', args[0] ?? '', 32);
    const spanId = values.span === undefined ? null : idOf('--span', values.span, 16);
    const api = await runningApi(options);
    const paint = paintFor(process.stdout, environment);
    const path = `/v1/traces/${traceId}`;
    if (spanId !== null) {
      const span = await api.json<SpanResource>(`${path}/spans/${spanId}`);
      print(options.json ? [JSON.stringify(span)] : spanLines(span, paint));
      return 0;
    }
    const trace = await api.json<TraceResource>(path);
    print(options.json ? [JSON.stringify(trace)] : await traceLines(api, trace, limit, paint));
    return 0;
  },
});

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @throws UsageError */
function idOf(what: string, text: string, digits: number): string {
  const id = text.trim().toLowerCase();
  if (/^[0-9a-f]+$/.test(id) && id.length === digits) return id;
  throw new UsageError(`${what} ${text} is not an id of ${digits} hexadecimal digits.`);
}

async function traceLines(api: RunningApi, trace: TraceResource, limit: number, paint: Paint): Promise<string[]> {
  const columns = columnsOf(process.stdout);
  const { rootService, rootName, durationNs, spanCount, errorCount, startTime, incomplete } = trace;
  const failed = await reasonsOf(api, trace, MAX_FAILURES);
  const more = failedSpans(trace).length - failed.length;
  return [
    paint('bold', cut(printable(`${rootService}: ${rootName}`), columns)),
    `${startTime.replace('T', ' ').slice(0, 23)}  ${formatDuration(durationNs)}  ${plural(spanCount, 'span')}  ${plural(errorCount, 'error')}${incomplete ? '  incomplete: its root or a parent has not arrived' : ''}`,
    `${api.instance.ui}/#/trace/${trace.traceId}`,
    ...(failed.length > 0 ? ['', paint('bold', 'Errors')] : []),
    ...failed.flatMap(({ span, reasons }) => [
      paint('red', cut(`  \u2717 ${printable(span.name)} (${printable(span.service)}) ${span.spanId}`, columns)),
      ...reasons.map((reason) => cut(`      ${reason}`, columns)),
    ]),
    ...(more > 0 ? [`  \u2026 ${more} more`] : []),
    '',
    paint('bold', 'Spans'),
    ...treeLines(trace, { atMost: limit, columns, paint, hint: '--limit N shows more' }),
  ];
}

function spanLines(span: SpanResource, paint: Paint): string[] {
  const { status } = span;
  const title = paint(status.code === 'error' ? 'red' : 'bold', printable(`${span.service}: ${span.name}`));
  return [
    title,
    `${span.startTime.replace('T', ' ')}  ${formatDuration(span.durationNs)}  ${span.kind}  ${status.code}${status.message === '' ? '' : `: ${printable(status.message)}`}`,
    `trace ${span.traceId}  span ${span.spanId}  parent ${span.parentSpanId ?? 'none'}`,
    ...attributeLines('Attributes', span.attributes, paint),
    ...span.events.flatMap((event) =>
      attributeLines(`Event ${printable(event.name)} at ${event.time}`, event.attributes, paint),
    ),
    ...span.links.map((link) => `Link to trace ${link.traceId} span ${link.spanId}`),
    ...attributeLines('Resource', span.resource.attributes, paint),
    ...attributeLines(
      `Scope ${printable(span.scope.name)} ${printable(span.scope.version)}`,
      span.scope.attributes,
      paint,
    ),
  ];
}

function attributeLines(title: string, attributes: PlainAttributes, paint: Paint): string[] {
  const most = columnsOf(process.stdout) === null ? null : MAX_VALUE_CHARS;
  const lines = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `  ${printable(key)} = ${cut(printable(text), most)}`;
  });
  return ['', paint('bold', title), ...lines];
}
