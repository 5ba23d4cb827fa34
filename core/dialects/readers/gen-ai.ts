/**
 * OpenTelemetry's GenAI conventions: the current ones, the next (semantic-conventions-genai), and those of 1.36 and before, whose
 * messages are events.
 */

import type { PlainValue } from '../../model/json-types';
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind, Message } from '../agent-span';
import { evaluationIn } from '../evaluation-event';
import { isObject, textOf } from '../json-objects';
import { answerOf, messagesOf } from '../messages';
import { partsOf, toolDefinitionsOf } from '../parts';
import type { AttributeReader, SpanSource } from '../span-source';
import { providerOf } from './providers';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  chat: 'model',
  generate_content: 'model',
  text_completion: 'model',
  completion: 'model',
  embeddings: 'embedding',
  retrieval: 'retrieval',
  rerank: 'rerank',
  create_agent: 'agent',
  invoke_agent: 'agent',
  execute_tool: 'tool',
  invoke_workflow: 'workflow',
  plan: 'step',
  create_memory_store: 'memory',
  delete_memory_store: 'memory',
  create_memory: 'memory',
  update_memory: 'memory',
  upsert_memory: 'memory',
  search_memory: 'memory',
  delete_memory: 'memory',
});

const PARAMETERS = [
  'temperature',
  'top_p',
  'top_k',
  'max_tokens',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop_sequences',
  'choice.count',
  'stream',
  'reasoning.level',
] as const;

export const genAi: Dialect = {
  name: 'gen-ai',
  read({ name, attributes: a, events }) {
    const messageEvents = events.filter((event) => event.name.startsWith('gen_ai.'));
    if (messageEvents.length === 0 && !a.hasUnder('gen_ai')) return null;
    const spoken = conversation(a, messageEvents);
    const seconds = a.number('gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk');
    return {
      kind: kindOf(a, name),
      provider: named(a.text('gen_ai.provider.name', 'gen_ai.system')),
      requestModel: a.text('gen_ai.request.model'),
      responseModel: a.text('gen_ai.response.model'),
      responseId: a.text('gen_ai.response.id'),
      sessionId: a.text('gen_ai.conversation.id'),
      userId: a.text('gen_ai.user', 'enduser.id'),
      agentName: a.text('gen_ai.agent.name'),
      tool: {
        name: a.text('gen_ai.tool.name'),
        callId: a.text('gen_ai.tool.call.id', 'gen_ai.tool.call_id'),
        description: a.text('gen_ai.tool.description'),
        arguments: a.json('gen_ai.tool.call.arguments'),
        result: a.json('gen_ai.tool.call.result'),
      },
      parameters: parametersOf(a),
      system: partsOf(a.json('gen_ai.system_instructions') ?? null),
      ...spoken,
      toolDefinitions: toolDefinitionsOf(a.json('gen_ai.tool.definitions')),
      usage: {
        input: a.count('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'),
        output: a.count('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'),
        cacheRead: a.count(
          'gen_ai.usage.cache_read.input_tokens',
          'gen_ai.usage.cache_read_input_tokens',
          'gen_ai.usage.details.cache_read_tokens',
          'gen_ai.usage.details.cached_tokens',
        ),
        cacheWrite: a.count(
          'gen_ai.usage.cache_write.input_tokens',
          'gen_ai.usage.cache_creation.input_tokens',
          'gen_ai.usage.cache_creation_input_tokens',
          'gen_ai.usage.details.cache_write_tokens',
          'gen_ai.usage.details.cache_creation_input_tokens',
        ),
        reasoning: a.count(
          'gen_ai.usage.reasoning.output_tokens',
          'gen_ai.usage.reasoning_tokens',
          'gen_ai.usage.details.reasoning_tokens',
        ),
        inputAudio: a.count('gen_ai.usage.audio.input_tokens'),
        outputAudio: a.count('gen_ai.usage.audio.output_tokens'),
        inputImage: a.count('gen_ai.usage.image.input_tokens'),
      },
      finishReasons: a.texts('gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason'),
      timeToFirstTokenNs: seconds === undefined ? null : Math.round(seconds * 1e9),
      documents: documentsOf(a.json('gen_ai.retrieval.documents')),
      inputValue: a.json('gen_ai.retrieval.query.text', 'gen_ai.memory.query.text'),
      evaluations: [a, ...messageEvents.map(({ attributes }) => attributes)].flatMap((of) => evaluationIn(of) ?? []),
    } satisfies AgentFacts;
  },
};

