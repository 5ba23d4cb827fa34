/** Google's Agent Development Kit: requests and answers of Gemini, whole, as JSON; or only what spans are called, as of calls that fail. */
import type { PlainValue } from '../../model/json-types';
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
import { isObject, textOf } from '../json-objects';
import { answerOf, messagesOf } from '../messages';
import { toolDefinitionsOf } from '../tool-parts';
import { usageOfObject } from '../usage';

/** What stands before the name of an agent or a tool. */
const NAMES: Readonly<Record<string, AgentSpanKind>> = wordTable({
  invocation: 'workflow',
  agent_run: 'agent',
  invoke_agent: 'agent',
  call_llm: 'model',
  execute_tool: 'tool',
});

export const ADK_SCOPE = 'gcp.vertex.agent';
/** What a model was asked, as the JSON of Gemini's request. */
export const ADK_REQUEST = 'gcp.vertex.agent.llm_request';

/** The model that a request is for. */
export function requestedModel(request: PlainValue | undefined): string | null {
  return isObject(request) ? textOf(request.model) : null;
}

export const googleAdk: Dialect = {
  name: 'google-adk',
  read({ name, scope, attributes: a }) {
    const [, verb = '', called] = /^(\w+)(?: \[?(.+?)\]?)?$/.exec(name) ?? [];
    const named = scope === ADK_SCOPE ? NAMES[verb] : undefined;
    const isTold = a.hasUnder('gcp') && a.keys.some((key) => key.startsWith('gcp.vertex.agent.'));
    if (!isTold && named === undefined) return null;
    const request = a.json(ADK_REQUEST);
    const response = a.json('gcp.vertex.agent.llm_response');
    const config = isObject(request) && isObject(request.config) ? request.config : {};
    const isTool = a.has('gcp.vertex.agent.tool_call_args') || name.startsWith('execute_tool');
    // Spans of tools have an empty one.
    const isModel = !isTool && a.has(ADK_REQUEST);
    return {
      kind: isTool ? 'tool' : isModel ? 'model' : named,
      agentName: named === 'agent' ? called : null,
      provider: isModel ? 'gcp.vertex_ai' : null,
      requestModel: requestedModel(request),
      usage: isObject(response) ? (usageOfObject(response.usage_metadata) ?? undefined) : undefined,
      tool: isTool
        ? { arguments: a.json('gcp.vertex.agent.tool_call_args'), result: a.json('gcp.vertex.agent.tool_response') }
        : undefined,
      input: isModel ? messagesOf(request) : null,
      output: isModel && isObject(response) && Object.keys(response).length > 0 ? answerOf(response) : null,
      toolDefinitions: toolDefinitionsOf(config.tools),
    } satisfies AgentFacts;
  },
};
