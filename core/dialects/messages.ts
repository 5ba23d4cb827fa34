/**
 * Messages as anybody writes them: OpenTelemetry's parts, OpenAI's chat and responses, Anthropic's blocks, Gemini's contents, the AI
 * SDK's, LangChain's, and events of the older conventions.
 */

import type { PlainValue } from '../model/json-types';
import { wordTable } from '../model/word-table';
import type { Message, Part, ToolDefinition } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { partsOf, toolCallsOf, toolDefinitionsOf } from './parts';
import { isTruncatedJson, parsed } from './span-source';

/** LangChain, Gemini, older events. */
const ROLES: Readonly<Record<string, string>> = wordTable({
  human: 'user',
  ai: 'assistant',
  model: 'assistant',
  developer: 'system',
  function: 'tool',
  chatbot: 'assistant',
  HumanMessage: 'user',
  AIMessage: 'assistant',
  AIMessageChunk: 'assistant',
  SystemMessage: 'system',
  ToolMessage: 'tool',
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
});

/** Where requests and answers keep their messages. */
const LISTS = ['messages', 'contents', 'input', 'choices', 'candidates', 'output', 'generations'] as const;

export function roleOf(role: string): string {
  return ROLES[role] ?? role.toLowerCase();
}

/** Null: these are no messages. */
export function messagesOf(value: PlainValue | undefined): Message[] | null {
  if (value === undefined || value === null) return null;
  if (isTruncatedJson(value)) return [{ role: 'user', parts: [{ type: 'truncated', text: value }] }];
  const json = parsed(value);
  if (Array.isArray(json)) return listOf(json);
  if (!isObject(json)) return null;
  const one = messageOf(json);
  if (one) return resultsApart(one);
  if (isObject(json.new_message)) return messagesOf(json.new_message);
  for (const key of LISTS) {
    const list = parsed(json[key] ?? null);
    if (!Array.isArray(list)) continue;
    const messages = listOf(list);
    if (messages) return [...systemOf(json), ...messages];
  }
  return null;
}

/** What a model answered, where that may be plain text. */
export function answerOf(value: PlainValue | undefined): Message[] | null {
  if (value === undefined || value === null || value === '') return null;
  if (isTruncatedJson(value)) return [{ role: 'assistant', parts: [{ type: 'truncated', text: value }] }];
  const messages = messagesOf(value);
  if (messages) return messages.map((message) => (message.role === '' ? { ...message, role: 'assistant' } : message));
  const json = parsed(value);
  if (typeof json === 'object' && json !== null && Object.keys(json).length === 0) return null;
  const calls = Array.isArray(json) ? toolCallsOf(json) : [];
  if (calls.length > 0) return [{ role: 'assistant', parts: calls }];
  if (isObject(json) && typeof json.text === 'string') {
    const finishReason = textOf(json.finish_reason ?? json.finishReason);
    return [
      {
        role: 'assistant',
        parts: [{ type: 'text', text: json.text }],
        ...(finishReason ? { finishReason } : {}),
      },
    ];
  }
  return [{ role: 'assistant', parts: [typeof json === 'string' ? { type: 'text', text: json } : other(json)] }];
}

function other(value: PlainValue): Part {
  return { type: 'other', value };
}

function listOf(list: readonly PlainValue[]): Message[] | null {
  if (list.length === 0) return null;
  // LangChain sends a list of lists: one for each prompt.
  const items = list.length === 1 && Array.isArray(list[0]) ? (list[0] as PlainValue[]) : list;
  const messages: Message[] = [];
  for (const item of items) {
    if (isDefinition(item)) continue;
    const message = isObject(item) ? messageOf(item) : null;
    if (!message) return null;
    messages.push(...resultsApart(message));
  }
  return messages;
}

/** LangChain's callback lists the tools that a model may call behind what was said. */
function isDefinition(item: PlainValue): boolean {
  const content = isObject(item) && item.role === 'tool' ? item.content : null;
  return isObject(content) && content.type === 'function' && isObject(content.function);
}

/** Results of tools are messages of their own, each: Anthropic and others put several into what the user says. */
function resultsApart(message: Message): Message[] {
  const results = message.parts.filter(({ type }) => type === 'tool_result');
  if (results.length === 0 || message.role === 'assistant') return [message];
  const rest = message.parts.filter(({ type }) => type !== 'tool_result');
  const apart = results.map((part): Message => ({ role: 'tool', parts: [part] }));
  return rest.length > 0
    ? [...apart, { ...message, role: message.role === 'tool' ? 'user' : message.role, parts: rest }]
    : apart;
}

/** Definitions of tools that stand among messages, or beside them in a request. */
export function toolsAmong(value: PlainValue | undefined): ToolDefinition[] {
  const json = parsed(value ?? null);
  if (isObject(json)) {
    const config = isObject(json.config) ? json.config : {};
    return toolDefinitionsOf(json.tools ?? config.tools);
  }
  return Array.isArray(json)
    ? json.filter(isDefinition).flatMap((one) => toolDefinitionsOf((one as JsonObject).content))
    : [];
}

