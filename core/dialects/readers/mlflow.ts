/** MLflow's tracing, which writes every value as JSON. */
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
import { askedIn } from '../gen-ai-events';
import { isObject, textOf } from '../json-objects';
import { answerOf } from '../messages';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  CHAT_MODEL: 'model',
  LLM: 'model',
  EMBEDDING: 'embedding',
  AGENT: 'agent',
  TOOL: 'tool',
  RETRIEVER: 'retrieval',
  RERANKER: 'rerank',
  MEMORY: 'memory',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
  WORKFLOW: 'workflow',
  CHAIN: 'step',
  TASK: 'step',
  PARSER: 'step',
});

export const mlflow: Dialect = {
  name: 'mlflow',
  read({ attributes: a }) {
    const kind = KINDS[textOf(a.json('mlflow.spanType')) ?? ''];
    if (kind === undefined) return null;
    const input = a.json('mlflow.spanInputs');
    const output = a.json('mlflow.spanOutputs');
    const isTool = kind === 'tool';
    const isModel = kind === 'model';
    return {
      kind,
      responseId: isModel && isObject(output) ? textOf(output.id) : null,
      tool: isTool ? { arguments: input, result: output } : undefined,
      input: isModel ? askedIn(input) : null,
      output: isModel ? answerOf(output) : null,
    } satisfies AgentFacts;
  },
};
