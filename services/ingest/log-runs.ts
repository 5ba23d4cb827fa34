/** Makes spans of what coding agents tell in logs alone. */
import { CLAUDE_CODE_SCOPE, claudeCodeSpans } from '../../core/dialects/log-runs/claude-code-logs';
import { CODEX_SCOPE, CodexRuns } from '../../core/dialects/log-runs/codex-logs';
import type { DerivedSpan } from '../../core/dialects/log-runs/derived-span';
import type { LogBatch } from '../../core/model/log-batch';
import type { SpanBatch } from '../../core/model/span-batch';
import { nsFromMs } from '../../core/model/time';
import { DecodeBudget } from '../../core/otlp/decode-budget';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { decodeScope } from '../../core/otlp/proto-to-json';
import { readLogRecords } from '../../core/otlp/read-log-records';
import type { ResourceAttribute } from '../../core/otlp/resource-attribute';
import { hexOf } from './digest';
import { keepingDeepValues } from './signals';

/** Not the agent's own: that one stands for spans that it sends itself. */
const SCOPE = 'spoor.log-runs';
/** Of an error's text in a span's status. */
const MAX_MESSAGE = 2_000;

export class LogRuns {
  private readonly codex = new CodexRuns();

  /**
   * Null: there are none, as in almost all requests.
   * @param logs the request that the batch was decoded from
   * @param attribute of every resource
   */
  spansOf(batch: LogBatch, logs: Uint8Array, attribute: ResourceAttribute | null = null): SpanBatch | null {
    const scopes = new Set(batch.scopes.map(({ message }) => decodeScope(message).name).filter(isOfAgent));
    if (scopes.size === 0) return null;
    const records = keepingDeepValues('logs', logs, (bytes) => readLogRecords(bytes, (scope) => scopes.has(scope)));
    const spans = [
      ...claudeCodeSpans(records.filter(({ scopeName }) => scopeName === CLAUDE_CODE_SCOPE)),
      ...this.codex.spans(records.filter(({ scopeName }) => CODEX_SCOPE.test(scopeName))),
    ];
    if (spans.length === 0) return null;
    // Records say no better than spans when they were.
    const request = protobufFromTraceJson({ resourceSpans: spans.map(otlpSpan) });
    return decodeTraces(request, attribute, new DecodeBudget(), nsFromMs(Date.now())).batch;
  }
}

function isOfAgent(scope: string): boolean {
  return scope === CLAUDE_CODE_SCOPE || CODEX_SCOPE.test(scope);
}

function otlpSpan(span: DerivedSpan): object {
  const { traceKey, spanKey, parentKey, name, startNs, endNs, error, serviceName, attributes } = span;
  const pairs = Object.entries(attributes).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } };
    return { key, value: Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
  });
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: serviceName } }] },
    scopeSpans: [
      {
        scope: { name: SCOPE },
        spans: [
          {
            traceId: hexOf(traceKey, 16),
            spanId: hexOf(`${traceKey} ${spanKey}`, 8),
            parentSpanId: parentKey === null ? '' : hexOf(`${traceKey} ${parentKey}`, 8),
            name,
            kind: 1,
            startTimeUnixNano: String(startNs),
            endTimeUnixNano: String(endNs),
            attributes: pairs,
            status: error === null ? {} : { code: 2, message: error.slice(0, MAX_MESSAGE) },
          },
        ],
      },
    ],
  };
}
