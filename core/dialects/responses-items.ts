/** Items of OpenAI's responses, and of its Agents SDK for JavaScript, which are no messages but stand among them. */
import type { PlainValue } from '../model/json-types';
import type { Message, Part } from './agent-span';
import { type JsonObject, textOf } from './json-objects';
import { mediaParts } from './media-parts';
import { partsOf } from './parts';
import { argumentsOf, toolResultOf } from './tool-parts';

/** Null: it is none. */
export function responsesItem(json: JsonObject): Message | null {
  const type = textOf(json.type) ?? '';
  if (type === 'reasoning') return { role: 'assistant', parts: partsOf([json as PlainValue]) };
  if (type === 'image_generation_call' && typeof json.result === 'string') {
    return {
      role: 'assistant',
      parts: mediaParts({ image: json.result, format: json.output_format ?? null }, 'image') ?? [],
    };
  }
  if (/^\w+_call_(?:output|result)$/.test(type)) return { role: 'tool', parts: toolResultOf(json) };
  if (type === 'function_call' || type === 'custom_tool_call' || type === 'mcp_call')
    return { role: 'assistant', parts: partsOf([json as PlainValue]) };
  return /^\w+_call$/.test(type) ? { role: 'assistant', parts: [serverCall(json, type)] } : null;
}

/** A tool that runs at OpenAI: its name is in its type, and what it was told beside that. */
function serverCall(json: JsonObject, type: string): Part {
  const { type: _, id, call_id, callId, status: __, providerData: ___, action, ...rest } = json;
  const given = action ?? (rest as PlainValue);
  return {
    type: 'tool_call',
    id: textOf(call_id ?? callId ?? id),
    name: textOf(json.name) ?? type.replace(/_call$/, ''),
    arguments: argumentsOf(given),
  };
}
