/** OpenInference (Arize Phoenix): lists flattened by number. Source: openinference, spec/semantic_conventions.md. */

import type { Evaluation } from '../../model/evaluation';
import type { PlainValue } from '../../model/json-types';
import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind, Message, Part, RetrievedDocument, ToolDefinition } from '../agent-span';
import { askedIn } from '../gen-ai-events';
import { isObject, textOf } from '../json-objects';
import { answerOf, messagesOf, roleOf } from '../messages';
import { contentParts, partsOf } from '../parts';
import { richer } from '../richer';
import { type AttributeReader, parsed } from '../span-source';
import { argumentsOf, toolCallsOf, toolDefinitionsOf } from '../tool-parts';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  LLM: 'model',
  EMBEDDING: 'embedding',
  CHAIN: 'step',
  RETRIEVER: 'retrieval',
  RERANKER: 'rerank',
  TOOL: 'tool',
  AGENT: 'agent',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
  PROMPT: 'prompt',
});

const HEADS = ['openinference', 'llm', 'retrieval', 'reranker', 'embedding', 'input', 'output'] as const;
const PREFIX = /^(?:openinference\.|llm\.|retrieval\.documents\.|reranker\.|embedding\.|(?:input|output)\.value$)/;

/** Methods of a model's class that do not ask it, which LlamaIndex's instrumentation tells as if they did. */
const NO_CALL = /\._?(?:prepare_chat_with_tools|get_tool_calls_from_response)$/;

/** Whose events are spans of the kind of what they happened to. */
const BEEAI = 'openinference.instrumentation.beeai';

const OPENAI_AGENTS = 'openinference.instrumentation.openai_agents';

export const openInference: Dialect = {
  name: 'openinference',
  read({ name, attributes: a, scope }) {
    if (!a.hasUnder(...HEADS) || !a.keys.some((key) => PREFIX.test(key))) return null;
    const told = KINDS[a.text('openinference.span.kind')?.toUpperCase() ?? ''];
    // The whole run of the OpenAI Agents SDK is none of its agents, which are nodes of a graph.
    const isRun = told === 'agent' && scope === OPENAI_AGENTS && !a.has('graph.node.id') && !a.has('agent.name');
    const isPart = told === 'model' && (NO_CALL.test(name) || (scope === BEEAI && !a.has('llm.model_name')));
    const kind = isRun ? 'workflow' : isPart ? 'step' : told === 'step' && isAgent(name, a) ? 'agent' : told;
    const isTool = kind === 'tool';
    const input = messagesAt(a, 'llm.input_messages') ?? promptsOf(a);
    const output = messagesAt(a, 'llm.output_messages') ?? choicesOf(a);
    const answer = a.json('output.value');
    const whole = (value: PlainValue | undefined, read: typeof messagesOf) => (isTool ? null : (read(value) ?? null));
    return {
      kind: kind ?? (input || output || a.has('llm.model_name') ? 'model' : undefined),
      requestModel: a.text('reranker.model_name'),
      agentName: a.text('agent.name'),
      tool: {
        name: a.text('tool.name'),
        callId: a.text('tool.id', 'tool_call.id'),
        description: a.text('tool.description'),
        arguments: isTool ? (a.json('input.value') ?? a.json('tool.parameters')) : undefined,
        result: isTool ? answer : undefined,
      },
      parameters: parametersOf(a),
      input: input && richer(input, whole(a.json('input.value'), messagesOf)),
      output: output && richer(output, whole(answer, answerOf), typeof answer === 'string'),
      inputValue: isTool ? null : a.json('input.value', 'reranker.query'),
      outputValue: isTool ? null : answer,
      toolDefinitions: a.list('llm.tools').flatMap(toolOf),
      finishReasons: a.texts('llm.finish_reason'),
      documents: [...documentsAt(a, 'retrieval.documents'), ...documentsAt(a, 'reranker.output_documents')],
      evaluations: ['annotations', 'evaluations'].flatMap((key) => a.list(key).flatMap(evaluationOf)),
    } satisfies AgentFacts;
  },
};

/** LangChain for JavaScript has an agent as the graph that it is, whose nodes are its steps; its metadata names it. */
function isAgent(name: string, a: AttributeReader): boolean {
  const metadata = a.json('metadata');
  return isObject(metadata) && metadata.lc_agent_name === name && metadata.langgraph_node === undefined;
}

function messagesAt(a: AttributeReader, prefix: string): Message[] | null {
  if (a.has(prefix)) return messagesOf(a.json(prefix));
  const messages = a.list(prefix).map((item): Message => {
    const role = roleOf(item.text('message.role') ?? '');
    const name = item.text('message.name');
    const blocks = item.list('message.contents').flatMap(contentOf);
    const content = contentParts(item.value('message.content') ?? null);
    // The text of the blocks may stand beside them, too.
    const said = withCalls([...(sameText(content, blocks) ? [] : content), ...blocks]);
    const answers = item.text('message.tool_call_id');
    const parts = role === 'tool' && said.length > 0 ? [resultOf(said, answers ?? null, name)] : said;
    return { role, ...(name ? { name } : {}), parts: [...parts, ...callsOf(item)] };
  });
  return messages.length > 0 ? messages : null;
}

