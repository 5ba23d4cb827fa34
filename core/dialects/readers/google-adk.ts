/** Google's Agent Development Kit: requests and answers of Gemini, whole, as JSON. */
import type { AgentFacts, Dialect } from '../agent-facts';
import { isObject, textOf } from '../json-objects';
import { answerOf, messagesOf } from '../messages';
import { toolDefinitionsOf } from '../tool-parts';

export const googleAdk: Dialect = {
  name: 'google-adk',
  read({ name, attributes: a }) {
    if (!a.hasUnder('gcp') || !a.keys.some((key) => key.startsWith('gcp.vertex.agent.'))) return null;
    const request = a.json('gcp.vertex.agent.llm_request');
    const response = a.json('gcp.vertex.agent.llm_response');
    const config = isObject(request) && isObject(request.config) ? request.config : {};
    const isTool = a.has('gcp.vertex.agent.tool_call_args') || name.startsWith('execute_tool');
    // Spans of tools have an empty one.
    const isModel = !isTool && a.has('gcp.vertex.agent.llm_request');
    return {
      kind: isTool ? 'tool' : isModel ? 'model' : undefined,
      provider: isModel ? 'gcp.vertex_ai' : null,
      requestModel: isObject(request) ? textOf(request.model) : null,
      tool: isTool
        ? { arguments: a.json('gcp.vertex.agent.tool_call_args'), result: a.json('gcp.vertex.agent.tool_response') }
        : undefined,
      input: isModel ? messagesOf(request) : null,
      output: isModel && isObject(response) && Object.keys(response).length > 0 ? answerOf(response) : null,
      toolDefinitions: toolDefinitionsOf(config.tools),
    } satisfies AgentFacts;
  },
};
