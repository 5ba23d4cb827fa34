/** Fields that every record has, by the names that a search may call them. */
import { wordTable } from '../../model/word-table';
import type { LogField } from './log-query';

export type LogFieldName =
  | 'severity'
  | 'service'
  | 'scope'
  | 'event'
  | 'trace'
  | 'span'
  | 'body'
  | 'status'
  | 'resource'
  | 'bodyPath'
  | 'attribute';

interface NamedField {
  readonly name: LogFieldName;
  readonly field: LogField;
}

const NAMES: Readonly<Record<string, LogFieldName>> = wordTable({
  severity: 'severity',
  level: 'severity',
  service: 'service',
  'service.name': 'service',
  scope: 'scope',
  logger: 'scope',
  event: 'event',
  event_name: 'event',
  trace: 'trace',
  traceid: 'trace',
  trace_id: 'trace',
  span: 'span',
  spanid: 'span',
  span_id: 'span',
  body: 'body',
  message: 'body',
  msg: 'body',
  status: 'status',
});

const ENVIRONMENT = 'deployment.environment.name';

/** Null: it is an attribute of that name. */
export function logFieldNamed(key: string): NamedField | null {
  const lower = key.toLowerCase();
  const name = NAMES[lower];
  if (name === 'status') return { name, field: { of: 'severity' } };
  if (name) return { name, field: { of: name } as LogField };
  if (lower === 'env') return { name: 'resource', field: { of: 'resource', key: ENVIRONMENT } };
  if (lower.startsWith('resource.') && key.length > 'resource.'.length) {
    return { name: 'resource', field: { of: 'resource', key: key.slice('resource.'.length) } };
  }
  if (lower.startsWith('attribute.') && key.length > 'attribute.'.length) {
    return { name: 'attribute', field: { of: 'attribute', key: key.slice('attribute.'.length) } };
  }
  if (lower.startsWith('body.') && key.length > 'body.'.length) {
    return { name: 'bodyPath', field: { of: 'bodyPath', path: key.slice('body.'.length) } };
  }
  return null;
}
