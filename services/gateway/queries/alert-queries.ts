/** Checks alert rules as they come in. */
import { z } from 'zod';
import { ALERT_COMPARISONS, ALERT_MEASURES, type AlertListQuery, type AlertRuleEdit } from '../../../core/api/alert';
import { parse } from './queries';

const MAX_LIMIT = 100;
const MINUTE_S = 60;
const DAY_S = 86_400;

export const ALERT_RULE = z.object({
  name: z.string().trim().min(1).max(200),
  enabled: z.boolean().default(true),
  measure: z.enum(ALERT_MEASURES).default('query'),
  query: z.string().trim().max(5_000).default(''),
  comparison: z.enum(ALERT_COMPARISONS).default('above'),
  threshold: z.number(),
  windowSeconds: z.number().int().min(MINUTE_S).max(DAY_S).default(300),
});
export const ALERT_LIST = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).optional(),
  cursor: z.string().max(2_000).optional(),
});

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function alertRuleEdit(input: unknown): AlertRuleEdit {
  const complete = ALERT_RULE.superRefine(({ measure, query }, context) => {
    if (measure === 'query' && query === '') {
      context.addIssue({ code: 'custom', path: ['query'], message: 'is TraceQL, such as { status = error } | rate()' });
    }
  });
  return parse(complete, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function alertListQuery(input: unknown): AlertListQuery {
  return parse(ALERT_LIST, input);
}
