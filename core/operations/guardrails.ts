/** Rules that mark what agents said and did, and what they marked. */
import { z } from 'zod';
import { GUARDRAIL_KINDS, type GuardrailEdit, type GuardrailHitQuery } from '../api/guardrail';
import { onePage } from '../api/page';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, VERSION, whole } from './input';
import { operation } from './operation';
import { DEPLOYMENT, limit, text } from './schemas';

/** What each kind cannot do without. */
const NEEDED = { pattern: 'pattern', tool: 'tools', budget: 'maxUsd' } as const;

const GUARDRAIL = z
  .object({
    name: z.string().trim().min(1).max(200),
    kind: z.enum(GUARDRAIL_KINDS, { message: `is one of ${GUARDRAIL_KINDS.join(', ')}` }),
    enabled: z.boolean().default(true),
    pattern: z.string().min(1).max(2_000).nullable().default(null),
    tools: z.array(z.string().trim().min(1).max(200)).min(1).max(100).nullable().default(null),
    maxUsd: z.number().min(0).nullable().default(null),
  })
  .superRefine((edit, context) => {
    const field = edit.kind in NEEDED ? NEEDED[edit.kind as keyof typeof NEEDED] : null;
    if (field !== null && edit[field] === null) {
      context.addIssue({ code: 'custom', path: [field], message: `a guardrail of kind ${edit.kind} needs it` });
    }
  });
const HITS = z.object({ traceId: text, from: text, to: text, ...DEPLOYMENT, limit, cursor: text });

const { list, create, update, remove } = collection(
  '/v1/guardrails',
  'rules that mark what agents said and did',
  'rules:write',
);

export const guardrails = {
  listGuardrails: operation({
    ...list,
    input: [],
    rest: { ...list.rest, shown: onePage },
    run: read(({ guardrails }) => guardrails.list()),
  }),
  createGuardrail: operation({
    ...create,
    input: [whole(GUARDRAIL)],
    run: write(({ guardrails }, edit: GuardrailEdit) => guardrails.create(edit)),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateGuardrail: operation({
    ...update,
    input: [ID, VERSION, whole(GUARDRAIL)],
    run: write(({ guardrails }, id: string, version: number, edit: GuardrailEdit) =>
      guardrails.update(id, version, edit),
    ),
  }),
  /** What it marked goes with it. @throws NOT_FOUND */
  deleteGuardrail: operation({
    ...remove,
    input: [ID],
    run: write(({ guardrails }, id: string) => guardrails.remove(id)),
  }),
  listGuardrailHits: operation({
    summary: 'What guardrails marked, newest first',
    permission: 'telemetry:read',
    input: [whole(HITS)],
    rest: { method: 'get', path: '/v1/guardrail-hits' },
    run: read(({ guardrails }, query: GuardrailHitQuery) => guardrails.hits(query)),
  }),
};
