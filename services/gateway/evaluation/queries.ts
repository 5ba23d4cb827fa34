/** Checks datasets and experiments as they come in. */
import { z } from 'zod';
import type {
  DatasetEdit,
  DatasetItemEdit,
  DatasetItemQuery,
  Evaluator,
  ExperimentEdit,
} from '../../../core/api/evaluation';
import { evaluatorProblem } from '../../../core/evaluation/evaluators';
import type { PlainValue } from '../../../core/model/json-types';
import { PROMPT } from '../playground/queries';
import { parse } from '../queries/queries';

const MAX_LIMIT = 100;
const MAX_TEXT = 100_000;
const json = z.unknown() as z.ZodType<PlainValue>;
const id = z.string().min(1).max(100);

export const DATASET = z.object({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(MAX_TEXT).default(''),
});

export const DATASET_ITEMS = z.object({
  datasetId: id,
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).optional(),
  cursor: z.string().max(2_000).optional(),
});

export const DATASET_ITEM = z.object({
  prompt: PROMPT.pick({ messages: true, tools: true, parameters: true }),
  expected: z.string().max(MAX_TEXT).default(''),
});
export const NEW_DATASET_ITEM = DATASET_ITEM.extend({ datasetId: id });

/** In place of a prompt written by hand. */
export const RECORDED_ITEM = z.object({
  datasetId: id,
  traceId: z.string().max(64),
  spanId: z.string().max(32),
  expected: z.string().max(MAX_TEXT).default(''),
});

const EVALUATOR = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact'), ignoreCase: z.boolean().default(false) }),
  z.object({ kind: z.literal('contains'), text: z.string().min(1).max(MAX_TEXT).nullable().default(null) }),
  z.object({ kind: z.literal('regex'), pattern: z.string().min(1).max(2_000) }),
  z.object({ kind: z.literal('json-schema'), schema: json }),
  z.object({
    kind: z.literal('length'),
    min: z.number().min(0).nullable().default(null),
    max: z.number().min(0).nullable().default(null),
  }),
  z.object({ kind: z.literal('latency'), maxMs: z.number().min(0) }),
  z.object({ kind: z.literal('cost'), maxUsd: z.number().min(0) }),
  z.object({
    kind: z.literal('tools'),
    names: z.array(z.string().min(1).max(500)).max(200),
    exactly: z.boolean().default(false),
  }),
  z.object({
    kind: z.literal('judge'),
    endpointId: id,
    model: z.string().trim().min(1).max(500),
    rubric: z.string().trim().min(1).max(MAX_TEXT),
  }),
]);

export const EXPERIMENT = z.object({
  datasetId: id,
  name: z.string().trim().min(1).max(200),
  target: z
    .object({
      endpointId: id,
      model: z.string().trim().min(1).max(500),
      parameters: z.record(z.string().max(200), json).default({}),
    })
    .nullable()
    .default(null),
  evaluators: z.array(EVALUATOR).max(50),
});
export const EXPERIMENT_LIST = z.object({ datasetId: id });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function datasetEdit(input: unknown): DatasetEdit {
  return parse(DATASET, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function datasetItemQuery(input: unknown): DatasetItemQuery {
  return parse(DATASET_ITEMS, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function datasetItemEdit(input: unknown): DatasetItemEdit {
  return parse(DATASET_ITEM, input) as DatasetItemEdit;
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function experimentEdit(input: unknown): ExperimentEdit {
  const edit = parse(
    EXPERIMENT.superRefine(({ evaluators }, context) => {
      for (const [i, evaluator] of evaluators.entries()) {
        const problem = evaluatorProblem(evaluator as Evaluator);
        if (problem !== null) context.addIssue({ code: 'custom', path: ['evaluators', i], message: problem });
      }
    }),
    input,
  );
  return edit as ExperimentEdit;
}
