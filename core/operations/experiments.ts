/** Experiments: the prompts of a dataset asked again, and what evaluators think of the answers. */
import { z } from 'zod';
import type { Evaluator, ExperimentEdit } from '../api/evaluation';
import { onePage } from '../api/page';
import { evaluatorProblem } from '../evaluation/evaluators';
import type { PlainValue } from '../model/json-types';
import { read } from '../store/workspace/store-call';
import { ID, named, whole } from './input';
import { operation, through } from './operation';

const MAX_TEXT = 100_000;
const json = z.unknown() as z.ZodType<PlainValue>;
const id = z.string().min(1).max(100);
const EXPERIMENTS = '/v1/experiments';

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

const EXPERIMENT = z
  .object({
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
  })
  .superRefine(({ evaluators }, context) => {
    for (const [i, evaluator] of evaluators.entries()) {
      const problem = evaluatorProblem(evaluator as Evaluator);
      if (problem !== null) context.addIssue({ code: 'custom', path: ['evaluators', i], message: problem });
    }
  });

export const experiments = {
  /** Oldest first. */
  listExperiments: operation({
    summary: 'Experiments on a dataset, oldest first, and how they went on the whole',
    permission: 'telemetry:read',
    input: [
      named(
        'datasetId',
        z.preprocess((given) => given ?? '', z.coerce.string()),
      ),
    ],
    rest: { method: 'get', path: EXPERIMENTS, query: z.object({ datasetId: id }), shown: onePage },
    run: read(({ experiments }, datasetId: string) => experiments.list(datasetId)),
  }),
  /** Begins; it goes on by itself. @throws NOT_FOUND, VALIDATION_ERROR */
  startExperiment: operation({
    summary: 'Asks the prompts of a dataset, or takes the recorded answers, and evaluates what was answered',
    permission: 'notes:write',
    input: [whole(EXPERIMENT as z.ZodType<ExperimentEdit>)],
    rest: { method: 'post', path: EXPERIMENTS, status: 202, refusals: [404] },
    run: through(({ evaluation }, edit: ExperimentEdit) => evaluation.start(edit)),
  }),
  /** @throws NOT_FOUND */
  getExperiment: operation({
    summary: 'An experiment with its results',
    permission: 'telemetry:read',
    input: [ID],
    rest: { method: 'get', path: `${EXPERIMENTS}/{id}`, refusals: [404] },
    run: read(({ experiments }, experimentId: string) => experiments.get(experimentId)),
  }),
  /** @throws NOT_FOUND */
  cancelExperiment: operation({
    summary: 'Ends an experiment; what was found until now stays',
    permission: 'notes:write',
    input: [ID],
    rest: { method: 'post', path: `${EXPERIMENTS}/{id}/actions/cancel`, refusals: [404] },
    run: through(({ evaluation }, experimentId: string) => evaluation.cancel(experimentId)),
  }),
  /** @throws NOT_FOUND */
  deleteExperiment: operation({
    summary: 'Deletes an experiment with its results',
    permission: 'notes:write',
    input: [ID],
    rest: { method: 'delete', path: `${EXPERIMENTS}/{id}`, status: 204, refusals: [404] },
    run: through(({ evaluation }, experimentId: string) => evaluation.remove(experimentId)),
  }),
};
