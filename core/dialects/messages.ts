/**
 * Messages as anybody writes them: OpenTelemetry's parts, OpenAI's chat and responses, Anthropic's blocks, Gemini's contents, the AI
 * SDK's, LangChain's, and events of the older conventions.
 */

import type { PlainValue } from '../model/json-types';
import { wordTable } from '../model/word-table';
import type { Message, Part, ToolDefinition } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { imagesOf } from './media-parts';
import { contentParts, partsOf } from './parts';
import { responsesItem } from './responses-items';
import { isTruncatedJson, parsed } from './span-source';
import { toolCallsOf, toolDefinitionsOf } from './tool-parts';

/** LangChain, Gemini, older events. */
const ROLES: Readonly<Record<string, string>> = wordTable({
  human: 'user',
  ai: 'assistant',
  model: 'assistant',
  developer: 'system',
  function: 'tool',
  chatbot: 'assistant',
  bot: 'assistant',
  HumanMessage: 'user',
  AIMessage: 'assistant',
  UserMessage: 'user',
  AssistantMessage: 'assistant',
  // smolagents sends calls as what the model said, and what came back as what the user said.
  'tool-call': 'assistant',
  'tool-response': 'user',
  FunctionMessage: 'tool',
  FunctionExecutionResultMessage: 'tool',
  HumanMessageChunk: 'user',
  SystemMessageChunk: 'system',
  ToolMessageChunk: 'tool',
  AIMessageChunk: 'assistant',
  SystemMessage: 'system',
  ToolMessage: 'tool',
  'gen_ai.system.message': 'system',
  'gen_ai.developer.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
  'gen_ai.function.message': 'tool',
});

/** Where requests and answers keep their messages. */
const LISTS = [
  'messages',
  'contents',
  'input',
  'choices',
  'candidates',
  'output',
  'generations',
  'replies',
  'prompt',
] as const;

/** @param role may be the text of an enumeration: `MessageRole.USER` */
export function roleOf(role: string): string {
  const lower = role.replace(/^\w*Role\./, '').toLowerCase();
  return ROLES[role] ?? ROLES[lower] ?? lower;
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
  // Cohere's first API: what is said now stands beside what was said before.
  if (typeof json.message === 'string' && Array.isArray(json.chat_history)) {
    const before = listOf(json.chat_history) ?? [];
    return [...systemOf(json), ...before, { role: 'user', parts: partsOf(json.message) }];
  }
  for (const key of LISTS) {
    const list = parsed(json[key] ?? null);
    const messages = Array.isArray(list) ? listOf(list) : key === 'output' && isObject(list) ? messagesOf(list) : null;
    if (messages) return [...systemOf(json), ...messages];
  }
  return promptsOf(json);
}

/** Texts that are asked by themselves: a request of OpenAI's responses, prompts of LangChain, a prompt and nothing else. */
function promptsOf(json: JsonObject): Message[] | null {
  const isAlone = json.prompt !== undefined && Object.keys(json).length === 1;
  const isRequest = isAlone || json.model !== undefined || json.instructions !== undefined;
  const given = json.prompts ?? (isRequest ? (json.input ?? json.prompt) : undefined);
  const texts = typeof given === 'string' ? [given] : Array.isArray(given) ? given : [];
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) return null;
  return [...systemOf(json), ...texts.map((text): Message => ({ role: 'user', parts: partsOf(text) }))];
}

/** What a model answered, where that may be plain text. */
export function answerOf(value: PlainValue | undefined): Message[] | null {
  if (value === undefined || value === null || value === '') return null;
  if (isTruncatedJson(value)) return [{ role: 'assistant', parts: [{ type: 'truncated', text: value }] }];
  const messages = messagesOf(value);
  if (messages) return messages.map((message) => (message.role === '' ? { ...message, role: 'assistant' } : message));
  const json = parsed(value);
  if (typeof json === 'object' && json !== null && Object.keys(json).length === 0) return null;
  if (Array.isArray(json) && json.every((one) => typeof one === 'string')) {
    return json.map((text): Message => ({ role: 'assistant', parts: partsOf(text) }));
  }
  const parts = Array.isArray(json) ? blocksOf(json) : isObject(json) ? answerParts(json) : [];
  if (parts.length > 0) {
    const finishReason = isObject(json) ? finishOf(json) : null;
    return [{ role: 'assistant', parts, ...(finishReason ? { finishReason } : {}) }];
  }
  return [{ role: 'assistant', parts: [typeof json === 'string' ? { type: 'text', text: json } : other(json)] }];
}

