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
  'user_prompt',
  'prompt',
]);

/** Followed by a number, as Traceloop and OpenInference flatten lists. */
const FLATTENED = /^(gen_ai\.(prompt|completion)|llm\.(input_messages|output_messages|prompts|completions))\.\d/;

/** Of keys that are not flattened. */
export const PROMPT_KEYS: Iterable<string> = KEYS;

export function holdsPrompt(key: string): boolean {
  return KEYS.has(key) || FLATTENED.test(key);
}
