/** Which project telemetry came for: the one that its key belongs to, whatever the sender says. */
import { withResourceAttribute } from '../../../../core/otlp/resource-attribute';
import { WireError } from '../../../../core/otlp/wire-reader';
import { traceqlOf } from '../../../../core/query/plain-search';
import type { FieldExpression } from '../../../../core/query/traceql/ast';
import { parseTraceql } from '../../../../core/query/traceql/parse';
import { printTraceql } from '../../../../core/query/traceql/print';
import { within } from '../../../../core/query/traceql/within';

const KEY = 'spoor.project.id';

/** An export request that says so in each resource; one that cannot be read stays as it is, for its reader to refuse. */
export function ofProject(request: Uint8Array, projectId: string): Uint8Array {
  try {
    return withResourceAttribute(request, KEY, projectId);
  } catch (error) {
    if (error instanceof WireError) return request;
    throw error;
  }
}

/** TraceQL for what a query asks for, among the spans of a project. @throws SpoorError VALIDATION_ERROR */
export function queryOfProject(query: string, projectId: string): string {
  const condition: FieldExpression = {
    kind: 'binary',
    op: '=',
    left: { kind: 'attribute', scope: 'resource', name: KEY, at: 0 },
    right: { kind: 'string', value: projectId },
    at: 0,
  };
  return printTraceql(within(parseTraceql(traceqlOf(query)), condition));
}
