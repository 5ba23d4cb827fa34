/** Pydantic AI and Logfire, by scope or by their attributes. */
import type { AgentFacts, Dialect } from '../agent-facts';
import type { Message } from '../agent-span';
import { isObject } from '../json-objects';
import { answerOf, messagesOf } from '../messages';
import type { AttributeReader } from '../span-source';
import { toolDefinitionsOf } from '../tool-parts';

/** Names that nobody else would give. The others, such as `agent_name`, a call centre has, too. */
const SURE = ['all_messages_events', 'pydantic_ai.all_messages', 'model_request_parameters'] as const;

export const logfire: Dialect = {
  name: 'logfire',
  read({ name, scope, attributes: a }) {
    const isSure = scope === 'pydantic-ai' || a.hasUnder('gen_ai') || SURE.some((key) => a.has(key));
    if (!isSure && !(a.has('agent_name') && a.has('model_name'))) return null;
    const agentName = a.text('agent_name');
    const isTool = a.has('tool_response') || a.has('tool_arguments') || name.startsWith('running tool: ');
    const all = messagesOf(a.json('pydantic_ai.all_messages', 'all_messages_events', 'events', 'input_messages'));
    const isRun = agentName !== undefined && !a.has('gen_ai.operation.name');
    const request = a.json('model_request_parameters');
    return {
      kind: isRun
        ? 'agent'
        : isTool
          ? 'tool'
          : name === 'running tools' || /^running \d+ tools$/.test(name)
            ? 'step'
            : undefined,
      agentName,
      requestModel: a.text('model_name'),
      tool: isTool ? { arguments: a.json('tool_arguments'), result: a.json('tool_response') } : undefined,
      ...split(all, a),
      outputValue: a.json('final_result'),
      toolDefinitions: isObject(request) ? toolDefinitionsOf(request.function_tools) : [],
    } satisfies AgentFacts;
  },
};

/** Its lists end with what the model answered. */
function split(all: Message[] | null, a: AttributeReader): Pick<AgentFacts, 'input' | 'output'> {
  if (!all) return { output: a.has('output_messages') ? answerOf(a.json('output_messages')) : null };
  const last = all.at(-1);
  if (last?.role !== 'assistant') return { input: all };
  return { input: all.slice(0, -1), output: [last] };
}
