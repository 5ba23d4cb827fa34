/** Rules that watch a number over time, and when they were beyond their threshold. */
import { z } from 'zod';
import {
  ALERT_COMPARISONS,
  ALERT_MEASURES,
  ALERT_SEVERITIES,
  type AlertListQuery,
  type AlertRuleEdit,
} from '../api/alert';
import { onePage } from '../api/page';
import { TIME_TEXT } from '../api/time-text';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, VERSION, whole } from './input';
import { operation, through } from './operation';
import { cursor, limit } from './schemas';

const MINUTE_S = 60;
const DAY_S = 86_400;

const RULE = z
  .object({
    name: z.string().trim().min(1).max(200),
    enabled: z.boolean().default(true),
    measure: z.enum(ALERT_MEASURES).default('query'),
    query: z.string().trim().max(5_000).default(''),
    comparison: z.enum(ALERT_COMPARISONS).default('above'),
    threshold: z.number(),
    windowSeconds: z.number().int().min(MINUTE_S).max(DAY_S).default(300),
    forSeconds: z.number().int().min(0).max(DAY_S).default(0),
    resolveThreshold: z.number().nullable().default(null),
    severity: z.enum(ALERT_SEVERITIES).default('warning'),
    mutedUntil: TIME_TEXT.nullable().default(null),
  })
  .superRefine(({ measure, query, comparison, threshold, resolveThreshold }, context) => {
    const isOutside = comparison === 'above' ? (end: number) => end > threshold : (end: number) => end < threshold;
    if (resolveThreshold !== null && isOutside(resolveThreshold)) {
      const message = `exceeds the threshold: an alert that began would be over at once`;
      context.addIssue({ code: 'custom', path: ['resolveThreshold'], message });
    }
    if (measure === 'query' && query === '') {
      context.addIssue({ code: 'custom', path: ['query'], message: 'is TraceQL, such as { status = error } | rate()' });
    }
  });

const { list, create, update, remove } = collection(
  '/v1/alert-rules',
  'rules that watch a number over time',
  'rules:write',
);

export const alerts = {
  listAlertRules: operation({
    ...list,
    input: [],
    rest: { ...list.rest, shown: onePage },
    run: read(({ alerts }) => alerts.rules()),
  }),
  /** @throws VALIDATION_ERROR when it cannot be measured */
  createAlertRule: operation({
    ...create,
    input: [whole(RULE)],
    run: through(({ alerts }, rule: AlertRuleEdit) => alerts.create(rule)),
  }),
  /** @throws NOT_FOUND, CONFLICT, VALIDATION_ERROR */
  updateAlertRule: operation({
    ...update,
    input: [ID, VERSION, whole(RULE)],
    run: through(({ alerts }, id: string, version: number, rule: AlertRuleEdit) => alerts.update(id, version, rule)),
  }),
  /** What it found goes with it. @throws NOT_FOUND */
  deleteAlertRule: operation({ ...remove, input: [ID], run: write(({ alerts }, id: string) => alerts.remove(id)) }),
  /** @throws VALIDATION_ERROR when it cannot be measured */
  tryAlertRule: operation({
    summary: 'What a rule would measure now',
    permission: 'telemetry:read',
    input: [whole(RULE)],
    rest: { method: 'post', path: '/v1/alert-rules/actions/try' },
    run: through(({ alerts }, rule: AlertRuleEdit) => alerts.measure(rule)),
  }),
  /** @throws VALIDATION_ERROR when it cannot be measured */
  previewAlertRule: operation({
    summary:
      'When a rule would have alerted, window by window, in the last seven days or 2,000 windows, whichever is less',
    permission: 'telemetry:read',
    input: [whole(RULE)],
    rest: { method: 'post', path: '/v1/alert-rules/actions/preview' },
    run: through(({ alerts }, rule: AlertRuleEdit) => alerts.preview(rule)),
  }),
  listAlerts: operation({
    summary: 'When rules exceeded their threshold, newest first',
    permission: 'telemetry:read',
    input: [whole(z.object({ limit, cursor }))],
    rest: { method: 'get', path: '/v1/alerts' },
    run: read(({ alerts }, query: AlertListQuery) => alerts.list(query)),
  }),
};
