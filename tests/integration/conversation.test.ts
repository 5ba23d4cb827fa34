/** Runs of agents as real instrumentations send them, through OTLP and back as a conversation: spans, span events, log records. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../../core/agent-run/conversation';
import { parsed } from '../../core/dialects/span-source';
import { traceRequest } from '../../core/samples/otlp-builder';
import { connectRpc } from '../../services/net/rpc-client';
import { caseFile } from '../fixtures/cases';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { T0 } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

const id = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
const turnsOf = async (traceId: string) =>
  (await spoor.get<Conversation>(`/v1/traces/${traceId}/conversation`)).body.turns;
/** Of each turn the new texts of its input, the calls that it asks for with their results, and the texts of its output. */
const gist = (turns: Conversation['turns']) =>
  turns.map(({ system, input, output, toolUses }) => ({
    system: system?.map((part) => (part.type === 'text' ? part.text : part.type)),
    input: input.flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : part.type))),
    output: output.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? part.text : []))),
    uses: Object.values(toolUses).map(({ name, arguments: given, result }) => [name, given, parsed(result ?? '')]),
  }));

async function sendCalls(
  traceId: string,
  spanIds: readonly string[],
  more: Record<string, string> = {},
): Promise<void> {
  await spoor.post(
    '/v1/traces',
    traceRequest(
      spanIds.map((spanId, i) => ({
        traceId,
        spanId,
        service: 'bot',
        name: 'chat gpt-5-mini',
        kind: 3,
        startNs: T0 + BigInt(i) * 1_000_000n,
        endNs: T0 + BigInt(i) * 1_000_000n + 500_000n,
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5-mini', ...more },
      })),
    ),
  );
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
function anyValue(value: Json): object {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: pairs(value as { [key: string]: Json }) } };
}
function pairs(values: { readonly [key: string]: Json }): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

interface Event {
  readonly spanId: string;
  readonly name: string;
  readonly body?: Json;
  readonly attributes?: { readonly [key: string]: Json };
}

/** @param isNamed in the record's own field; before that field came, in an attribute */
async function sendEvents(traceId: string, events: readonly Event[], isNamed: boolean): Promise<void> {
  const logRecords = events.map(({ spanId, name, body = null, attributes = {} }, i) => ({
    timeUnixNano: '0',
    observedTimeUnixNano: String(T0 + BigInt(i) * 1_000n),
    traceId,
    spanId,
    body: anyValue(body),
    ...(isNamed ? { eventName: name } : {}),
    attributes: pairs(isNamed ? attributes : { ...attributes, 'event.name': name }),
  }));
  await spoor.post('/v1/logs', {
    resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ scope: { name: 'genai' }, logRecords }] }],
  });
}

const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city": "Oslo"}' } };
const WANTED = [
  { system: ['be'], input: ['hi'], output: [], uses: [['weather', { city: 'Oslo' }, { sky: 'rain' }]] },
  { system: undefined, input: [], output: ['wet'], uses: [] },
];

