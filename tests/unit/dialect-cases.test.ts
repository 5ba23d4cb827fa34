/**
 * Traces of real agent frameworks (cases 08): the messages that we read against those that Langfuse reads. Where ours differ there
 * is a reason, which docs/dialects.md says too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentSpan, Message, Part } from '../../core/dialects/agent-span';
import { readSource } from '../../core/dialects/read-agent-span';
import { AttributeReader, parsed } from '../../core/dialects/span-source';
import type { PlainValue } from '../../core/model/json-types';
import { caseFile } from '../fixtures/cases';

interface Observation {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly model: string | null;
  readonly input: PlainValue;
  readonly output: PlainValue;
  readonly metadata: PlainValue;
}
interface ExpectedMessage {
  readonly role?: string;
  readonly content?: PlainValue;
  readonly tool_calls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly json?: PlainValue;
}
type Expected = Readonly<
  Record<string, Readonly<Record<'input' | 'output', { readonly success: boolean; readonly data: ExpectedMessage[] }>>>
>;

const folder = caseFile('08-agent-framework-traces');
const caseOf = <T>(name: string): T => JSON.parse(readFileSync(join(folder ?? '', name), 'utf8')) as T;

/** By span and side. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'b38a82eaa62b551e input': 'the expected messages hold tools alone; ours are the flattened ones of the span',
  'ca136de468e156c9 input': 'the expected messages hold tools alone; ours are the flattened ones of the span',
  'bded677884f031ce input': 'Gemini sends results of functions as the user: ours are messages of the tool',
  '5cb389a3bdd21a6e output': 'a choice of the older events: ours is the message in it',
  '0a4fac2553f22f2e output': 'the list of a run holds what went in, too: ours tells it apart',
};

describe.skipIf(!folder)('traces of agent frameworks', () => {
  const names = folder ? readdirSync(folder).filter((name) => name.endsWith('.trace.json')) : [];
  const ways = [
    ['with what Langfuse makes of them', spanOf],
    ['with the attributes that they send', ownSpanOf],
  ] as const;
  it.each(names.flatMap((name) => ways.map(([way, read]) => [name, way, read] as const)))('%s, %s', (name, _, read) => {
    const { observations } = caseOf<{ observations: Observation[] }>(name);
    const expected = caseOf<Expected>(name.replace('.trace.', '.chatml.'));
    let compared = 0;
    for (const observation of observations) {
      const span = read(observation);
      for (const side of ['input', 'output'] as const) {
        const wanted = expected[observation.id]?.[side];
        const theirs = wanted?.success ? wanted.data.flatMap(expectedOf) : [];
        if (theirs.length === 0 || DIFFERENCES[`${observation.id} ${side}`]) continue;
        compared++;
        const ours = span && said(span, side);
        expect({ id: observation.id, side, said: ours }).toEqual({ id: observation.id, side, said: theirs });
      }
    }
    expect(compared).toBeGreaterThan(0);
  });
});

/** The span as it was sent, as far as the case tells: what Langfuse moved out of the attributes is put back under its own names. */
function spanOf({ type, name, model, input, output, metadata }: Observation): AgentSpan | null {
  const meta = parsed(metadata) as { attributes?: PlainValue; scope?: { name: string } } | null;
  const given = parsed(meta?.attributes ?? {}) as Record<string, PlainValue>;
  const attributes: Record<string, PlainValue> = { ...given, 'langfuse.observation.type': type.toLowerCase() };
  const isFlat = (prefix: string): boolean => Object.keys(given).some((key) => key.startsWith(prefix));
  if (input !== null && !isFlat('gen_ai.prompt.')) attributes['langfuse.observation.input'] = input;
  if (output !== null && !isFlat('gen_ai.completion.')) attributes['langfuse.observation.output'] = output;
  if (model !== null) attributes['langfuse.observation.model.name'] = model;
  const scope = meta?.scope?.name ?? '';
  return readSource({ name, scope, attributes: new AttributeReader(attributes), events: [] });
}

