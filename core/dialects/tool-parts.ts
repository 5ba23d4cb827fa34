/** Calls of tools, what they answered, and their definitions, as anybody writes them. */
import type { PlainValue } from '../model/json-types';
import type { Part, ToolDefinition } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { parsed } from './span-source';

/** Where ids of calls stand. That of an item or a message, which some have besides, comes last. */
const CALL_IDS = ['call_id', 'callId', 'toolCallId', 'tool_call_id', 'tool_use_id', 'toolUseId', 'ref', 'id'] as const;

function callIdOf(...from: readonly JsonObject[]): string | null {
  for (const object of from) {
    for (const key of CALL_IDS) {
      const id = object[key];
      if (typeof id === 'number') return String(id);
      const text = textOf(id);
      if (text !== null) return text;
    }
  }
  return null;
}

/** Calls as a list, or one alone. */
export function toolCallsOf(value: PlainValue | undefined): Part[] {
  const list = parsed(value ?? null);
  const items = Array.isArray(list) ? list : isObject(list) ? [list] : [];
  return items.flatMap((one) => {
    const item = parsed(one);
    if (!isObject(item)) return [];
    const call = [item.function, item.functionCall, item.payload].find(isObject) ?? item;
    const name = textOf(call.name ?? call.toolName ?? item.toolName ?? item.tool_name ?? call.tool_name);
    if (name === null) return [];
    const given =
      call.arguments ?? call.args ?? call.input ?? item.input ?? item.args ?? call.parameters ?? call.action ?? null;
    return [{ type: 'tool_call', id: callIdOf(item, call), name, arguments: argumentsOf(given) } as const];
  });
}

/** JSON in JSON is what some make of a text that is JSON already. */
export function argumentsOf(value: PlainValue): PlainValue {
  const once = parsed(value);
  return typeof once === 'string' && once !== value ? parsed(once) : once;
}

export function toolResultOf(part: JsonObject): Part[] {
  const origin = isObject(part.origin) ? part.origin : {};
  const name = textOf(part.name ?? part.toolName ?? part.tool_name ?? origin.tool_name);
  const result =
    part.response ??
    part.result ??
    part.output ??
    part.content ??
    part.functionResult ??
    part.error ??
    part.outcome ??
    null;
  return [
    {
      type: 'tool_result',
      id: callIdOf(part, origin),
      ...(name ? { name } : {}),
      result: resultIn(result),
    },
  ];
}

/** What a tool answered, without the wrapping of the AI SDK (`{type, value}`), and as plain text where it is a block of text or several. */
export function resultIn(value: PlainValue): PlainValue {
  if (isObject(value) && 'value' in value && 'type' in value) return parsed(value.value ?? null);
  if (isObject(value) && value.type === 'text' && typeof value.text === 'string') return parsed(value.text);
  const blocks = Array.isArray(value) && value.length > 0 ? value.map(blockIn) : [undefined];
  if (blocks.includes(undefined)) return parsed(value);
  return blocks.length === 1 ? parsed(blocks[0] as PlainValue) : (blocks as PlainValue[]);
}

/** Undefined: it is no text, and no JSON as Bedrock has it. */
function blockIn(block: PlainValue): PlainValue | undefined {
  if (!isObject(block)) return undefined;
  const keys = Object.keys(block);
  if (typeof block.text === 'string' && (block.type === 'text' || keys.length === 1)) return block.text;
  return keys.length === 1 && 'json' in block ? (block.json ?? null) : undefined;
}

/** A call and what it answered in one part: those of the AI SDK's pages, and of Mastra. */
export function toolInvocationOf(part: JsonObject, name: string | null): Part[] | null {
  const said = isObject(part.toolInvocation) ? part.toolInvocation : part;
  const calls = toolCallsOf({ ...(name === null ? {} : { name }), ...said } as PlainValue);
  const result = said.output ?? said.result ?? said.errorText;
  if (calls.length === 0 || result === undefined) return calls.length === 0 ? null : calls;
  return [...calls, { type: 'tool_result', id: callIdOf(said), result: resultIn(result) }];
}

/**
 * What a tool's span holds where it holds more than the bare value: Python's arguments by position and by name, a call as LangChain
 * hands it to the tool, and the message that it makes of the answer.
 */
export function toolInput(value: PlainValue | null | undefined): { id?: string; arguments: PlainValue | null } {
  const json = argumentsOf(value ?? null);
  if (!isObject(json)) return { arguments: json };
  // What smolagents' tools have besides is not for the tool.
  const { args = [], kwargs, sanitize_inputs_outputs: _, ...besides } = json;
  if (json.type === 'tool_call' || json.type === 'function_call') {
    const [call] = toolCallsOf(json as PlainValue);
    if (call?.type === 'tool_call') return { ...(call.id === null ? {} : { id: call.id }), arguments: call.arguments };
  }
  if (typeof json.input_str === 'string')
    return { arguments: isObject(json.inputs) ? json.inputs : parsed(json.input_str) };
  if (!Array.isArray(args) || !isObject(kwargs) || Object.keys(besides).length > 0) return { arguments: json };
  if (args.length === 0) return { arguments: kwargs };
  return { arguments: Object.keys(kwargs).length > 0 ? json : args.length === 1 ? (args[0] as PlainValue) : args };
}

/** Definitions of tools: OpenAI's, the conventions', Anthropic's, Gemini's, Bedrock's, the AI SDK's, Pydantic's; or names alone. */
export function toolDefinitionsOf(value: PlainValue | undefined): ToolDefinition[] {
  const list = parsed(value ?? null);
  const items = Array.isArray(list) ? list : isObject(list) ? [list] : [];
  return items.flatMap((one) => {
    const item = parsed(one);
    if (typeof item === 'string' && item !== '') return [{ name: item, description: null, parameters: null }];
    if (!isObject(item)) return [];
    const declared =
      item.function_declarations ?? item.functionDeclarations ?? (item.name === undefined ? item.tools : undefined);
    if (declared !== undefined) return toolDefinitionsOf(declared);
    const definition = [item.function, item.toolSpec].find(isObject) ?? item;
    const name = textOf(definition.name);
    if (name === null) return [];
    const schema =
      definition.parameters ??
      definition.inputSchema ??
      definition.input_schema ??
      definition.parameters_json_schema ??
      definition.parametersJsonSchema ??
      null;
    const parameters =
      isObject(schema) && Object.keys(schema).length === 1 && 'json' in schema ? (schema.json ?? null) : schema;
    return [{ name, description: textOf(definition.description), parameters }];
  });
}
