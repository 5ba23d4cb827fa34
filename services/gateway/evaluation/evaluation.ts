/** Datasets made of recorded calls, and experiments that ask their prompts again and look at the answers. */
import { randomUUID } from 'node:crypto';
import type {
  DatasetItem,
  DatasetItemEdit,
  EvaluatedAnswer,
  Evaluator,
  Experiment,
  ExperimentEdit,
  ExperimentResult,
  Verdict,
} from '../../../core/api/evaluation';
import { readAgentSpan } from '../../../core/dialects/read-otlp-span';
import { promptOf, recordedAnswer, triedAnswer } from '../../../core/evaluation/answers';
import { evaluatorName } from '../../../core/evaluation/evaluator-name';
import { evaluate } from '../../../core/evaluation/evaluators';
import { judgePrompt, judgeVerdict } from '../../../core/evaluation/judge';
import { SpoorError } from '../../../core/model/errors';
import { DATASET_ITEM } from '../../../core/operations/datasets';
import { parse } from '../../../core/operations/input';
import type { Evaluations } from '../../../core/operations/parts';
import type { StoreService } from '../../../core/operations/store-service';
import type { Log } from '../../log';
import type { Playground } from '../playground/playground';

/** Prompts under way at once: enough for a provider, not too many for a model on this machine. */
const AT_ONCE = 4;

type EvaluationStore = Pick<
  StoreService,
  | 'allDatasetItems'
  | 'createDatasetItem'
  | 'createExperiment'
  | 'getExperiment'
  | 'addExperimentResult'
  | 'finishExperiment'
  | 'deleteExperiment'
  | 'createScore'
  | 'getSpan'
  | 'spanMessages'
>;

export class Evaluation implements Evaluations {
  /** Experiments under way. */
  private readonly running = new Map<string, { stopped: boolean }>();

  constructor(
    private readonly store: EvaluationStore,
    private readonly playground: Pick<Playground, 'run'>,
    private readonly log: Log,
  ) {}

  /** @throws SpoorError NOT_FOUND, VALIDATION_ERROR for a span that calls no model, or whose prompt is not recorded */
  async itemOfSpan(datasetId: string, traceId: string, spanId: string, expected: string): Promise<DatasetItem> {
    const span = await this.store.getSpan(traceId, spanId);
    const [message] = await this.store.spanMessages(span.traceId, [BigInt(`0x${span.spanId}`)]);
    const agent = readAgentSpan({ ...span, scope: span.scope.name });
    if (agent?.kind !== 'model' || agent.input.length === 0) {
      throw new SpoorError('VALIDATION_ERROR', 'Only a model call with a recorded prompt can be an item.', [
        { field: 'spanId', code: 'no_prompt', message: 'choose a span with messages' },
      ]);
    }
    const error = span.status.code === 'error' ? span.status.message || 'the call failed' : null;
    const answer = recordedAnswer(agent, span.durationNs, message?.costUsd ?? null, error);
    const edit = parse(DATASET_ITEM, { prompt: promptOf(agent), expected });
    return this.store.createDatasetItem(datasetId, edit, { traceId: span.traceId, spanId: span.spanId, answer });
  }

  createItem(datasetId: string, edit: DatasetItemEdit): Promise<DatasetItem> {
    return this.store.createDatasetItem(datasetId, edit, null);
  }

  /** Begins; it goes on by itself. @throws SpoorError NOT_FOUND, VALIDATION_ERROR */
  async start(edit: ExperimentEdit): Promise<Experiment> {
    const items = await this.store.allDatasetItems(edit.datasetId);
    if (items.length === 0) {
      throw new SpoorError('VALIDATION_ERROR', 'The dataset has no items yet; add some, then run the experiment.', [
        { field: 'datasetId', code: 'empty', message: 'add items first' },
      ]);
    }
    const experiment = await this.store.createExperiment(edit, items.length);
    const state = { stopped: false };
    this.running.set(experiment.id, state);
    void this.run(experiment, items, state);
    return experiment;
  }

