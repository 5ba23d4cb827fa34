/** Dashboards to begin with. */
import type { DashboardEdit, PanelWidth } from '../api/dashboard';
import { FAILED_REQUEST_TRACEQL, REQUEST_TRACEQL } from '../model/request';
import { type NewPanel, named } from './dashboard-file';

export interface Starter {
  readonly title: string;
  /** What is on it. */
  readonly about: string;
  readonly dashboard: DashboardEdit;
}

export const STARTERS: readonly Starter[] = [
  starter('Services', 'Requests, failures and latency of each service, and warnings in the logs', [
    spans('Requests', `{ ${REQUEST_TRACEQL} } | rate() by (resource.service.name)`),
    spans('Failed requests', `{ ${FAILED_REQUEST_TRACEQL} } | rate() by (resource.service.name)`),
    spans('p95 of requests', `{ ${REQUEST_TRACEQL} } | quantile_over_time(duration, 0.95) by (resource.service.name)`),
    spans('Latency of requests', `{ ${REQUEST_TRACEQL} } | histogram_over_time(duration)`),
    logs('Warnings and errors', 'severity>=warn', 'count', 'full'),
  ]),
  starter('Model calls', 'Calls, tokens and latency of models, and failed tool calls', [
    spans('Calls', '{ span.gen_ai.request.model != nil } | rate() by (span.gen_ai.request.model)'),
    spans(
      'p95 of calls',
      '{ span.gen_ai.request.model != nil } | quantile_over_time(duration, 0.95) by (span.gen_ai.request.model)',
    ),
    spans(
      'Input tokens',
      '{ span.gen_ai.request.model != nil } | sum_over_time(span.gen_ai.usage.input_tokens) by (span.gen_ai.request.model)',
    ),
    spans(
      'Output tokens',
      '{ span.gen_ai.request.model != nil } | sum_over_time(span.gen_ai.usage.output_tokens) by (span.gen_ai.request.model)',
    ),
    spans('Failed calls', '{ span.gen_ai.request.model != nil && status = error } | count_over_time()'),
    spans(
      'Failed tool calls',
      '{ span.gen_ai.tool.name != nil && status = error } | count_over_time() by (span.gen_ai.tool.name)',
    ),
  ]),
  starter('Errors', 'Failed spans by service and by name, and the newest errors in the logs', [
    spans('Failed spans by service', '{ status = error } | count_over_time() by (resource.service.name)'),
    spans('Failed spans by name', '{ status = error } | count_over_time() by (name)'),
    logs('Errors in the logs', 'severity>=error', 'count', 'full'),
    logs('Newest errors in the logs', 'severity>=error', 'list', 'full'),
  ]),
];

function starter(title: string, about: string, panels: readonly NewPanel[]): Starter {
  return { title, about, dashboard: { name: title, panels: panels.map((panel, i) => named(panel, String(i + 1))) } };
}

function spans(title: string, query: string): NewPanel {
  return { kind: 'spans', title, width: 'half', query };
}

function logs(title: string, query: string, show: 'count' | 'list', width: PanelWidth): NewPanel {
  return { kind: 'logs', title, width, query, show };
}
