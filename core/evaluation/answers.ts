/** Answers as evaluators look at them. */
import type { DatasetPrompt, EvaluatedAnswer } from '../api/evaluation';
import type { PromptAnswer } from '../api/playground';
import type { AgentSpan, Message } from '../dialects/agent-span';

export function promptOf({ system, input, toolDefinitions, parameters }: AgentSpan): DatasetPrompt {
  return {
    messages: [...(system.length > 0 ? [{ role: 'system', parts: system }] : []), ...input],
    tools: toolDefinitions,
    parameters,
  };
}

/** Of a recorded call. */
export function recordedAnswer(
  { output, usage, requestModel, responseModel }: AgentSpan,
  durationNs: number | null,
  costUsd: number | null,
  error: string | null,
): EvaluatedAnswer {
  return {
    ...saidIn(output),
    error,
    model: responseModel ?? requestModel,
    durationNs,
    inputTokens: usage.input,
    outputTokens: usage.output,
    costUsd,
  };
}

export function triedAnswer({ messages, error, model, durationNs, usage, costUsd }: PromptAnswer): EvaluatedAnswer {
  return {
    ...saidIn(messages),
    error,
    model,
    durationNs,
    inputTokens: usage.input,
    outputTokens: usage.output,
    costUsd,
  };
}

function saidIn(messages: readonly Message[]): Pick<EvaluatedAnswer, 'text' | 'toolCalls'> {
  const parts = messages.flatMap((message) => message.parts);
  return {
    text: parts
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n')
      .trim(),
    toolCalls: parts.flatMap((part) => (part.type === 'tool_call' ? [part.name] : [])),
  };
}
