/** Prompts tried on an endpoint, over HTTP as anybody would: what is sent, what comes back, where the key goes. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Endpoint, PromptAnswer } from '../../core/api/playground';
import type { Message } from '../../core/dialects/agent-span';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
let server: OpenAiServer;
let endpoint: Endpoint;

beforeAll(async () => {
  folder = await preparedFolder();
  [spoor, server] = await Promise.all([startSpoor(folder.path), startOpenAiServer()]);
  endpoint = (
    await request<Endpoint>('POST', '/v1/endpoints', { name: 'Fake', baseUrl: server.baseUrl, model: 'echo' })
  ).body;
});
afterAll(async () => {
  await spoor.stop();
  await server.close();
  await folder.remove();
});

async function request<T>(method: string, path: string, body?: object, signal?: AbortSignal) {
  const response = await fetch(`${spoor.ready.ui}${path}`, {
    method,
    headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
}

const said = (role: string, text: string): Message => ({ role, parts: [{ type: 'text', text }] });
const ask = (model: string, more: object = {}) =>
  request<PromptAnswer>('POST', '/v1/prompts', {
    endpointId: endpoint.id,
    model,
    messages: [said('system', 'Be brief.'), said('user', 'where is it')],
    ...more,
  });

it('streams an answer, with what it took and when the first of it came', async () => {
  const { status, body } = await ask('echo', { parameters: { temperature: 0.5, max_tokens: 20 } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    messages: [{ role: 'assistant', parts: [{ type: 'text', text: 'WHERE IS IT' }] }],
    model: 'gpt-5',
    finishReasons: ['stop'],
    usage: { input: 1_000, output: 20, cacheRead: 600 },
    error: null,
  });
  expect(body.timeToFirstTokenNs).toBeGreaterThan(0);
  expect(body.durationNs).toBeGreaterThan(body.timeToFirstTokenNs ?? 0);
  expect(server.asked.at(-1)).toMatchObject({
    path: '/v1/chat/completions',
    authorization: undefined,
    body: {
      model: 'echo',
      temperature: 0.5,
      max_tokens: 20,
      stream: true,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'where is it' },
      ],
    },
  });
});

it('sends a run as it was recorded: calls of tools, their results, pictures', async () => {
  const call = { type: 'tool_call' as const, id: 'c1', name: 'look', arguments: { at: 1 } };
  const result = { type: 'tool_result' as const, id: 'c1', result: { found: true } };
  const messages: Message[] = [
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'see' },
        { type: 'blob', mimeType: 'image/png', data: 'AAAA' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'reasoning', text: 'hm' }, call] },
    { role: 'tool', parts: [result] },
  ];
  const tools = [{ name: 'search', description: 'Searches', parameters: { type: 'object' } }];
  const { body } = await ask('tool', { messages, tools });
  expect(body.messages[0]?.parts).toEqual([
    { type: 'tool_call', id: 'call_1', name: 'search', arguments: { query: 'x' } },
  ]);
  expect(server.asked.at(-1)?.body).toMatchObject({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', function: { name: 'look', arguments: '{"at":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"found":true}' },
    ],
    tools: [
      { type: 'function', function: { name: 'search', description: 'Searches', parameters: { type: 'object' } } },
    ],
  });
});

it('takes an answer that comes whole, and prices what it knows', async () => {
  const { body } = await ask('whole');
  expect(body).toMatchObject({
    messages: [{ parts: [{ text: 'WHERE IS IT' }] }],
    usage: { input: 1_000 },
    error: null,
  });
  // gpt-5 of an address that is nobody's: its maker's price.
  expect(body.costUsd).toBeCloseTo((400 * 1.25 + 600 * 0.125 + 20 * 10) / 1e6, 8);
});

it('says what went wrong at the endpoint', async () => {
  expect((await ask('broken')).body.error).toBe('The endpoint answered 500: the model has no more memory');
  expect((await ask('html')).body.error).toContain('<h1>Welcome</h1>');
  const moved = (await ask('moved')).body.error;
  expect(moved).toContain('could not be asked');
  const gone = await startOpenAiServer();
  await gone.close();
  const nobody = { name: 'Nobody', baseUrl: gone.baseUrl };
  const { body } = await request<Endpoint>('POST', '/v1/endpoints', nobody);
  expect((await ask('m', { endpointId: body.id })).body.error).toContain('Is the server running?');
});

it('refuses what is no prompt, no endpoint, no address', async () => {
  expect((await ask('m', { endpointId: '00000000-0000-0000-0000-000000000000' })).status).toBe(404);
  expect((await ask('m', { messages: [] })).status).toBe(400);
  for (const baseUrl of ['file:///etc/passwd', 'http://user:secret@127.0.0.1/v1', 'nonsense']) {
    expect((await request('POST', '/v1/endpoints', { name: 'x', baseUrl })).status).toBe(400);
  }
});

it('gives the key to the endpoint alone: it is told to nobody, not on the disk, and forgotten with the address', async () => {
  const key = 'a-very-secret-key-0815';
  const told = await request<Endpoint>('PUT', `/v1/endpoints/${endpoint.id}/key`, { key });
  expect(told.body.keyIn).toBe('memory');
  expect(JSON.stringify(told.body)).not.toContain(key);
  await ask('echo');
  expect(server.asked.at(-1)?.authorization).toBe(`Bearer ${key}`);
  for (const name of await readdir(folder.path)) {
    const content = await readFile(join(folder.path, name), 'latin1').catch(() => '');
    expect([name, content.includes(key)]).toEqual([name, false]);
  }
  const { version } = told.body;
  const elsewhere = { name: 'Fake', baseUrl: 'http://127.0.0.1:9/v1', model: 'echo', version };
  const moved = await request<Endpoint>('PUT', `/v1/endpoints/${endpoint.id}`, elsewhere);
  expect(moved.body.keyIn).toBeNull();
  await request('PUT', `/v1/endpoints/${endpoint.id}`, { ...elsewhere, baseUrl: server.baseUrl, version: version + 1 });
  await ask('echo');
  expect(server.asked.at(-1)?.authorization).toBeUndefined();
});

it('ends the call when who asked has left', async () => {
  const abort = new AbortController();
  const leaving = request(
    'POST',
    '/v1/prompts',
    { endpointId: endpoint.id, model: 'slow', messages: [said('user', 'x')] },
    abort.signal,
  );
  const before = server.asked.length;
  await expect.poll(() => server.asked.length, { timeout: 60_000 }).toBe(before + 1);
  abort.abort();
  await expect(leaving).rejects.toThrow();
  expect((await ask('echo')).status).toBe(200);
});
