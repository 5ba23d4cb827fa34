/** Checks guardrails as they come in. */
import { z } from 'zod';
import { GUARDRAIL_KINDS, type GuardrailEdit, type GuardrailHitQuery } from '../../../core/api/guardrail';
import { DEPLOYMENT, parse } from './queries';

const MAX_LIMIT = 100;
const text = z.string().max(2_000).optional();

export const GUARDRAIL = z.object({
  name: z.string().trim().min(1).max(200),
  kind: z.enum(GUARDRAIL_KINDS, { message: `is one of ${GUARDRAIL_KINDS.join(', ')}` }),
  enabled: z.boolean().default(true),
  pattern: z.string().min(1).max(2_000).nullable().default(null),
  tools: z.array(z.string().trim().min(1).max(200)).min(1).max(100).nullable().default(null),
  maxUsd: z.number().min(0).nullable().default(null),
});
export const GUARDRAIL_HITS = z.object({
  traceId: text,
  from: text,
  to: text,
  ...DEPLOYMENT,
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).optional(),
  cursor: text,
});

/** What each kind cannot do without. */
const NEEDED = { pattern: 'pattern', tool: 'tools', budget: 'maxUsd' } as const;

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function guardrailEdit(input: unknown): GuardrailEdit {
  const complete = GUARDRAIL.superRefine((edit, context) => {
    const field = edit.kind in NEEDED ? NEEDED[edit.kind as keyof typeof NEEDED] : null;
    if (field !== null && edit[field] === null) {
      context.addIssue({ code: 'custom', path: [field], message: `a guardrail of kind ${edit.kind} needs it` });
    }
  });
  return parse(complete, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function guardrailHitQuery(input: unknown): GuardrailHitQuery {
  return parse(GUARDRAIL_HITS, input);
}