/** As its instrumentation sent it: what Langfuse moved out of the attributes is put back under the names that it had there. */
function ownSpanOf(observation: Observation): AgentSpan | null {
  const { name, input, output, metadata } = observation;
  const meta = parsed(metadata) as { attributes?: PlainValue; scope?: { name: string } } | null;
  const scope = meta?.scope?.name ?? '';
  if (scope === 'langfuse-sdk') return spanOf(observation);
  const attributes = { ...(parsed(meta?.attributes ?? {}) as Record<string, PlainValue>) };
  const [inputKey, outputKey] = ownKeys(name, scope, attributes);
  if (input !== null && inputKey !== null) attributes[inputKey] ??= textOf(input);
  if (output !== null && outputKey !== null) attributes[outputKey] ??= textOf(output);
  return readSource({ name, scope, attributes: new AttributeReader(attributes), events: [] });
}

function textOf(value: PlainValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function ownKeys(
  name: string,
  scope: string,
  given: Readonly<Record<string, PlainValue>>,
): readonly [string | null, string | null] {
  if (scope === 'ai') {
    if ('ai.toolCall.name' in given) return ['ai.toolCall.args', 'ai.toolCall.result'];
    return [name.endsWith('.doGenerate') ? 'ai.prompt.messages' : 'ai.prompt', 'ai.response.toolCalls'];
  }
  const isEvents = 'events' in given || 'all_messages_events' in given;
  if (scope === 'ai.koog' || (scope === 'pydantic-ai' && isEvents)) return [null, null];
  if (scope === 'pydantic-ai' || scope === 'agent_framework') {
    return given['gen_ai.operation.name'] === 'execute_tool'
      ? ['gen_ai.tool.call.arguments', 'gen_ai.tool.call.result']
      : ['gen_ai.input.messages', 'gen_ai.output.messages'];
  }
  return ['input.value', 'output.value'];
}

interface Said {
  readonly role: string | null;
  readonly text: string;
  readonly calls: readonly { id: string; name: string; arguments: PlainValue }[];
  readonly values: readonly PlainValue[];
}

function said(span: AgentSpan, side: 'input' | 'output'): Said[] {
  const system: Message[] = span.system.length > 0 ? [{ role: 'system', parts: span.system }] : [];
  const messages = side === 'input' ? [...system, ...span.input] : span.output;
  if (messages.length > 0) return messages.map(saidIn).filter(isAnything);
  const value = span.tool ? span.tool[side === 'input' ? 'arguments' : 'result'] : span[`${side}Value`];
  const values = Array.isArray(value) ? value : [value];
  return values.map((one) => ({ role: null, text: '', calls: [], values: [one] }));
}

function saidIn({ role, parts }: Message): Said {
  const texts = parts.flatMap((part) => (part.type === 'text' ? part.text : []));
  const calls = parts.flatMap((part) =>
    part.type === 'tool_call' ? { id: part.id ?? '', name: part.name, arguments: part.arguments } : [],
  );
  const values = parts.flatMap((part: Part): PlainValue[] => {
    if (part.type === 'tool_result') return [parsed(part.result)];
    return part.type === 'other' ? [part.value] : [];
  });
  return { role, text: texts.join('\n'), calls, values };
}

const ROLES: Readonly<Record<string, string>> = { model: 'assistant', developer: 'system' };

function expectedOf({ role, content, tool_calls = [], json }: ExpectedMessage): Said[] {
  if (role === undefined) {
    const value = json ?? content;
    return value === undefined || value === null ? [] : [{ role: null, text: '', calls: [], values: [value] }];
  }
  const value = parsed(content ?? '');
  // Of several texts, the expected messages keep the JSON.
  const texts = Array.isArray(value) && value.every((part) => (part as { type?: string })?.type === 'text');
  const text = texts ? (value as { text: string }[]).map((part) => part.text).join('\n') : String(content ?? '');
  const isResult = role === 'tool';
  const calls = tool_calls.map(({ id, name, arguments: given }) => ({ id, name, arguments: parsed(given) }));
  const one = {
    role: ROLES[role] ?? role,
    text: isResult ? '' : text,
    calls,
    values: isResult && content !== undefined && content !== '' ? [value] : [],
  };
  return isAnything(one) ? [one] : [];
}

/** Some agents send messages that say nothing. */
function isAnything({ text, calls, values }: Said): boolean {
  return text !== '' || calls.length > 0 || values.length > 0;
}
