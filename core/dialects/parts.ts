/** Parts of messages, as anybody writes them. */

import type { PlainValue } from '../model/json-types';
import { wordTable } from '../model/word-table';
import type { Part, ToolDefinition } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { parsed } from './span-source';

export function partsOf(content: PlainValue): Part[] {
  if (content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (Array.isArray(content)) return content.flatMap((one) => (isObject(one) ? partOf(one) : partsOf(one)));
  return isObject(content) ? partOf(content) : [{ type: 'other', value: content }];
}

function partOf(part: JsonObject): Part[] {
  const type = textOf(part.type);
  const reader = type === null ? gemini(part) : READERS[type]?.(part);
  return reader ?? [{ type: 'other', value: part as PlainValue }];
}

type Reader = (part: JsonObject) => Part[] | null;

const text: Reader = (part) => {
  const said = part.content ?? part.text;
  return typeof said === 'string' ? [{ type: 'text', text: said }] : null;
};

const reasoning: Reader = (part) => {
  const thought = part.content ?? part.text ?? part.thinking ?? part.reasoning;
  if (Array.isArray(thought)) return partsOf(thought).map(thoughtOf);
  // What is redacted, or only signed, says that there was some.
  return [{ type: 'reasoning', text: typeof thought === 'string' ? thought : '' }];
};

function thoughtOf(part: Part): Part {
  return part.type === 'text' ? { type: 'reasoning', text: part.text } : part;
}

const toolResult: Reader = (part) => {
  const name = textOf(part.name ?? part.toolName ?? part.tool_name);
  const result = part.response ?? part.result ?? part.output ?? part.content ?? null;
  return [
    {
      type: 'tool_result',
      id: textOf(part.id ?? part.tool_use_id ?? part.toolCallId ?? part.tool_call_id ?? part.call_id),
      ...(name ? { name } : {}),
      result: parsed(isObject(result) && 'value' in result && 'type' in result ? (result.value ?? null) : result),
    },
  ];
};

const toolCall: Reader = (part) => toolCallsOf([part as PlainValue]);

const image: Reader = (part) => media(part, 'image');

const READERS: Readonly<Record<string, Reader>> = wordTable({
  text,
  input_text: text,
  output_text: text,
  refusal: (part) => text({ text: part.refusal ?? null }),
  reasoning,
  thinking: reasoning,
  redacted_thinking: reasoning,
  summary_text: reasoning,
  tool_call: toolCall,
  'tool-call': toolCall,
  tool_use: toolCall,
  function_call: toolCall,
  function: toolCall,
  server_tool_call: (part) => {
    const call = isObject(part.server_tool_call) ? part.server_tool_call : {};
    const { type: _, ...given } = call;
    return [{ type: 'tool_call', id: textOf(part.id), name: textOf(part.name) ?? '', arguments: given as PlainValue }];
  },
  server_tool_call_response: (part) => {
    const { type: _, ...given } = isObject(part.server_tool_call_response) ? part.server_tool_call_response : {};
    return [{ type: 'tool_result', id: textOf(part.id), result: given as PlainValue }];
  },
  tool_call_response: toolResult,
  'tool-result': toolResult,
  tool_result: toolResult,
  function_call_output: toolResult,
  image,
  image_url: image,
  input_image: image,
  audio: (part) => media(part, 'audio'),
  input_audio: (part) => media(part, 'audio'),
  file: (part) => media(part, null),
  input_file: (part) => media(part, null),
  document: (part) => media(part, null),
  blob: (part) => media(part, null),
  uri: (part) => media(part, null),
});

/** Gemini's parts have no type: what they hold says it. */
const gemini: Reader = (part) => {
  if (typeof part.text === 'string') return part.thought === true ? reasoning(part) : text(part);
  const call = part.function_call ?? part.functionCall;
  if (isObject(call)) return toolCallsOf([call]);
  const answer = part.function_response ?? part.functionResponse;
  if (isObject(answer)) return toolResult(answer);
  const data = part.inline_data ?? part.inlineData;
  if (isObject(data)) return media(data, null);
  const file = part.file_data ?? part.fileData;
  return isObject(file) ? media({ ...file, url: file.file_uri ?? file.fileUri ?? null }, null) : null;
};

/** Images, audio and files: where they are, or what they are. */
function media(part: JsonObject, modality: string | null): Part[] | null {
  const source = [part.source, part.image, part.image_url, part.input_audio, part.file].find(isObject) ?? {};
  const all: JsonObject = { ...source, ...part };
  const said = textOf(all.mime_type ?? all.mimeType ?? all.media_type ?? all.mediaType);
  const mimeType = said ?? (modality && textOf(all.format) ? `${modality}/${all.format}` : null);
  const fileId = textOf(all.file_id ?? all.fileId);
  const content = textOf(source.data ?? all.content ?? all.data ?? source.file_data ?? part.file);
  const url = textOf(source.url ?? all.uri ?? all.url ?? part.image_url ?? part.image);
  const given = url ?? content;
  const inline = given === null ? null : inlineData(given);
  if (inline) return [{ type: 'blob', mimeType: inline.type || mimeType, data: inline.data }];
  if (url !== null && /^[a-z][a-z0-9+.-]*:/i.test(url)) return [{ type: 'uri', mimeType, uri: url }];
  if (content !== null) return [{ type: 'blob', mimeType, data: content }];
  if (fileId !== null) return [{ type: 'file', mimeType, fileId }];
  return url === null ? null : [{ type: 'blob', mimeType, data: url }];
}

/** Of a `data:` URL in base64; null: it is none. */
function inlineData(url: string): { readonly type: string; readonly data: string } | null {
  if (!url.startsWith('data:')) return null;
  const comma = url.indexOf(',');
  const header = url.slice('data:'.length, Math.max(comma, 0));
  if (!header.endsWith(';base64')) return null;
  return { type: header.slice(0, header.indexOf(';')), data: url.slice(comma + 1) };
}

/** Calls as a list, or one alone. */
export function toolCallsOf(value: PlainValue): Part[] {
  const list = parsed(value);
  const items = Array.isArray(list) ? list : isObject(list) ? [list] : [];
  return items.flatMap((item) => {
    if (!isObject(item)) return [];
    const call = isObject(item.function) ? item.function : item;
    const name = textOf(call.name ?? item.toolName ?? item.tool_name);
    if (name === null) return [];
    const given = call.arguments ?? call.args ?? call.input ?? item.input ?? item.args ?? null;
    const id = textOf(item.id ?? item.call_id ?? item.toolCallId ?? item.tool_call_id);
    return [{ type: 'tool_call', id, name, arguments: parsed(given) } as const];
  });
}

/** Definitions of tools: OpenAI's, the conventions', Anthropic's, Gemini's, the AI SDK's, Pydantic's. */
export function toolDefinitionsOf(value: PlainValue | undefined): ToolDefinition[] {
  const list = parsed(value ?? null);
  const items = Array.isArray(list) ? list : isObject(list) ? [list] : [];
  return items.flatMap((one) => {
    const item = parsed(one);
    if (!isObject(item)) return [];
    const declared = item.function_declarations ?? item.functionDeclarations;
    if (declared !== undefined) return toolDefinitionsOf(declared);
    const definition = isObject(item.function) ? item.function : item;
    const name = textOf(definition.name);
    if (name === null) return [];
    return [
      {
        name,
        description: textOf(definition.description),
        parameters:
          definition.parameters ??
          definition.inputSchema ??
          definition.input_schema ??
          definition.parameters_json_schema ??
          null,
      },
    ];
  });
}
