/** The AI SDK of Vercel, versions 4 to 6 and the legacy integration of 7. Outer spans repeat the usage of the inner ones. */

import type { PlainValue } from '../../model/json-types';
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind, Message, Part } from '../agent-span';
import { isObject, textOf } from '../json-objects';
import { messagesOf } from '../messages';
import { contentParts, partsOf } from '../parts';
import type { AttributeReader } from '../span-source';
import { toolCallsOf, toolDefinitionsOf } from '../tool-parts';
import { usageOfObject } from '../usage';

const SETTINGS: Readonly<Record<string, string>> = wordTable({
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  maxTokens: 'max_tokens',
  maxOutputTokens: 'max_tokens',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  seed: 'seed',
  stopSequences: 'stop_sequences',
});

const OPERATION = /^ai\.(?:generate|stream)(?:Text|Object)(?:\.|$)|^ai\.(?:embed|embedMany|rerank|toolCall)(?:\.|$)/;

export const vercel: Dialect = {
  name: 'vercel',
  read({ name, attributes: a }) {
    const operation = a.text('ai.operationId') ?? (OPERATION.test(name) ? name : undefined);
    if (operation === undefined && !a.hasUnder('ai')) return null;
    const kind = operation === undefined ? undefined : kindOf(operation);
    const isTool = kind === 'tool';
    const ms = a.number('ai.response.msToFirstChunk');
    const prompt = a.json('ai.prompt.messages', 'ai.prompt');
    return {
      kind,
      responseId: a.text('ai.response.id'),
      agentName: a.text('ai.telemetry.functionId'),
      tool: isTool
        ? {
            name: a.text('ai.toolCall.name'),
            callId: a.text('ai.toolCall.id'),
            arguments: a.json('ai.toolCall.args', 'ai.toolCall.input'),
            result: a.json('ai.toolCall.result', 'ai.toolCall.output'),
          }
        : undefined,
      parameters: parametersOf(a),
      input: promptOf(prompt),
      output: answerOf(a),
      inputValue: a.json('ai.value', 'ai.values'),
      toolDefinitions: toolDefinitionsOf(toolsOf(a)),
      usage: cachedOf(a.json('ai.response.providerMetadata')),
      finishReasons: a.texts('ai.response.finishReason'),
      timeToFirstTokenNs: ms === undefined ? null : Math.round(ms * 1e6),
    } satisfies AgentFacts;
  },
};

/** What providers say of their caches where the SDK has no name for it: `{anthropic: {cacheCreationInputTokens: 5}}`. */
function cachedOf(metadata: PlainValue | undefined): AgentFacts['usage'] {
  if (!isObject(metadata)) return undefined;
  const said = Object.values(metadata).map((of) => usageOfObject(isObject(of) ? { ...of, usage: null } : of));
  const raw = Object.values(metadata).map((of) => (isObject(of) ? usageOfObject(of.usage) : null));
  const of = (count: 'cacheRead' | 'cacheWrite' | 'cacheWriteHour' | 'reasoning'): number | undefined =>
    [...raw, ...said].map((usage) => usage?.[count]).find((tokens) => tokens != null) ?? undefined;
  return {
    cacheRead: of('cacheRead'),
    cacheWrite: of('cacheWrite'),
    cacheWriteHour: of('cacheWriteHour'),
    reasoning: of('reasoning'),
  };
}

function kindOf(operation: string): AgentSpanKind {
  if (operation === 'ai.toolCall') return 'tool';
  if (operation.startsWith('ai.rerank')) return 'rerank';
  if (operation.endsWith('.doEmbed')) return 'embedding';
  if (/\.do(?:Generate|Stream)$/.test(operation)) return 'model';
  // What it does is done, and counted, in the spans within.
  return operation.startsWith('ai.embed') ? 'step' : 'agent';
}

/** `{system, prompt}` or `{system, messages}` of the outer span, messages of the inner. */
function promptOf(prompt: PlainValue | undefined): Message[] | null {
  if (!isObject(prompt) || textOf(prompt.prompt) === null) return messagesOf(prompt);
  const system = textOf(prompt.system);
  return [
    ...(system ? [{ role: 'system', parts: partsOf(system) }] : []),
    { role: 'user', parts: partsOf(prompt.prompt as string) },
  ];
}

function answerOf(a: AttributeReader): Message[] | null {
  const reasoning = a.text('ai.response.reasoning');
  const text = a.text('ai.response.text', 'ai.result.text');
  const object = a.json('ai.response.object', 'ai.result.object');
  const parts: Part[] = [
    ...thoughtsOf(reasoning ?? null),
    ...partsOf(text ?? null),
    ...(object === undefined ? [] : [{ type: 'other', value: object } as const]),
    ...toolCallsOf(a.json('ai.response.toolCalls', 'ai.result.toolCalls') ?? null),
  ];
  const finishReason = a.text('ai.response.finishReason');
  return parts.length > 0 ? [{ role: 'assistant', parts, ...(finishReason ? { finishReason } : {}) }] : null;
}

/** Text, or the JSON of parts. */
function thoughtsOf(reasoning: PlainValue): Part[] {
  return contentParts(reasoning).map((part) => (part.type === 'text' ? { type: 'reasoning', text: part.text } : part));
}

function toolsOf(a: AttributeReader): PlainValue {
  return a.json('ai.prompt.tools') ?? null;
}

function parametersOf(a: AttributeReader): { [name: string]: PlainValue } {
  const found: { [name: string]: PlainValue } = {};
  for (const [key, value] of Object.entries(a.under('ai.settings.'))) {
    const name = SETTINGS[key];
    if (name) found[name] = value;
  }
  return found;
}
