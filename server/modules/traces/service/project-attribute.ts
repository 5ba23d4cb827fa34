/** Which project telemetry came for: the one that its key belongs to, whatever the sender says. */
import type { ResourceAttribute } from '../../../../core/otlp/resource-attribute';
import { traceqlOf } from '../../../../core/query/plain-search';
import type { FieldExpression } from '../../../../core/query/traceql/ast';
import { parseTraceql } from '../../../../core/query/traceql/parse';
import { printTraceql } from '../../../../core/query/traceql/print';
import { within } from '../../../../core/query/traceql/within';

const KEY = 'spoor.project.id';

/** What every resource says. */
export function projectAttribute(projectId: string): ResourceAttribute {
  return { key: KEY, value: projectId };
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