function kindOf(a: AttributeReader, name: string): AgentSpanKind | undefined {
  const operation = a.text('gen_ai.operation.name');
  if (operation !== undefined && KINDS[operation]) return KINDS[operation];
  if (a.has('gen_ai.tool.name') || a.has('gen_ai.tool.call.id')) return 'tool';
  if (a.has('gen_ai.request.model') || a.has('gen_ai.response.model')) {
    return /embed/i.test(operation ?? name) ? 'embedding' : 'model';
  }
  return a.has('gen_ai.agent.name') || a.has('gen_ai.agent.id') ? 'agent' : undefined;
}

function named(provider: string | undefined): string | undefined {
  return provider === undefined ? undefined : providerOf(provider);
}

function parametersOf(a: AttributeReader): { [name: string]: PlainValue } {
  const found: { [name: string]: PlainValue } = {};
  for (const name of PARAMETERS) {
    const value = a.value(`gen_ai.request.${name}`);
    if (value !== undefined) found[name] = value;
  }
  const type = a.value('gen_ai.output.type');
  return type === undefined ? found : { ...found, 'output.type': type };
}

function conversation(a: AttributeReader, events: SpanSource['events']): Pick<AgentFacts, 'input' | 'output'> {
  const input = messagesOf(a.json('gen_ai.input.messages'));
  const output = answerOf(a.json('gen_ai.output.messages'));
  if (input || output) return { input, output };
  const details = events.find((event) => event.name === 'gen_ai.client.inference.operation.details');
  if (details) {
    return {
      input: messagesOf(details.attributes.json('gen_ai.input.messages')),
      output: answerOf(details.attributes.json('gen_ai.output.messages')),
    };
  }
  const said = ofEvents(events);
  return {
    input: said.input ?? messagesOf(a.json('gen_ai.prompt')),
    output: said.output ?? (a.has('gen_ai.completion') ? answerOf(a.json('gen_ai.completion')) : null),
  };
}

/** Events of 1.28 to 1.36, one a message; of 1.26 and 1.27, one for all. */
function ofEvents(events: SpanSource['events']): { input: Message[] | null; output: Message[] | null } {
  const input: Message[] = [];
  const output: Message[] = [];
  for (const { name, attributes } of events) {
    if (name === 'gen_ai.content.prompt') input.push(...(messagesOf(attributes.json('gen_ai.prompt')) ?? []));
    else if (name === 'gen_ai.content.completion') {
      output.push(...(answerOf(attributes.json('gen_ai.completion')) ?? []));
    } else if (/^gen_ai\.(system|user|assistant|tool)\.message$/.test(name) || name === 'gen_ai.choice') {
      const plain = Object.fromEntries(attributes.keys.map((key) => [key, attributes.json(key) ?? null]));
      const body = isObject(plain.body) ? { ...plain, ...plain.body } : plain;
      if (name === 'gen_ai.choice') {
        const answer = isObject(body.message) ? body : { finish_reason: body.finish_reason ?? null, message: body };
        output.push(...(messagesOf([answer as PlainValue]) ?? []));
      } else input.push(...(messagesOf([{ ...body, 'event.name': name } as PlainValue]) ?? []));
    }
  }
  return { input: input.length > 0 ? input : null, output: output.length > 0 ? output : null };
}

function documentsOf(value: PlainValue | undefined): AgentFacts['documents'] {
  if (!Array.isArray(value)) return null;
  return value.flatMap((document) => {
    if (!isObject(document)) return [];
    const { id, score, content, text, page_content, metadata } = document;
    return {
      id: typeof id === 'number' ? String(id) : textOf(id),
      score: typeof score === 'number' ? score : null,
      content: textOf(content ?? text ?? page_content),
      metadata: metadata ?? null,
    };
  });
}