/** What stands beside the messages: Anthropic's and the AI SDK's system prompt, Gemini's instruction. */
function systemOf(request: JsonObject): Message[] {
  const config = isObject(request.config) ? request.config : {};
  const system = request.system ?? request.instructions ?? request.system_instruction ?? config.system_instruction;
  const parts =
    system === undefined || system === null ? [] : partsOf(isObject(system) ? (system.parts ?? system) : system);
  return parts.length > 0 ? [{ role: 'system', parts }] : [];
}

function messageOf(json: JsonObject): Message | null {
  const inner = wrapped(json);
  if (inner) return inner;
  const role = textOf(json.role) ?? roleOfType(json);
  if (role === null) return responsesItem(json);
  const name = textOf(json.name);
  const finishReason = textOf(json.finish_reason ?? json.finishReason ?? json.stop_reason);
  const parts = messageParts(json, roleOf(role));
  return {
    role: roleOf(role),
    parts,
    ...(name ? { name } : {}),
    ...(finishReason ? { finishReason } : {}),
  };
}

function messageParts(json: JsonObject, role: string): Part[] {
  const reasoning = textOf(json.reasoning_content ?? json.reasoning ?? json.thinking);
  const kwargs = isObject(json.additional_kwargs) ? json.additional_kwargs : {};
  const body = partsOf(parsedContent(json.parts ?? json.contents ?? json.content ?? json.tool_result ?? null));
  const calls = [
    ...toolCallsOf(json.tool_calls ?? kwargs.tool_calls ?? json.toolCalls ?? null),
    ...toolCallsOf(json.function_call ?? kwargs.function_call ?? null),
  ];
  const known = new Set(body.flatMap((part) => (part.type === 'tool_call' ? [part.id] : [])));
  const refusal = textOf(json.refusal);
  const parts: Part[] = [
    ...(reasoning ? [{ type: 'reasoning', text: reasoning } as const] : []),
    ...body,
    ...(refusal ? [{ type: 'text', text: refusal } as const] : []),
    ...calls.filter((call) => call.type !== 'tool_call' || call.id === null || !known.has(call.id)),
  ];
  const answers = textOf(json.tool_call_id ?? json.toolCallId) ?? (role === 'tool' ? textOf(json.id) : null);
  if (role !== 'tool' || parts.some(({ type }) => type === 'tool_result')) return parts;
  // What a tool said is a result, whatever it is made of.
  const name = textOf(json.name);
  const texts = parts.map((part) => (part.type === 'text' ? part.text : part.type === 'other' ? part.value : null));
  if (texts.includes(null) || parts.length === 0) return parts;
  const result = texts.length === 1 ? (texts[0] as PlainValue) : (texts as PlainValue[]);
  return [{ type: 'tool_result', id: answers, ...(name ? { name } : {}), result }];
}

/** Content that is the JSON of parts, as some exporters write it. */
function parsedContent(content: PlainValue): PlainValue {
  if (typeof content !== 'string' || !content.startsWith('[{"type"')) return content;
  return parsed(content);
}

/** A message in another: a choice, a candidate, LangChain's serialised form, a generation. */
function wrapped(json: JsonObject): Message | null {
  const finishReason = textOf(json.finish_reason ?? json.finishReason);
  const ended = (message: Message | null): Message | null =>
    message && finishReason ? { ...message, finishReason } : message;
  if (isObject(json.message)) return ended(messageOf({ role: 'assistant', ...json.message }));
  if (isObject(json.content) && json.role === undefined) return ended(messageOf({ role: 'model', ...json.content }));
  if (isObject(json.kwargs) && Array.isArray(json.id)) {
    const type = String(json.id.at(-1) ?? '');
    return messageOf({ role: type, ...json.kwargs, type: null });
  }
  if (isObject(json.data) && typeof json.type === 'string') return messageOf({ role: json.type, ...json.data });
  return null;
}

function roleOfType(json: JsonObject): string | null {
  const event = textOf(json['event.name']);
  if (event && ROLES[event]) return event;
  const type = textOf(json.type);
  const isRole = type !== null && (ROLES[type] !== undefined || type === 'system' || type === 'tool');
  return isRole && json.content !== undefined ? type : null;
}

/** An item of OpenAI's responses, which is no message but stands among them. */
function responsesItem(json: JsonObject): Message | null {
  switch (json.type) {
    case 'function_call':
      return { role: 'assistant', parts: toolCallsOf([json]) };
    case 'function_call_output':
      return {
        role: 'tool',
        parts: [{ type: 'tool_result', id: textOf(json.call_id), result: parsed(json.output ?? null) }],
      };
    case 'reasoning': {
      const parts = partsOf(json.summary ?? json.content ?? null).map(
        (part): Part => (part.type === 'text' ? { type: 'reasoning', text: part.text } : part),
      );
      return { role: 'assistant', parts };
    }
    default:
      return null;
  }
}
