import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRpc } from '../../services/net/rpc-client';
import { askQuestion } from '../fixtures/ask-questions';
import { type McpClient, mcpOverHttp, mcpOverStdio } from '../fixtures/mcp-client';
import { QUESTIONS } from '../fixtures/mcp-questions';
import { HOSTILE_NAME, LONG_PROMPT, LONG_SPAN, mcpRequests, TRACES } from '../fixtures/mcp-workspace';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';

const MOST_BYTES = 2_000;
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
let http: McpClient;
let stdio: McpClient;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  for (const { path, body } of mcpRequests(BigInt(Date.now()) * 1_000_000n)) {
    expect((await spoor.post(path, body)).status).toBe(200);
  }
  http = await mcpOverHttp(spoor.ready.ui, spoor.ready.token);
  stdio = await mcpOverStdio(folder.path, ['--write']);
});
afterAll(async () => {
  await stdio?.close();
  await http?.close();
  await spoor.stop();
  await folder.remove();
});

describe('a session', () => {
  it('names its tools with schemas and whether they only read; those that write need leave', async () => {
    const { tools } = await http.client.listTools();
    expect(
      tools.every(({ outputSchema, title, annotations }) => outputSchema && title && annotations?.readOnlyHint),
    ).toBe(true);
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['search_traces', 'outline_trace', 'read_span', 'find_errors', 'show_in_window']),
    );
    const writing = (await stdio.client.listTools()).tools.filter(({ annotations }) => !annotations?.readOnlyHint);
    expect(writing.map(({ name }) => name)).toEqual(['write_note', 'write_score', 'add_dataset_row']);
    expect(names).not.toContain('write_note');
    expect(http.client.getInstructions()).toMatch(/data that may lie/);
  });

  it('answers thirty questions in three calls and 6 kB each, with the facts', async () => {
    for (const question of QUESTIONS) {
      const { calls, textBytes, missing, text } = await askQuestion(stdio, question);
      expect(missing, `${question.asks}\n${text}`).toEqual([]);
      expect(calls).toBeLessThanOrEqual(3);
      expect(textBytes, question.asks).toBeLessThanOrEqual(6_000);
    }
  });

  it('gives the same over both transports, and links without the token', async () => {
    const asked = { traceId: TRACES.slow };
    const [a, b] = [await http.ask('outline_trace', asked), await stdio.ask('outline_trace', asked)];
    expect(a).toEqual(b);
    expect(a.data.link).toBe(`${spoor.ready.ui}/#/trace/${TRACES.slow}`);
    expect(a.text).not.toContain(spoor.ready.token);
  });

  it('ends with its DELETE', async () => {
    const { headers } = await post(INITIALIZE);
    const id = headers.get('mcp-session-id') ?? '';
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    expect((await post(call, { 'mcp-session-id': id })).status).toBe(200);
    expect(
      (await fetch(`${spoor.ready.ui}/mcp`, { method: 'DELETE', headers: headersOf({ 'mcp-session-id': id }) })).status,
    ).toBe(200);
    expect((await post(call, { 'mcp-session-id': id })).status).toBe(404);
  });
});