  /** What it found goes with it. @throws SpoorError NOT_FOUND */
  async remove(id: string): Promise<void> {
    this.stop(id);
    await this.store.deleteExperiment(id);
  }

  /** What was found until now stays. @throws SpoorError NOT_FOUND */
  async cancel(id: string): Promise<Experiment> {
    await this.store.getExperiment(id);
    this.stop(id);
    await this.store.finishExperiment(id, 'cancelled', null);
    return this.store.getExperiment(id);
  }

  private stop(id: string): void {
    const state = this.running.get(id);
    if (state) state.stopped = true;
  }

  private async run(experiment: Experiment, items: readonly DatasetItem[], state: { stopped: boolean }): Promise<void> {
    const waiting = [...items];
    const work = async (): Promise<void> => {
      for (let item = waiting.shift(); item && !state.stopped; item = waiting.shift()) {
        const result = await this.resultOf(experiment, item);
        if (!state.stopped && !(await this.store.addExperimentResult(experiment.id, result))) state.stopped = true;
        if (experiment.target === null) await this.score(experiment, item, result.verdicts);
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      if (!state.stopped) await this.store.finishExperiment(experiment.id, 'done', null);
    } catch (error) {
      this.log('warn', 'an experiment failed', { experiment: experiment.id, error: String(error) });
      await this.store.finishExperiment(experiment.id, 'failed', (error as Error).message).catch(() => {});
    } finally {
      this.running.delete(experiment.id);
    }
  }

  private async resultOf({ target, evaluators }: Experiment, item: DatasetItem): Promise<ExperimentResult> {
    const { prompt, expected } = item;
    let answer: EvaluatedAnswer;
    if (target === null) answer = item.recorded ?? NOT_RECORDED;
    else {
      const parameters = { ...prompt.parameters, ...target.parameters };
      const { endpointId, model } = target;
      answer = triedAnswer(
        await this.playground.run({ ...prompt, parameters, endpointId, model, runId: randomUUID() }),
      );
    }
    const verdicts: Verdict[] = [];
    for (const evaluator of evaluators) {
      verdicts.push(
        evaluator.kind === 'judge' ? await this.judge(evaluator, item, answer) : evaluate(evaluator, answer, expected),
      );
    }
    return { itemId: item.id, answer, verdicts };
  }

  private async judge(
    evaluator: Extract<Evaluator, { kind: 'judge' }>,
    { prompt, expected }: DatasetItem,
    answer: EvaluatedAnswer,
  ): Promise<Verdict> {
    const name = evaluatorName(evaluator);
    if (answer.error !== null) return { name, value: 0, comment: 'There was no answer.' };
    const { endpointId, model, rubric } = evaluator;
    const asked = await this.playground.run({
      runId: randomUUID(),
      endpointId,
      model,
      messages: judgePrompt(rubric, prompt, answer, expected),
      tools: [],
      parameters: {},
    });
    if (asked.error !== null) return { name, value: null, comment: asked.error };
    return judgeVerdict(name, triedAnswer(asked).text);
  }

  /** What is said of a recorded answer is said of its span, if that is still there. */
  private async score(experiment: Experiment, { traceId, spanId }: DatasetItem, verdicts: readonly Verdict[]) {
    if (traceId === null || spanId === null) return;
    for (const { name, value, comment } of verdicts) {
      if (value === null) continue;
      const judged = experiment.evaluators.some((one) => one.kind === 'judge' && evaluatorName(one) === name);
      const source = judged ? 'model' : 'code';
      const score = { traceId, spanId, sessionId: null, name, value, label: null, comment, source } as const;
      await this.store.createScore(score).catch((error: unknown) => {
        if (!(error instanceof SpoorError && error.code === 'NOT_FOUND')) throw error;
      });
    }
  }
}

const NOT_RECORDED: EvaluatedAnswer = {
  text: '',
  toolCalls: [],
  error: 'No answer was recorded.',
  model: null,
  durationNs: null,
  inputTokens: null,
  outputTokens: null,
  costUsd: null,
};
