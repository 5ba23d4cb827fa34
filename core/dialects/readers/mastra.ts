/** Mastra's exporter: what its model was asked and answered stands in the steps around the calls, under keys of its own. */
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
import { askedIn } from '../gen-ai-events';
import { answerOf } from '../messages';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  agent_run: 'agent',
  workflow_run: 'workflow',
  workflow_step: 'step',
  model_generation: 'step',
  model_step: 'step',
  model_inference: 'model',
  tool_call: 'tool',
  mcp_tool_call: 'tool',
});

export const mastra: Dialect = {
  name: 'mastra',
  read({ attributes: a }) {
    const type = a.text('mastra.span.type');
    if (type === undefined) return null;
    const kind = KINDS[type];
    const input = a.json(`mastra.${type}.input`);
    const output = a.json(`mastra.${type}.output`);
    const isTool = kind === 'tool';
    return {
      kind,
      tool: isTool ? { arguments: input, result: output } : undefined,
      input: kind === undefined || isTool ? null : askedIn(input),
      output: kind === undefined || isTool ? null : answerOf(output),
    } satisfies AgentFacts;
  },
};