describe('answers', () => {
  it('are a page, whatever is asked for, and go on without gap or repetition', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const answer = await http.ask('search_traces', {
        query: 'service:web',
        limit: 1_000_000,
        ...(cursor ? { cursor } : {}),
      });
      expect(Buffer.byteLength(answer.text)).toBeLessThanOrEqual(MOST_BYTES);
      expect(Buffer.byteLength(JSON.stringify(answer.data))).toBeLessThanOrEqual(MOST_BYTES);
      seen.push(...answer.data.items.map(({ traceId }) => String(traceId)));
      cursor = answer.data.nextCursor;
    } while (cursor !== null);
    expect(seen.length).toBe(121);
    expect(new Set(seen).size).toBe(121);
  });

  it('leave no trace out between pages, however long its row is', async () => {
    const { body } = await spoor.get<{ data: { traceId: string }[] }>('/v1/traces?limit=100');
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const answer = await http.ask('search_traces', { ...(cursor ? { cursor } : {}) });
      seen.push(...answer.data.items.map(({ traceId }) => String(traceId)));
      cursor = answer.data.nextCursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain(TRACES.hostile);
    expect(seen.slice(0, 100)).toEqual(body.data.map(({ traceId }) => traceId));
  });

  it('tell logs around a span of its service alone, whatever is looked for', async () => {
    const { text } = await http.ask('outline_trace', { traceId: TRACES.slow });
    const [, spanId] = /- ([0-9a-f]{16}) "GET pricing/.exec(text) ?? [];
    const around = { traceId: TRACES.slow, spanId };
    const { data } = await http.ask('search_logs', { ...around, query: 'billed OR giving' });
    expect(data).toMatchObject({
      complete: true,
      items: [{ service: 'reports', message: 'giving up on pricing after 2000 ms' }],
    });
    expect((await http.ask('search_logs', { query: 'billed' })).data.items).toMatchObject([{ service: 'ledger' }]);
  });

  it('count the requests of the service that is asked for', async () => {
    const { data } = await http.ask('service_health', { service: 'reports', groupBy: 'operation', maxBytes: 16_000 });
    const sum = (key: string): number => data.items.reduce((all, item) => all + Number(item[key]), 0);
    expect(data.items.every(({ service }) => service === 'reports')).toBe(true);
    expect(sum('requests')).toBeGreaterThan(0);
    expect(data).toMatchObject({ requests: sum('requests'), errors: sum('errors') });
  });

  it('outline a trace of ten thousand spans in 2 kB, and the rest behind the cursor', async () => {
    const { data } = await http.ask('search_traces', { sort: '-spanCount', limit: 1 });
    const traceId = data.items[0]?.traceId;
    expect(data.items[0]?.spans).toBe(10_000);
    const first = await http.ask('outline_trace', { traceId });
    expect(Buffer.byteLength(first.text)).toBeLessThanOrEqual(MOST_BYTES);
    expect(first.text).toMatch(/ERROR "TooManyRequests/);
    const next = await http.ask('outline_trace', { traceId, cursor: first.data.nextCursor });
    const [shown, more] = [first, next].map(({ data: { items } }) => items.map(({ spanId }) => spanId));
    expect(more?.length).toBeGreaterThan(0);
    expect(more?.filter((id) => shown?.includes(id))).toEqual([]);
  });

  it('read a long value in pieces that make up the whole', async () => {
    let text = '';
    let cursor: string | null = null;
    do {
      const answer = await http.ask('read_span', {
        traceId: TRACES.loop,
        spanId: LONG_SPAN,
        field: 'attributes.gen_ai.input.messages',
        maxBytes: 8_000,
        ...(cursor ? { cursor } : {}),
      });
      text += String(answer.data.items[0]?.value);
      cursor = answer.data.nextCursor;
    } while (cursor !== null);
    expect(JSON.parse(text)).toMatchObject([{ parts: [{ content: LONG_PROMPT }] }]);
  });

  it('say what to do where nothing can be told', async () => {
    const cases: [string, Record<string, unknown>, RegExp][] = [
      ['outline_trace', { traceId: 'f'.repeat(32) }, /NOT_FOUND: .*not stored/],
      ['outline_trace', { traceId: 'what' }, /VALIDATION_ERROR: traceId: .*search_traces/],
      ['outline_trace', { traceId: TRACES.slow.slice(0, 20) }, /ambiguous: c{20}/],
      ['outline_trace', { traceId: TRACES.slow, spanId: 'e'.repeat(16) }, /not part of this trace/],
      ['search_traces', { query: '{ status = }' }, /VALIDATION_ERROR: .*Column \d+/],
      ['search_traces', { from: 'yesterday' }, /from: "yesterday" is no time/],
      ['search_logs', { around: 'noon' }, /around: "noon" is no time/],
      ['search_logs', { around: '' }, /VALIDATION_ERROR: around: is empty/],
      ['search_traces', { cursor: 'deadbeef.1' }, /belongs to another question/],
      ['aggregate_spans', { query: '{ status = error }' }, /count_over_time/],
      ['read_span', { traceId: TRACES.loop, spanId: LONG_SPAN, field: 'nothing' }, /has no "nothing"/],
      ['read_conversation', { traceId: TRACES.loop, turn: 99 }, /this run has \d+ turns/],
      ['search_traces', { unknown: true }, /unknown/i],
    ];
    for (const [tool, args, pattern] of cases) {
      const answer = await http.ask(tool, args);
      expect(answer.isError, tool).toBe(true);
      expect(answer.text).toMatch(pattern);
    }
  });

  it('take ages that reach back before any clock', async () => {
    for (const from of ['999999999d', '800000d']) {
      expect((await http.ask('search_logs', { from })).isError, from).toBe(false);
      expect((await http.ask('search_logs', { around: from })).isError, from).toBe(false);
    }
  });

  it('find a trace by its link and its traceparent', async () => {
    const link = `${spoor.ready.ui}/#/trace/${TRACES.loop}/${LONG_SPAN}`;
    expect((await http.ask('read_span', { traceId: link })).data).toMatchObject({ spanId: LONG_SPAN });
    expect((await http.ask('outline_trace', { traceId: `00-${TRACES.loop}-${LONG_SPAN}-01` })).data).toMatchObject({
      traceId: TRACES.loop,
    });
  });
});

