/** Parts of messages, as anybody writes them. */

import type { PlainValue } from '../model/json-types';
import { wordTable } from '../model/word-table';
import type { Part } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { mediaParts, textParts } from './media-parts';
import { parsed } from './span-source';
import { toolCallsOf, toolInvocationOf, toolResultOf } from './tool-parts';

export function partsOf(content: PlainValue): Part[] {
  if (content === null || content === '') return [];
  if (typeof content === 'string') return textParts(content);
  if (Array.isArray(content)) return content.flatMap((one) => (isObject(one) ? partOf(one) : partsOf(one)));
  return isObject(content) ? partOf(content) : [{ type: 'other', value: content }];
}

function partOf(part: JsonObject): Part[] {
  const type = textOf(part.type ?? part.block_type ?? part.$type ?? part.part_kind);
  const reader = type === null ? untyped : (READERS[type] ?? likelyReader(type));
  return reader?.(part) ?? [{ type: 'other', value: part as PlainValue }];
}

type Reader = (part: JsonObject) => Part[] | null;

const text: Reader = (part) => {
  const said = part.content ?? part.text ?? part.value;
  const value = isObject(said) ? said.value : said;
  if (typeof value === 'number') return [{ type: 'text', text: String(value) }];
  return typeof value === 'string' ? textParts(value) : null;
};

