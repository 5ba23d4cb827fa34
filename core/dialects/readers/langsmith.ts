/** LangSmith over OTLP. Its `gen_ai.operation.name` is derived, and wrong for retrievers; the run type is what is meant. */

import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
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
    return {
      kind,
      agentName: a.text('langsmith.metadata.lc_agent_name'),
      tool: kind === 'tool' ? { name, arguments: input, result: output } : undefined,
      input: kind === 'tool' ? null : messagesOf(input),
      output: kind === 'model' ? answerOf(output) : null,
      inputValue: kind === 'tool' ? null : input,
      outputValue: kind === 'tool' ? null : output,
    } satisfies AgentFacts;
  },
};