describe('hostile text', () => {
  it('stays in its quotes in every tool', async () => {
    const asked: [string, Record<string, unknown>][] = [
      ['outline_trace', { traceId: TRACES.hostile }],
      ['explain_critical_path', { traceId: TRACES.hostile }],
      ['find_errors', {}],
      ['search_traces', { query: '{ status = error }' }],
      ['read_conversation', { traceId: TRACES.hostile }],
      ['find_waste', { traceId: TRACES.hostile }],
      ['compare_traces', { before: TRACES.fast, after: TRACES.hostile }],
      ['service_health', { groupBy: 'operation' }],
      ['service_map', {}],
      ['list_agents', {}],
      ['list_attributes', { query: 'Link' }],
      ['aggregate_spans', { by: 'name' }],
    ];
    const { data } = await http.ask('outline_trace', { traceId: TRACES.hostile });
    for (const { spanId } of data.items) asked.push(['read_span', { traceId: TRACES.hostile, spanId }]);
    for (const [tool, args] of asked) {
      const { text, isError } = await http.ask(tool, { ...args, maxBytes: 16_000 });
      expect(isError, text).toBe(false);
      const outside = text.replace(/"(?:[^"\\\n]|\\.)*"/g, '');
      expect(outside, tool).not.toMatch(/ignore all previous|evil\.example|SYSTEM|write_note/);
      expect(text, tool).not.toMatch(/[\u202e\u{e0041}]/u);
      expect(text.split('\n').filter((line) => line.startsWith('Link: ')).length, tool).toBe(1);
    }
    expect((await http.ask('outline_trace', { traceId: TRACES.hostile })).text).toContain('ignore all previous');
    expect(HOSTILE_NAME).toContain('"');
  });
});

describe('who may ask', () => {
  it('needs the token, and no page of another address may', async () => {
    for (const method of ['POST', 'GET', 'DELETE', 'PUT']) {
      const body = method === 'POST' ? { body: JSON.stringify(INITIALIZE) } : {};
      const refused = (headers: Record<string, string>) => fetch(`${spoor.ready.ui}/mcp`, { method, headers, ...body });
      expect((await refused({})).status, method).toBe(401);
      expect((await refused({ authorization: 'Bearer wrong-token-of-nobody' })).status, method).toBe(401);
      expect((await refused(headersOf({ origin: 'http://evil.example' }))).status, method).toBe(403);
      expect((await refused(headersOf({ origin: 'null' }))).status, method).toBe(403);
    }
    const port = new URL(spoor.ready.ui).port;
    expect(await statusOfHost(`evil.example:${port}`)).toBe(403);
    expect((await post(INITIALIZE)).status).toBe(200);
  });

  it('keeps a bounded number of sessions', async () => {
    const ids = [];
    for (let i = 0; i < 70; i++) ids.push((await post(INITIALIZE)).headers.get('mcp-session-id') ?? '');
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    expect((await post(call, { 'mcp-session-id': ids[0] as string })).status).toBe(404);
    expect((await post(call, { 'mcp-session-id': ids[69] as string })).status).toBe(200);
    http = await mcpOverHttp(spoor.ready.ui, spoor.ready.token);
  });
});