/** Blocks of a message without the message, or calls of tools alone. */
function blocksOf(list: readonly PlainValue[]): Part[] {
  const calls = toolCallsOf(list as PlainValue[]);
  if (calls.length === list.length) return calls;
  const parts = list.every(isObject) ? partsOf(list as PlainValue[]) : [];
  return parts.some(({ type }) => type === 'other') ? calls : parts;
}

const TEXTS = ['text', 'content', 'completion', 'response', 'output_text', 'outputText', 'generated_text'] as const;

/** What functions of SDKs return: a text, and beside it thoughts and calls. */
function answerParts(json: JsonObject): Part[] {
  const key = TEXTS.find((name) => typeof json[name] === 'string');
  const list = Array.isArray(json.content) ? blocksOf(json.content) : [];
  const thought = json.reasoningText ?? json.reasoning ?? null;
  const calls = toolCallsOf(json.toolCalls ?? json.tool_calls ?? null);
  if (key === undefined && list.length === 0 && calls.length === 0) return [];
  return [
    ...(typeof thought === 'string' && thought !== '' ? [{ type: 'reasoning', text: thought } as const] : []),
    ...(key === undefined ? list : partsOf(json[key] as string)),
    ...calls,
  ];
}

function finishOf(json: JsonObject): string | null {
  return textOf(json.finish_reason ?? json.finishReason ?? json.stop_reason ?? json.stopReason);
}

function other(value: PlainValue): Part {
  return { type: 'other', value };
}

function listOf(list: readonly PlainValue[]): Message[] | null {
  // LangChain sends a list of lists: one for each prompt; Python's tuples are lists, too.
  const items = list.flatMap((item) => (Array.isArray(item) && !isPair(item) ? item : [ofText(item)]));
  const found = items.flatMap((item): (Message[] | null)[] => {
    if (isDefinition(item)) return [];
    const message = isPair(item) ? pairOf(item) : isObject(item) ? messageOf(item) : null;
    return [message && resultsApart(message)];
  });
  // Items of kinds that nobody knows stand among those that are known.
  if (found.length === 0 || found.every((one) => one === null)) return null;
  if (items.some((item) => !isObject(item) && !isPair(item))) return null;
  const known = items.filter((item) => !isDefinition(item));
  if (known.some((item, i) => found[i] === null && isObject(item) && textOf(item.type) === null)) return null;
  return known.flatMap((item, i) => found[i] ?? [{ role: 'assistant', parts: [other(item)] }]);
}

/** A message that stands in a list as the text of its JSON, as attributes that are lists of texts have it. */
function ofText(item: PlainValue): PlainValue {
  const json = typeof item === 'string' && item.startsWith('{') ? parsed(item) : item;
  return isObject(json) ? json : item;
}

/** LangChain's `['human', 'hi']`. */
function isPair(item: PlainValue): item is [string, string] {
  if (!Array.isArray(item) || item.length !== 2 || !item.every((one) => typeof one === 'string')) return false;
  const role = ROLES[item[0] as string] ?? (item[0] as string);
  return role === 'system' || role === 'user' || role === 'assistant' || role === 'tool';
}

function pairOf([role, text]: readonly [string, string]): Message {
  return { role: roleOf(role), parts: partsOf(text) };
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
    const config = [json.config, json.toolConfig].find(isObject) ?? {};
    return toolDefinitionsOf(json.tools ?? config.tools ?? json.functions);
  }
  return Array.isArray(json)
    ? json.filter(isDefinition).flatMap((one) => toolDefinitionsOf((one as JsonObject).content))
    : [];
}