describe('events of the GenAI conventions as log records', () => {
  const [first, second] = [id(1, 16), id(2, 16)];
  const asked: Event[] = [
    { spanId: first, name: 'gen_ai.system.message', body: { content: 'be' } },
    { spanId: first, name: 'gen_ai.user.message', body: { content: 'hi' } },
  ];
  const messages: Event[] = [
    ...asked,
    {
      spanId: first,
      name: 'gen_ai.choice',
      body: { index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', tool_calls: [call] } },
    },
    ...asked.map((event) => ({ ...event, spanId: second })),
    { spanId: second, name: 'gen_ai.assistant.message', body: { tool_calls: [call] } },
    { spanId: second, name: 'gen_ai.tool.message', body: { id: 'c1', content: '{"sky": "rain"}' } },
    { spanId: second, name: 'gen_ai.choice', body: { index: 0, finish_reason: 'stop', message: { content: 'wet' } } },
  ];
  it('say what a turn of a session was about, however late they come', async () => {
    const traceId = id(0x5e55, 32);
    await sendCalls(traceId, [first, second], { 'gen_ai.conversation.id': 'told in logs' });
    const client = await connectRpc(spoor.ready.ui, spoor.ready.token);
    const turn = async () => (await client.api.sessionTurns('told in logs', 0, 9))[0];
    expect(await turn()).toMatchObject({ traceId, asked: null, answered: null });
    await sendEvents(traceId, messages, true);
    expect(await turn()).toMatchObject({ traceId, asked: 'hi', answered: 'wet' });
    client.close();
  });

  const bedrock: Event[] = messages.map((event) =>
    event.name === 'gen_ai.user.message' ? { ...event, body: { content: [{ text: 'hi' }] } } : event,
  );
  const text: Event[] = messages.map((event) => ({ ...event, body: JSON.stringify(event.body) }));
  const user = { role: 'user', parts: [{ type: 'text', content: 'hi' }] };
  const asks = {
    role: 'assistant',
    parts: [{ type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } }],
  };
  const answers = { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: '{"sky": "rain"}' }] };
  const says = { role: 'assistant', parts: [{ type: 'text', content: 'wet' }], finish_reason: 'stop' };
  const detailed = (spanId: string, input: Json, output: Json): Event => ({
    spanId,
    name: 'gen_ai.client.inference.operation.details',
    attributes: {
      'gen_ai.system_instructions': [{ type: 'text', content: 'be' }],
      'gen_ai.input.messages': input,
      'gen_ai.output.messages': output,
    },
  });
  const details = [detailed(first, [user], [asks]), detailed(second, [user, asks, answers], [says])];
  const inBody: Event[] = details.map(({ attributes, ...event }) => ({ ...event, body: attributes as Json }));

  it.each<[string, Event[], boolean, number]>([
    ['one for each message', messages, true, 0xa1],
    ['named by an attribute', messages, false, 0xa2],
    ['of Bedrock', bedrock, true, 0xa3],
    ['with JSON as their text', text, true, 0xa4],
    ['with the details of an operation', details, true, 0xa5],
    ['with the details in their body', inBody, true, 0xa6],
  ])('are messages of the call that they name: %s', async (_, events, isNamed, n) => {
    const traceId = id(n, 32);
    await sendCalls(traceId, [first, second]);
    await sendEvents(traceId, events, isNamed);
    expect(gist(await turnsOf(traceId))).toEqual(WANTED);
  });

  it('are there when they come after the conversation was read', async () => {
    const traceId = id(0xb1, 32);
    await sendCalls(traceId, [first, second]);
    expect(gist(await turnsOf(traceId))).toMatchObject([{ input: [] }, { input: [] }]);
    await sendEvents(traceId, details, true);
    expect(gist(await turnsOf(traceId))).toEqual(WANTED);
  });
});

const clients = caseFile('15-real-clients');

describe.skipIf(!clients)('captures of real clients', () => {
  const files = clients ? readdirSync(clients).filter((name) => /^(?:01|02|05|09a|11a|18)/.test(name)) : [];
  const traces = files.filter((name) => !name.endsWith('.logs.json'));
  it.each(traces)('%s: each call once, each tool with its call', async (name) => {
    const request = readFileSync(join(clients ?? '', name), 'utf8');
    await spoor.post('/v1/traces', JSON.parse(request) as object);
    const logs = name.replace('.json', '.logs.json');
    if (files.includes(logs)) {
      await spoor.post('/v1/logs', JSON.parse(readFileSync(join(clients ?? '', logs), 'utf8')) as object);
    }
    const traceId = /"traceId": ?"([0-9a-f]{32})"/.exec(request)?.[1] ?? '';
    const turns = await turnsOf(traceId);
    expect(turns.map(({ kind }) => kind)).toEqual(['model', 'model']);
    const [first, last] = turns as [Conversation['turns'][number], Conversation['turns'][number]];
    expect(gist([first])[0]?.system).toEqual(['You are a weather bot.']);
    expect(gist([first])[0]?.input).toHaveLength(1);
    expect(gist([last])[0]?.input).toEqual([]);
    expect(gist([last])[0]?.output.join('').trim()).toBe('It is 21 degrees in Paris.');
    const weather = Object.values(first.toolUses).find((use) => use.name === 'get_weather');
    expect(weather?.arguments).toEqual({ city: 'Paris' });
    expect(JSON.stringify(weather?.result)).toContain('21');
  });
});