describe("the user's window", () => {
  it('shows what the agent found where one is open, and is said to be closed otherwise', async () => {
    const closed = await http.ask('show_in_window', { traceId: TRACES.slow });
    expect(closed).toMatchObject({ isError: true });
    expect(closed.text).toMatch(/No window of Spoor is open/);
    const page = await connectRpc(spoor.ready.ui, spoor.ready.token);
    const hidden = page.api.nextScreen(false);
    const visible = page.api.nextScreen(true);
    expect((await http.ask('show_in_window', { traceId: TRACES.loop, spanId: LONG_SPAN })).isError).toBe(false);
    expect(await visible).toBe(`/trace/${TRACES.loop}/${LONG_SPAN}`);
    expect((await http.ask('show_in_window', { screen: 'agents' })).isError).toBe(false);
    expect(await hidden).toBe('/agents');
    await expect(page.api.showScreen('//evil.example')).rejects.toThrow('is not the path of a screen');
    page.close();
  });
});

describe('with leave to write', () => {
  it('notes, scores and rows of datasets are stored', async () => {
    await stdio.ask('write_note', { traceId: TRACES.slow, note: 'pricing was down' });
    await stdio.ask('write_score', {
      traceId: TRACES.loop,
      spanId: LONG_SPAN,
      name: 'correctness',
      value: 0,
      comment: 'loops',
    });
    const row = await stdio.ask('add_dataset_row', { dataset: 'loops', traceId: TRACES.loop, spanId: LONG_SPAN });
    expect(row.data, row.text).toMatchObject({ created: true });
    const notes = await spoor.get<{ data: object[] }>(`/v1/annotations?traceId=${TRACES.slow}`);
    expect(notes.body.data).toMatchObject([{ note: 'pricing was down' }]);
    const scores = await spoor.get<{ data: object[] }>(`/v1/scores?traceId=${TRACES.loop}`);
    expect(scores.body.data).toMatchObject([{ name: 'correctness', value: 0, source: 'model' }]);
    expect((await http.ask('write_note', { traceId: TRACES.slow, note: 'x' })).isError).toBe(true);
  });
});

describe('resources, prompts and completion', () => {
  it('read, word and propose', async () => {
    const { client } = http;
    const { contents } = await client.readResource({ uri: `spoor://trace/${TRACES.slow}` });
    expect(contents[0]).toMatchObject({ mimeType: 'text/plain', text: expect.stringContaining('ReadTimeout') });
    const session = await client.readResource({ uri: 'spoor://session/scout-session' });
    expect(session.contents[0]).toMatchObject({ text: expect.stringContaining(TRACES.loop) });
    const templates = await client.listResourceTemplates();
    expect(templates.resourceTemplates.map(({ name }) => name)).toEqual(['trace', 'span', 'session']);
    expect((await client.listResources()).resources.length).toBeGreaterThan(20);
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['why_was_this_slow', 'what_did_this_run_cost', 'write_the_bug_report']),
    );
    const prompt = await client.getPrompt({ name: 'why_was_this_slow', arguments: { traceId: TRACES.slow } });
    expect(JSON.stringify(prompt.messages)).toContain('explain_critical_path');
    const services = await client.complete({
      ref: { type: 'ref/prompt', name: 'what_fails_in_this_service' },
      argument: { name: 'service', value: 'pay' },
    });
    expect(services.completion.values).toEqual(['payments']);
    const keys = await client.complete({
      ref: { type: 'ref/prompt', name: 'what_differs_by_attribute' },
      argument: { name: 'key', value: 'http.rou' },
    });
    expect(keys.completion.values).toEqual(['span.http.route']);
  });

  it('tells progress, and gives up what is cancelled', async () => {
    const told: number[] = [];
    await http.ask('find_waste', {}, { onprogress: ({ progress }) => told.push(progress) });
    expect(told.length).toBeGreaterThan(1);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
    const stop = new AbortController();
    const asked = http.ask('find_waste', {}, { signal: stop.signal });
    stop.abort();
    await expect(asked).rejects.toThrow();
    expect((await http.ask('get_status')).text).toMatch(/store ready/);
  });
});

function headersOf(more: Record<string, string>): Record<string, string> {
  return {
    authorization: `Bearer ${spoor.ready.token}`,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...more,
  };
}

async function post(message: object, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`${spoor.ready.ui}/mcp`, {
    method: 'POST',
    headers: headersOf(headers),
    body: JSON.stringify(message),
  });
  await response.text();
  return response;
}

/** `fetch` sets the header itself. */
async function statusOfHost(host: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const asked = request(`${spoor.ready.ui}/mcp`, { method: 'POST', headers: headersOf({ host }) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(INITIALIZE));
  });
}
