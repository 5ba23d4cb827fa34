/** A trace as lines that a person reads: what failed first, then its spans as a tree. */
import type { SpanResource, TraceResource } from '../../core/api/http-resources';
import { formatDuration } from '../../core/model/format';
import type { RunningApi } from '../host/running-api';
import { cut, type Paint, printable } from './terminal';

type ListedSpan = TraceResource['spans'][number];

export interface FailedSpan {
  readonly span: ListedSpan;
  /** Its status message and exceptions, the first line of each. */
  readonly reasons: readonly string[];
}

export function failedSpans({ spans }: TraceResource): readonly ListedSpan[] {
  return spans.filter(({ status }) => status === 'error');
}

/** What the first of the failed spans say of it. */
export async function reasonsOf(api: RunningApi, trace: TraceResource, atMost: number): Promise<FailedSpan[]> {
  const failed: FailedSpan[] = [];
  for (const span of failedSpans(trace).slice(0, atMost)) {
    const whole = await api.json<SpanResource>(`/v1/traces/${trace.traceId}/spans/${span.spanId}`);
    failed.push({ span, reasons: reasonsIn(whole) });
  }
  return failed;
}

function reasonsIn({ status, events }: SpanResource): string[] {
  const exceptions = events
    .filter(({ name }) => name === 'exception')
    .map(({ attributes }) =>
      [attributes['exception.type'], attributes['exception.message']].filter(Boolean).join(': '),
    );
  const all = [status.message, ...exceptions].filter((text) => text !== '');
  return [...new Set(all)].map((text) => printable(text.split('\n')[0] ?? ''));
}

interface TreeLook {
  /** Spans. */
  readonly atMost: number;
  readonly columns: number | null;
  readonly paint: Paint;
  /** How to see those beyond; empty: nobody can. */
  readonly hint: string;
}

/** One line a span: where it is in the tree, whose it is, how long it took. */
export function treeLines({ spans }: TraceResource, { atMost, columns, paint, hint }: TreeLook): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = new Map<string | null, ListedSpan[]>();
  for (const span of spans) {
    const parent = span.parentSpanId !== null && ids.has(span.parentSpanId) ? span.parentSpanId : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  const lines: string[] = [];
  const seen = new Set<string>();
  const stack = (children.get(null) ?? []).map((span) => ({ span, depth: 0 })).reverse();
  while (stack.length > 0 && lines.length < atMost) {
    const { span, depth } = stack.pop() as { span: ListedSpan; depth: number };
    if (seen.has(span.spanId)) continue;
    seen.add(span.spanId);
    lines.push(spanLine(span, depth, columns, paint));
    for (const child of (children.get(span.spanId) ?? []).toReversed()) stack.push({ span: child, depth: depth + 1 });
  }
  const more = spans.length - lines.length;
  if (more > 0) lines.push(`  \u2026 ${more.toLocaleString('en-US')} more spans${hint && `; ${hint}`}`);
  return lines;
}

const MAX_DEPTH = 24;

function spanLine(span: ListedSpan, depth: number, columns: number | null, paint: Paint): string {
  const indent = '  '.repeat(Math.min(depth, MAX_DEPTH) + 1);
  const mark = span.status === 'error' ? '\u2717 ' : '';
  const tail = `  ${formatDuration(span.durationNs)}  ${printable(span.service)}  ${span.spanId}`;
  const room = columns === null ? null : Math.max(12, columns - indent.length - mark.length - tail.length);
  const name = `${mark}${cut(printable(span.name), room)}`;
  return `${indent}${span.status === 'error' ? paint('red', name) : name}${paint('dim', tail)}`;
}