/** Summaries of OpenAI's responses as JSON. */
const SUMMARIES = /^\s*\[\s*\{.*"(?:summary_text|reasoning_text)"/s;

const reasoning: Reader = (part) => {
  const told = [part.content, part.text, part.thinking, part.reasoning, part.reasoning_text, part.summary];
  const said = told.find((one) => one !== undefined && one !== null && !(Array.isArray(one) && one.length === 0));
  const thought = typeof said === 'string' && SUMMARIES.test(said) ? parsed(said) : said;
  if (Array.isArray(thought)) return partsOf(thought).map(thoughtOf);
  // What is redacted, or only signed, says that there was some.
  return [{ type: 'reasoning', text: typeof thought === 'string' ? thought : '' }];
};

function thoughtOf(part: Part): Part {
  return part.type === 'text' ? { type: 'reasoning', text: part.text } : part;
}

const toolCall: Reader = (part) => {
  const calls = toolCallsOf(part as PlainValue);
  if (calls.length === 0) return null;
  // Calls of OpenAI's servers hold what they answered.
  const answers = part.type === 'mcp_call' && part.output !== undefined && part.output !== null;
  return answers ? [...calls, ...toolResultOf({ id: part.id ?? null, output: part.output ?? null })] : calls;
};

const media =
  (modality: string | null): Reader =>
  (part) =>
    mediaParts(part, modality);

/** A document may be text, or hold parts. */
const document: Reader = (part) => {
  const source = isObject(part.source) ? part.source : {};
  if (source.type === 'text' && typeof source.data === 'string') return textParts(source.data);
  if (source.type === 'content') return partsOf(source.content ?? null);
  return mediaParts(part, null);
};

const READERS: Readonly<Record<string, Reader>> = wordTable({
  text,
  input_text: text,
  output_text: text,
  'text-plain': text,
  'user-prompt': text,
  'system-prompt': text,
  refusal: (part) => text({ text: part.refusal ?? part.content ?? null }),
  reasoning,
  thinking: reasoning,
  thought: reasoning,
  redacted_thinking: reasoning,
  'redacted-reasoning': reasoning,
  reasoning_content: reasoning,
  reasoning_text: reasoning,
  summary_text: reasoning,
  tool_call: toolCall,
  'tool-call': toolCall,
  tool_use: toolCall,
  function_call: toolCall,
  functionCall: toolCall,
  function: toolCall,
  custom_tool_call: toolCall,
  server_tool_use: toolCall,
  mcp_tool_use: toolCall,
  mcp_call: toolCall,
  invalid_tool_call: toolCall,
  server_tool_call: (part) => {
    const call = isObject(part.server_tool_call) ? part.server_tool_call : isObject(part.args) ? part.args : {};
    const { type: _, ...given } = call;
    return [{ type: 'tool_call', id: textOf(part.id), name: textOf(part.name) ?? '', arguments: given as PlainValue }];
  },
  server_tool_call_response: (part) => {
    const { type: _, ...given } = isObject(part.server_tool_call_response) ? part.server_tool_call_response : {};
    return [{ type: 'tool_result', id: textOf(part.id), result: given as PlainValue }];
  },
  tool_call_response: toolResultOf,
  tool_call_result: toolResultOf,
  'tool-result': toolResultOf,
  'tool-return': toolResultOf,
  'tool-error': toolResultOf,
  'retry-prompt': toolResultOf,
  tool_result: toolResultOf,
  server_tool_result: toolResultOf,
  functionResult: toolResultOf,
  function_call_output: toolResultOf,
  function_call_result: toolResultOf,
  custom_tool_call_output: toolResultOf,
  'tool-invocation': (part) => toolInvocationOf(part, null),
  'dynamic-tool': (part) => toolInvocationOf(part, null),
  image: media('image'),
  image_url: media('image'),
  'image-url': media('image'),
  input_image: media('image'),
  audio: media('audio'),
  input_audio: media('audio'),
  audio_url: media('audio'),
  'audio-url': media('audio'),
  video: media('video'),
  video_url: media('video'),
  'video-url': media('video'),
  media: media(null),
  file: media(null),
  input_file: media(null),
  binary: media(null),
  data: media(null),
  document,
  'document-url': document,
  blob: media(null),
  uri: media(null),
  non_standard: (part) => (isObject(part.value) ? partsOf(part.value) : null),
});

/** Anthropic's tools each have a type of result, and parts of the AI SDK's pages have the tool's name in theirs. */
function likelyReader(type: string): Reader | undefined {
  if (type.endsWith('_tool_result')) return toolResultOf;
  return type.startsWith('tool-') ? (part) => toolInvocationOf(part, type.slice('tool-'.length)) : undefined;
}

/** Parts of Gemini, Bedrock, Genkit and Haystack have no type: what they hold says it. */
function untyped(part: JsonObject): Part[] | null {
  if (typeof part.text === 'string') return part.thought === true ? reasoning(part) : text(part);
  for (const [key, read] of Object.entries(HOLDERS)) {
    const held = part[key];
    if (held === undefined || held === null) continue;
    const parts = isObject(held)
      ? read(held)
      : typeof held === 'string' && key === 'reasoning'
        ? reasoning(part)
        : null;
    if (parts) return parts;
  }
  return null;
}

const HOLDERS: Readonly<Record<string, Reader>> = {
  function_call: (call) => toolCallsOf(call as PlainValue),
  functionCall: (call) => toolCallsOf(call as PlainValue),
  function_response: toolResultOf,
  functionResponse: toolResultOf,
  inline_data: media(null),
  inlineData: media(null),
  file_data: (file) => mediaParts({ ...file, url: file.file_uri ?? file.fileUri ?? null }, null),
  fileData: (file) => mediaParts({ ...file, url: file.file_uri ?? file.fileUri ?? null }, null),
  toolUse: (call) => toolCallsOf(call as PlainValue),
  toolResult: toolResultOf,
  reasoningContent: (held) => reasoning(isObject(held.reasoningText) ? held.reasoningText : {}),
  guardContent: (held) => (isObject(held.text) ? text(held.text) : null),
  cachePoint: () => [],
  image: media('image'),
  audio: media('audio'),
  video: media('video'),
  document,
  toolRequest: (call) => toolCallsOf(call as PlainValue),
  toolResponse: toolResultOf,
  media: media(null),
  tool_call: (call) => toolCallsOf(call as PlainValue),
  tool_call_result: toolResultOf,
  reasoning,
};

/** Content in text that is the JSON of parts, as some exporters write it; other text is what was said. */
export function contentParts(content: PlainValue): Part[] {
  if (isObject(content) && Array.isArray(content.parts)) return partsOf(content.parts);
  if (typeof content !== 'string' || !/^\s*\[\s*\{/.test(content)) return partsOf(content);
  const json = parsed(content);
  const parts = Array.isArray(json) && json.every(isObject) ? partsOf(json) : [];
  return parts.length > 0 && parts.every(({ type }) => type !== 'other') ? parts : partsOf(content);
}
