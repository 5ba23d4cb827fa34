/** Attributes that hold what people and models said, in the dialects we know (protocol.md of the design, sections 3 and 4). */

const KEYS: ReadonlySet<string> = new Set([
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.event.content',
  'gen_ai.content.prompt',
  'gen_ai.content.completion',
  'gen_ai.agent.invocation_input',
  'gen_ai.agent.invocation_output',
  'gen_ai.tool.arguments',
  'gen_ai.tool.result',
  'gen_ai.tool.input',
  'gen_ai.tool.output',
  'llm.prompts',
  'llm.input_messages',
  'llm.output_messages',
  'input.value',
  'output.value',
  'input.messages',
  'output.messages',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'ai.prompt',
  'ai.prompt.messages',
  'ai.response.text',
  'ai.response.object',
  'ai.response.toolCalls',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'langfuse.trace.input',
  'langfuse.trace.output',
  'pydantic_ai.all_messages',
  'all_messages_events',
  'request_data',
  'response_data',
  'mastra.agent_run.input',
  'mastra.agent_run.output',
  'mastra.model_generation.input',
  'mastra.model_generation.output',
  'mastra.model_step.input',
  'mastra.model_step.output',
  'mastra.tool_call.input',
  'mastra.tool_call.output',
  'gcp.vertex.agent.llm_request',
  'gcp.vertex.agent.llm_response',
  'gcp.vertex.agent.tool_call_args',
  'gcp.vertex.agent.tool_response',
  'genkit:input',
  'genkit:output',
  'mlflow.spanInputs',
  'mlflow.spanOutputs',
  'user_prompt',
  'new_context',
  'response.model_output',
  'prompt',
]);

/** Followed by a number, as Traceloop and OpenInference flatten lists. */
const FLATTENED = /^(gen_ai\.(prompt|completion)|llm\.(input_messages|output_messages|prompts|completions))\.\d/;

/** Of keys that are not flattened. */
export const PROMPT_KEYS: Iterable<string> = KEYS;

export function holdsPrompt(key: string): boolean {
  return KEYS.has(key) || FLATTENED.test(key);
}