/** What stands beside the messages: Anthropic's and the AI SDK's system prompt, Gemini's instruction. */
function systemOf(request: JsonObject): Message[] {
  const config = isObject(request.config) ? request.config : {};
  const system =
    request.system ??
    request.instructions ??
    request.system_instruction ??
    request.systemInstruction ??
    request.preamble ??
    config.system_instruction ??
    config.systemInstruction;
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
  const finishReason = finishOf(json);
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
  const body = contentParts(
    json.parts ?? json.contents ?? json.blocks ?? json.content ?? json.tool_result ?? json.message ?? null,
  );
  const calls = [
    ...toolCallsOf(json.tool_calls ?? kwargs.tool_calls ?? json.toolCalls ?? null),
    ...toolCallsOf(json.function_call ?? kwargs.function_call ?? null),
  ];
  const known = new Set(body.flatMap((part) => (part.type === 'tool_call' ? [part.id] : [])));
  const refusal = textOf(json.refusal);
  const parts: Part[] = [
    ...(reasoning ? [{ type: 'reasoning', text: reasoning } as const] : []),
    ...body,
    ...imagesOf(json.images),
    ...(refusal ? [{ type: 'text', text: refusal } as const] : []),
    ...calls.filter((call) => call.type !== 'tool_call' || call.id === null || !known.has(call.id)),
  ];
  const answers =
    textOf(json.tool_call_id ?? json.toolCallId ?? json.call_id ?? json.tool_use_id) ??
    (role === 'tool' ? textOf(json.id) : null);
  if (role !== 'tool' || parts.some(({ type }) => type === 'tool_result')) return parts;
  // What a tool said is a result, whatever it is made of.
  const name = textOf(json.name);
  const texts = parts.map((part) => (part.type === 'text' ? part.text : part.type === 'other' ? part.value : null));
  if (texts.includes(null) || parts.length === 0) return parts;
  const result = texts.length === 1 ? (texts[0] as PlainValue) : (texts as PlainValue[]);
  return [{ type: 'tool_result', id: answers, ...(name ? { name } : {}), result }];
}

/** A message in another: a choice, a candidate, LangChain's serialised form, a generation. */
function wrapped(json: JsonObject): Message | null {
  const finishReason = finishOf(json) ?? (isObject(json.generation_info) ? finishOf(json.generation_info) : null);
  const ended = (message: Message | null): Message | null =>
    message && finishReason ? { ...message, finishReason } : message;
  if (isObject(json.message)) return ended(messageOf({ role: 'assistant', ...json.message }));
  const isContent = isObject(json.content) && ('parts' in json.content || 'role' in json.content);
  if (isObject(json.content) && isContent && json.role === undefined)
    return ended(messageOf({ role: 'model', ...json.content }));
  const isSaid = isObject(json.kwargs) && json.kwargs.content !== undefined;
  if (isObject(json.kwargs) && (Array.isArray(json.id) || isSaid)) {
    const type = String((Array.isArray(json.id) ? json.id.at(-1) : json.kwargs.type) ?? '');
    return messageOf({ role: type, ...json.kwargs, type: null });
  }
  if (isObject(json.data) && typeof json.type === 'string') return messageOf({ role: json.type, ...json.data });
  // A choice of OpenAI's completions, a generation of LangChain.
  const isChoice = json.index !== undefined || json.generation_info !== undefined || json.finish_reason !== undefined;
  if (json.role === undefined && typeof json.text === 'string' && isChoice) {
    return ended({ role: 'assistant', parts: partsOf(json.text) });
  }
  return null;
}

function roleOfType(json: JsonObject): string | null {
  const event = textOf(json['event.name']);
  if (event && ROLES[event]) return event;
  const type = textOf(json.type);
  const isRole = type !== null && (ROLES[type] !== undefined || type === 'system' || type === 'tool');
  return isRole && json.content !== undefined ? type : null;
}

/** The system prompt stands in front of the messages, or beside them: here always beside. */
export function withoutSystem(messages: readonly Message[]): [Part[], readonly Message[]] {
  const from = messages.findIndex(({ role }) => role !== 'system');
  const count = from < 0 ? messages.length : from;
  return [messages.slice(0, count).flatMap(({ parts }) => parts), messages.slice(count)];
}
