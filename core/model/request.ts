/** What a request is, and when it failed: one meaning for figures, lists, searches and alerts (ADR 030). */
import { SPAN_KIND_CONSUMER, SPAN_KIND_SERVER } from './span-kind';

/** A span that serves (kind server or consumer), or that begins a trace. It failed where its own status says so. */
export function isRequest(kind: number, isRoot: boolean): boolean {
  return isRoot || kind === SPAN_KIND_SERVER || kind === SPAN_KIND_CONSUMER;
}

/** The same in SQL. @param kind SQL of `operation.kind` @param parent SQL of `span.parent_span_id` */
export function isRequestSql(kind: string, parent: string): string {
  return `(${parent} is null or ${kind} in (${SPAN_KIND_SERVER}, ${SPAN_KIND_CONSUMER}))`;
}

/** The same in TraceQL, for use within `{ }`. */
export const REQUEST_TRACEQL = '(kind = server || kind = consumer || nestedSetParent < 0)';
export const FAILED_REQUEST_TRACEQL = `(status = error && ${REQUEST_TRACEQL})`;
