/**
 * OpenTelemetry's GenAI conventions: the current ones, the next (semantic-conventions-genai), and those of 1.36 and before, whose
 * messages are events.
 */

import type { PlainValue } from '../../model/json-types';
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind, Part } from '../agent-span';
import { evaluationIn } from '../evaluation-event';
import { askedIn, isGenAiEvent, type Said, saidInEvents, toolInEvents } from '../gen-ai-events';
import { isObject, textOf } from '../json-objects';
import { answerOf, messagesOf } from '../messages';
import { partsOf } from '../parts';
import type { AttributeReader } from '../span-source';
import { toolDefinitionsOf } from '../tool-parts';

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

export const OPENLIT = 'openlit.instrumentation.';
/** As the conventions name spans. */
const CALL_NAME = /^(chat|embeddings|text_completion) (\S+)$/;

export const genAi: Dialect = {
  name: 'gen-ai',
  read({ name, scope, attributes: a, events }) {
    const messageEvents = events.filter((event) => isGenAiEvent(event.name));
    if (messageEvents.length === 0 && !a.hasUnder('gen_ai')) {
      // Calls that fail have nothing else.
      const [, operation = '', model] = scope.startsWith(OPENLIT) ? (CALL_NAME.exec(name) ?? []) : [];
      return operation === '' ? null : { kind: KINDS[operation], requestModel: model };
    }
    const kind = kindOf(a, name);
    const said = saidInEvents(messageEvents);
    const tool = kind === 'tool' ? toolInEvents(said) : {};
    const seconds = a.number('gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk');
    return {
      kind,
      responseId: a.text('gen_ai.response.id'),
      agentName: a.text('gen_ai.agent.name'),
      tool: {
        name: a.text('gen_ai.tool.name'),
        callId: a.text('gen_ai.tool.call.id', 'gen_ai.tool.call_id') ?? tool.id,
        description: a.text('gen_ai.tool.description'),
        arguments: a.json('gen_ai.tool.call.arguments', 'gen_ai.tool.arguments', 'gen_ai.tool.input') ?? tool.arguments,
        result:
          a.json('gen_ai.tool.call.result', 'gen_ai.tool.result', 'gen_ai.tool.output', 'gen_ai.event.content') ??
          tool.result,
      },
      parameters: parametersOf(a),
      system: some(systemOf(a.json('gen_ai.system_instructions'))) ?? said.system,
      ...conversation(a, kind, said),
      toolDefinitions: some(toolDefinitionsOf(a.json('gen_ai.tool.definitions'))) ?? said.tools,
      finishReasons: a.texts(
        'gen_ai.response.finish_reasons',
        'gen_ai.response.finish_reason',
        'anthropic.message.stop_reason',
        'gen_ai.response.stop_reason',
      ),
      timeToFirstTokenNs: seconds === undefined ? null : Math.round(seconds * 1e9),
      documents: documentsOf(a.json('gen_ai.retrieval.documents')),
      inputValue: a.json('gen_ai.retrieval.query.text', 'gen_ai.memory.query.text'),
      evaluations: [a, ...messageEvents.map(({ attributes }) => attributes)].flatMap((of) => evaluationIn(of) ?? []),
    } satisfies AgentFacts;
  },
};

function kindOf(a: AttributeReader, name: string): AgentSpanKind | undefined {
  // Of Google's ADK, which has it beside the spans of the tools themselves.
  if (name === 'execute_tool (merged)') return 'step';
  const operation = a.text('gen_ai.operation.name');
  if (operation !== undefined && KINDS[operation]) return KINDS[operation];
  if (a.has('gen_ai.tool.name') || a.has('gen_ai.tool.call.id')) return 'tool';
  if (a.has('gen_ai.request.model') || a.has('gen_ai.response.model')) {
    return /embed/i.test(operation ?? name) ? 'embedding' : 'model';
  }
  // Traceloop names the agent on all that it does, and says what that is.
  if (a.has('traceloop.span.kind')) return undefined;
  return a.has('gen_ai.agent.name') || a.has('gen_ai.agent.id') ? 'agent' : undefined;
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

/** Attributes are believed before events, each side by itself. */
function conversation(
  a: AttributeReader,
  kind: AgentSpanKind | undefined,
  said: Said,
): Pick<AgentFacts, 'input' | 'output'> {
  if (kind === 'tool') return {};
  const isTold = kind === 'model' || kind === 'agent';
  const input = a.json('gen_ai.input.messages', 'gen_ai.content.prompt', 'gen_ai.agent.invocation_input');
  const prompt = a.json('gen_ai.prompt');
  return {
    input: some(askedIn(input)) ?? some(said.input) ?? (isTold ? some(askedIn(prompt)) : messagesOf(prompt)),
    output:
      answerOf(a.json('gen_ai.output.messages', 'gen_ai.content.completion', 'gen_ai.agent.invocation_output')) ??
      some(said.output) ??
      (a.has('gen_ai.completion') ? answerOf(a.json('gen_ai.completion')) : null),
  };
}

function some<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}

/** Parts, or messages of the system. */
function systemOf(value: PlainValue | undefined): Part[] {
  const messages = messagesOf(value);
  if (messages) return messages.flatMap(({ parts }) => parts);
  return partsOf(isObject(value) && Array.isArray(value.parts) ? value.parts : (value ?? null));
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
