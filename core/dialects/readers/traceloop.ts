/** OpenLLMetry (Traceloop), with the prompts it flattens by number, as Koog does too. */

import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind, Message, Part } from '../agent-span';
import { roleOf } from '../messages';
import { contentParts, partsOf } from '../parts';
import type { AttributeReader } from '../span-source';
import { argumentsOf, toolCallsOf, toolDefinitionsOf } from '../tool-parts';

const KINDS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  workflow: 'workflow',
  task: 'step',
  agent: 'agent',
  tool: 'tool',
});
const REQUESTS: Readonly<Record<string, AgentSpanKind>> = wordTable({
  chat: 'model',
  completion: 'model',
  embedding: 'embedding',
  rerank: 'rerank',
});

const PREFIX =
  /^(?:traceloop\.|llm\.(?:request|usage|is_streaming|(?:prompts|completions)\.\d)|gen_ai\.(?:prompt|completion)\.\d|mcp\.(?:request\.argument|response\.value))/;

export const traceloop: Dialect = {
  name: 'traceloop',
  read({ attributes: a }) {
    if (!a.hasUnder('traceloop', 'llm', 'gen_ai', 'mcp') || !a.keys.some((key) => PREFIX.test(key))) return null;
    const said = KINDS[a.text('traceloop.span.kind') ?? ''];
    // Of LlamaIndex, the task that runs a tool.
    const isTool = said === 'tool' || (said === 'step' && a.has('tool.name'));
    const entity = isTool ? 'tool' : said;
    const kind = REQUESTS[a.text('llm.request.type') ?? ''] ?? entity;
    const input = a.json('traceloop.entity.input', 'mcp.request.argument');
    const output = a.json('traceloop.entity.output', 'mcp.response.value');
    const name = a.text('traceloop.entity.name');
    return {
      kind,
      agentName: entity === 'agent' ? name : null,
      tool: isTool
        ? { name: a.text('tool.name') ?? name, arguments: a.json('tool.arguments') ?? input, result: output }
        : undefined,
      input: messagesAt(a, 'gen_ai.prompt') ?? messagesAt(a, 'llm.prompts'),
      output: messagesAt(a, 'gen_ai.completion') ?? messagesAt(a, 'llm.completions'),
      inputValue: isTool ? null : input,
      outputValue: isTool ? null : output,
      toolDefinitions: a.list('llm.request.functions').flatMap((item) => toolDefinitionsOf(definition(item))),
      finishReasons: a.texts('gen_ai.response.finish_reason', 'gen_ai.response.stop_reason'),
    } satisfies AgentFacts;
  },
};

function messagesAt(a: AttributeReader, prefix: string): Message[] | null {
  const usual = prefix === 'gen_ai.prompt' || prefix === 'llm.prompts' ? 'user' : 'assistant';
  const messages = a.list(prefix).flatMap((item): Message[] => {
    // OpenInference's prompts have the same name, and are texts.
    if (prefix === 'llm.prompts' && !item.has('content') && !item.has('role')) return [];
    const role = roleOf(item.text('role') ?? usual);
    const content = item.value('content') ?? null;
    const blocks = contentParts(content);
    // Koog has the JSON of calls as the text of messages, of whatever role: as such it is shown.
    const said = blocks.some(({ type }) => type === 'tool_call') ? partsOf(content) : blocks;
    const thought = item.text('reasoning', 'reasoning_content');
    const answers = item.text('tool_call_id');
    const [only] = said;
    const isResult = role === 'tool' && said.length === 1 && only?.type === 'text';
    const parts: readonly Part[] = [
      ...(thought === undefined ? [] : partsOf([{ type: 'reasoning', text: thought }])),
      ...(isResult ? [{ type: 'tool_result', id: answers ?? null, result: only.text } as const] : said),
    ];
    const finishReason = item.text('finish_reason');
    return [{ role, parts: [...parts, ...callsOf(item)], ...(finishReason ? { finishReason } : {}) }];
  });
  return messages.length > 0 ? messages : null;
}

function callsOf(item: AttributeReader): Part[] {
  const calls = item.list('tool_calls').flatMap((call): Part[] => {
    const name = call.text('name', 'function.name');
    if (name === undefined) return [];
    const given = argumentsOf(call.value('arguments') ?? call.value('function.arguments') ?? null);
    return [{ type: 'tool_call', id: call.text('id') ?? null, name, arguments: given }];
  });
  // LiteLLM has one call, as OpenAI had before tools.
  const name = item.text('function_call.name');
  if (calls.length > 0 || name === undefined) return calls.length > 0 ? calls : toolCallsOf(item.json('tool_calls'));
  return [{ type: 'tool_call', id: null, name, arguments: argumentsOf(item.value('function_call.arguments') ?? null) }];
}

function definition(item: AttributeReader) {
  return {
    name: item.text('name') ?? null,
    description: item.text('description') ?? null,
    parameters: item.json('parameters') ?? null,
  };
}
