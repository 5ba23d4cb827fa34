/** A query among the spans of some deployments: the same spans that counts by deployment have (deployment-keys.ts). */
import type { DeploymentFilter } from '../model/deployment';
import { DEPLOYMENT_FIELDS, DEPLOYMENT_KEYS } from '../model/deployment-keys';
import type { FieldExpression, TraceqlQuery } from './traceql/ast';
import { within } from './traceql/within';

export function inDeployments(query: TraceqlQuery, filter: DeploymentFilter): TraceqlQuery {
  return DEPLOYMENT_FIELDS.reduce((narrowed, field) => {
    const value = filter[field];
    return value ? within(narrowed, isSaid(DEPLOYMENT_KEYS[field], value)) : narrowed;
  }, query);
}

/** The first of the keys that says anything has the value. */
function isSaid([key = '', ...others]: readonly string[], value: string): FieldExpression {
  const equal = compare(key, { kind: 'string', value });
  if (others.length === 0) return equal;
  const saysNothing = both('||', compare(key, { kind: 'nil' }), compare(key, { kind: 'string', value: '' }));
  return both('||', equal, both('&&', saysNothing, isSaid(others, value)));
}

function compare(key: string, right: FieldExpression): FieldExpression {
  return { kind: 'binary', op: '=', left: { kind: 'attribute', scope: 'resource', name: key, at: 0 }, right, at: 0 };
}

function both(op: '&&' | '||', left: FieldExpression, right: FieldExpression): FieldExpression {
  return { kind: 'binary', op, left, right, at: 0 };
}