/** smolagents has calls as text. */
function withCalls(parts: readonly Part[]): readonly Part[] {
  const [only] = parts;
  const [, calls] =
    only?.type === 'text' && parts.length === 1 ? (/^Calling tools:\n(\[.*\])\s*$/s.exec(only.text) ?? []) : [];
  const called = calls === undefined ? [] : toolCallsOf(calls);
  return called.length > 0 ? called : parts;
}

function sameText(content: readonly Part[], blocks: readonly Part[]): boolean {
  const [one, other] = [content, blocks].map((parts) =>
    parts
      .flatMap((part) => (part.type === 'text' ? part.text : []))
      .join('')
      .replace(/\s/g, ''),
  );
  return one === other && content.every(({ type }) => type === 'text');
}

function contentOf(item: AttributeReader): Part[] {
  const image = item.text('message_content.image.image.url', 'message_content.image.url');
  if (image !== undefined) return partsOf([{ type: 'image', image }]);
  const data = item.text('message_content.data');
  const text = item.text('message_content.text') ?? '';
  if (item.text('message_content.type') === 'reasoning') return [{ type: 'reasoning', text }];
  if (data !== undefined) return [{ type: 'blob', mimeType: item.text('message_content.mime_type') ?? null, data }];
  return text === '' ? [] : [{ type: 'text', text }];
}

function callsOf(item: AttributeReader): Part[] {
  const listed = item.list('message.tool_calls').flatMap(callOf);
  // The same calls, or calls alone, stand among the blocks of some.
  const calls = listed.length > 0 ? listed : item.list('message.contents').flatMap(callOf);
  const legacy = item.text('message.function_call_name');
  if (legacy === undefined) return calls;
  const given = item.json('message.function_call_arguments_json') ?? null;
  return [...calls, { type: 'tool_call', id: null, name: legacy, arguments: given }];
}

function callOf(call: AttributeReader): Part[] {
  const name = call.text('tool_call.function.name');
  if (name === undefined) return [];
  const given = argumentsOf(call.value('tool_call.function.arguments') ?? null);
  return [{ type: 'tool_call', id: call.text('tool_call.id') ?? null, name, arguments: given }];
}

function resultOf(parts: readonly Part[], id: string | null, name: string | undefined): Part {
  const texts = parts.map((part): PlainValue => (part.type === 'text' ? part.text : (part as unknown as PlainValue)));
  const result = texts.length === 1 ? (texts[0] as PlainValue) : texts;
  return { type: 'tool_result', id, ...(name ? { name } : {}), result };
}

function promptsOf(a: AttributeReader): Message[] | null {
  if (a.has('llm.prompts')) return askedIn(a.json('llm.prompts'));
  const prompts = a.list('llm.prompts').flatMap((item): Message[] => {
    const said = item.value('prompt.text') ?? item.value('');
    // Traceloop's messages had the same name.
    return said === undefined ? [] : [{ role: 'user', parts: partsOf(said) }];
  });
  return prompts.length > 0 ? prompts : null;
}

function choicesOf(a: AttributeReader): Message[] | null {
  const choices = a.list('llm.choices').map((item): Message => {
    return { role: 'assistant', parts: partsOf(item.value('completion.text') ?? null) };
  });
  return choices.length > 0 ? choices : null;
}

function toolOf(item: AttributeReader): ToolDefinition[] {
  return toolDefinitionsOf(item.json('tool.json_schema'));
}

function parametersOf(a: AttributeReader): { [name: string]: PlainValue } {
  const given = a.json('llm.invocation_parameters');
  if (!isObject(given)) return {};
  return Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'messages' && key !== 'tools'));
}

function documentsAt(a: AttributeReader, prefix: string): RetrievedDocument[] {
  return a.list(prefix).map((item) => {
    return {
      id: item.text('document.id') ?? null,
      score: item.number('document.score') ?? null,
      content: textOf(item.value('document.content')),
      metadata: parsed(item.value('document.metadata') ?? null),
    };
  });
}

function evaluationOf(item: AttributeReader): Evaluation[] {
  for (const prefix of ['annotation', 'evaluation']) {
    const name = item.text(`${prefix}.name`);
    if (name === undefined) continue;
    return [
      {
        name,
        score: item.number(`${prefix}.score`) ?? null,
        label: item.text(`${prefix}.label`) ?? null,
        explanation: item.text(`${prefix}.explanation`) ?? null,
      },
    ];
  }
  return [];
}
