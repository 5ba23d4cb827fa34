/** LangSmith over OTLP. Its `gen_ai.operation.name` is derived, and wrong for retrievers; the run type is what is meant. */

import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
import { isObject } from '../json-objects';
import { answerOf, messagesOf } from '../messages';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  llm: 'model',
  chain: 'step',
  tool: 'tool',
  retriever: 'retrieval',
  embedding: 'embedding',
  prompt: 'prompt',
  parser: 'step',
});

export const langsmith: Dialect = {
  name: 'langsmith',
  read({ attributes: a, name }) {
    if (!a.hasUnder('langsmith')) return null;
    const kind = KINDS[a.text('langsmith.span.kind') ?? ''];
    const input = a.json('gen_ai.prompt');
    const output = a.json('gen_ai.completion');
    const details = a.json('langsmith.usage_metadata');
    const usage = isObject(details) ? details : {};
    const of = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
    const inputDetails = isObject(usage.input_token_details) ? usage.input_token_details : {};
    const outputDetails = isObject(usage.output_token_details) ? usage.output_token_details : {};
    return {
      kind,
      sessionId: a.text(
        'langsmith.metadata.session_id',
        'langsmith.metadata.thread_id',
        'langsmith.metadata.conversation_id',
        'langsmith.trace.session_id',
      ),
      userId: a.text('langsmith.metadata.user_id'),
      requestModel: a.text('langsmith.metadata.ls_model_name'),
      provider: a.text('langsmith.metadata.ls_provider'),
      agentName: a.text('langsmith.metadata.lc_agent_name'),
      tool: kind === 'tool' ? { name, arguments: input, result: output } : undefined,
      input: kind === 'tool' ? null : messagesOf(input),
      output: kind === 'model' ? answerOf(output) : null,
      inputValue: kind === 'tool' ? null : input,
      outputValue: kind === 'tool' ? null : output,
      usage: {
        input: of(usage.input_tokens),
        output: of(usage.output_tokens),
        cacheRead: of(inputDetails.cache_read),
        cacheWrite: of(inputDetails.cache_creation),
        reasoning: of(outputDetails.reasoning),
      },
    } satisfies AgentFacts;
  },
};
