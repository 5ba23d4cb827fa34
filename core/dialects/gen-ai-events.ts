/**
 * What events of OpenTelemetry's GenAI conventions say, on spans or as log records: of 1.28 to 1.36 one for each message, before that
 * one for all, and since then one with the details of an operation.
 */
import type { PlainValue } from '../model/json-types';
import type { Message, Part, ToolDefinition } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { answerOf, messagesOf } from './messages';
import { partsOf } from './parts';
import type { AttributeReader } from './span-source';
import { resultIn, toolDefinitionsOf } from './tool-parts';

export interface GenAiEvent {
  readonly name: string;
  /** Of a log record with what its body holds. */
  readonly attributes: AttributeReader;
}

export interface Said {
  readonly system: readonly Part[];
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly tools: readonly ToolDefinition[];
}

const MESSAGE = /^gen_ai\.(?:system|developer|user|assistant|tool|function)\.message$/;
const DETAILS = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.definitions',
];

/** Whether it may say what was said. */
export function isGenAiEvent(name: string): boolean {
  return name.startsWith('gen_ai.');
}

/** @param events in their order */
export function saidInEvents(events: readonly GenAiEvent[]): Said {
  const said = { system: [] as Part[], input: [] as Message[], output: [] as Message[], tools: [] as ToolDefinition[] };
  for (const { name, attributes: a } of events) {
    if (DETAILS.some((key) => a.has(key))) addDetails(said, a);
    else if (name === 'gen_ai.content.prompt')
      said.input.push(...askedIn(a.json('gen_ai.prompt', 'gen_ai.event.content', 'content')));
    else if (name === 'gen_ai.content.completion') {
      said.output.push(...(answerOf(a.json('gen_ai.completion', 'gen_ai.event.content', 'content')) ?? []));
    } else if (name === 'gen_ai.choice') said.output.push(...choiceIn(bodyOf(a)));
    else if (MESSAGE.test(name))
      said.input.push(...(messagesOf([{ ...bodyOf(a), 'event.name': name } as PlainValue]) ?? []));
  }
  return said;
}

/** Of several, each tells what came after the one before; a history that is told again takes the place of what was told of it. */
function addDetails(
  said: { system: Part[]; input: Message[]; output: Message[]; tools: ToolDefinition[] },
  a: AttributeReader,
): void {
  const input = askedIn(a.json('gen_ai.input.messages'));
  const output = answerOf(a.json('gen_ai.output.messages')) ?? [];
  const system = partsOf(a.json('gen_ai.system_instructions') ?? null);
  const tools = toolDefinitionsOf(a.json('gen_ai.tool.definitions'));
  const goesOn = isSame(input.slice(0, said.input.length), said.input);
  said.input = goesOn ? input : [...said.input, ...input];
  if (!isSame(output, said.output.slice(-output.length))) said.output.push(...output);
  if (said.system.length === 0) said.system = system;
  if (said.tools.length === 0) said.tools = tools;
}

function isSame(a: readonly Message[], b: readonly Message[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Messages, or text that is what the user said. */
export function askedIn(value: PlainValue | undefined): Message[] {
  const messages = messagesOf(value);
  if (messages) return messages;
  const texts = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) =>
    typeof text === 'string' && text !== '' ? [{ role: 'user', parts: partsOf(text) }] : [],
  );
}

/** What the event holds, wherever its writer put it: attributes, `gen_ai.event.content`, `body`. */
function bodyOf(a: AttributeReader): JsonObject {
  // JSON that somebody said, or a tool, is text.
  const plain: JsonObject = Object.fromEntries(
    a.keys.map((key) => [key, (key === 'content' ? a.value(key) : a.json(key)) ?? null]),
  );
  const held = plain['gen_ai.event.content'] ?? plain.body;
  const role = textOf(plain['gen_ai.event.role']);
  const body = isObject(held)
    ? { ...plain, ...held }
    : held === undefined || held === null
      ? plain
      : { ...plain, content: held };
  return role === null || body.role !== undefined ? body : { ...body, role };
}

function choiceIn(body: JsonObject): Message[] {
  const { message, finish_reason, finishReason } = body;
  const said = isObject(message) ? message : message === undefined || message === null ? body : { content: message };
  return messagesOf([{ finish_reason: finish_reason ?? finishReason ?? null, message: said } as PlainValue]) ?? [];
}

/** What the span of a tool says of it in events: Strands tells what it was told as a tool's message, and the result as a choice. */
export function toolInEvents({ input, output }: Said): { id?: string; arguments?: PlainValue; result?: PlainValue } {
  const parts = input.flatMap((message) => message.parts);
  const call = parts.find((part) => part.type === 'tool_call');
  const told = parts.find((part) => part.type === 'tool_result');
  const answer = output.flatMap((message) => message.parts);
  const result = answer.find((part) => part.type === 'tool_result');
  const texts = answer.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (call)
    return {
      ...(call.id === null ? {} : { id: call.id }),
      arguments: call.arguments,
      ...(result && { result: result.result }),
    };
  if (answer.length === 0) return told ? { result: told.result } : {};
  return {
    ...(told && { arguments: resultIn(told.result) }),
    result: result ? result.result : texts.length === 1 ? resultIn(texts[0] as string) : texts,
  };
}
