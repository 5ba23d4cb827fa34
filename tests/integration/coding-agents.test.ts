/** Coding agents that send logs alone: their runs are there as traces, once, with what was asked, what tools did and what it cost. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation } from '../../core/agent-run/conversation';
import type { SessionSummary } from '../../core/api/session';
import type { AgentRunReport } from '../../core/api/timeline';
import type { TraceSummary } from '../../core/model/trace-summary';
import { traceRequest } from '../../core/samples/otlp-builder';
import { claudeCodeLogs, codexLogs } from '../fixtures/coding-agent-logs';
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

const session = async (id: string) =>
  (await spoor.get<SessionSummary & { traces: { data: TraceSummary[] } }>(`/v1/sessions/${id}`)).body;

it('Claude Code: a trace for each prompt, of one session', async () => {
  const usage = {
    model: 'claude-sonnet-4-5',
    input_tokens: 100,
    output_tokens: 50,
    cache_read_tokens: 900,
    cache_creation_tokens: 0,
  };
  const first = claudeCodeLogs(T0, 'cc-1', 'p-1', [
    ['user_prompt', 0, { prompt: 'Fix the build', prompt_length: 13 }],
    ['api_request', 2_000, { ...usage, duration_ms: 1_500, request_id: 'r-1', cost_usd: '0.25' }],
    ['tool_decision', 2_100, { tool_name: 'Bash', decision: 'accept' }],
    [
      'tool_result',
      3_000,
      {
        tool_name: 'Bash',
        tool_use_id: 't-1',
        success: 'false',
        duration_ms: 500,
        tool_input: '{"command":"make"}',
        error: 'exit 2',
      },
    ],
    [
      'tool_result',
      4_000,
      {
        tool_name: 'Bash',
        tool_use_id: 't-2',
        success: 'true',
        duration_ms: 500,
        tool_input: '{"command":"make all"}',
      },
    ],
    ['api_request', 6_000, { ...usage, duration_ms: 1_500, request_id: 'r-2', cost_usd: '0.5' }],
    ['assistant_response', 6_001, { response: 'It builds again.' }],
  ]);
  await spoor.post('/v1/logs', first);
  await spoor.post('/v1/logs', first);
  await spoor.post(
    '/v1/logs',
    claudeCodeLogs(T0 + 60_000_000_000n, 'cc-1', 'p-2', [
      ['user_prompt', 0, { prompt: '<REDACTED>', prompt_length: 9 }],
      ['api_error', 700, { model: 'claude-sonnet-4-5', error: 'overloaded', duration_ms: 600, status_code: 529 }],
    ]),
  );
  const { traces, ...summary } = await session('cc-1');
  expect(summary).toMatchObject({
    traceCount: 2,
    tracesWithErrors: 2,
    agentNames: ['Claude Code'],
    reportedCostUsd: 0.75,
  });
  const [fixed, failed] = traces.data;
  expect(fixed).toMatchObject({
    rootName: 'invoke_agent Claude Code',
    rootService: 'claude-code',
    spanCount: 5,
    inputTokens: 2_000,
    outputTokens: 100,
    incomplete: false,
  });
  expect(failed).toMatchObject({ spanCount: 2, errorCount: 1, inputTokens: null });
  const { turns } = (await spoor.get<Conversation>(`/v1/traces/${fixed?.traceId}/conversation`)).body;
  expect(turns.map(({ kind, name, durationNs, failed: hasFailed }) => [kind, name, durationNs, hasFailed])).toEqual([
    ['model', 'chat claude-sonnet-4-5', 1.5e9, false],
    ['tool', 'execute_tool Bash', 0.5e9, true],
    ['tool', 'execute_tool Bash', 0.5e9, false],
    ['model', 'chat claude-sonnet-4-5', 1.5e9, false],
  ]);
  expect(turns[1]?.toolCall?.arguments).toEqual({ command: 'make' });
  expect(turns[3]?.output).toMatchObject([{ role: 'assistant', parts: [{ text: 'It builds again.' }] }]);
});

it('Codex: what belongs to which prompt is told by time', async () => {
  const done = {
    'event.kind': 'response.completed',
    input_token_count: '1200',
    output_token_count: '80',
    cached_token_count: '1000',
    reasoning_token_count: '20',
  };
  await spoor.post(
    '/v1/logs',
    codexLogs(T0, 'cx-1', [
      ['conversation_starts', 0, {}],
      ['user_prompt', 100, { prompt: 'Rename the class' }],
      ['sse_event', 900, { 'event.kind': 'response.created' }],
      ['sse_event', 1_000, { ...done, duration_ms: '800' }],
      [
        'tool_result',
        1_500,
        {
          tool_name: 'shell',
          call_id: 'c-1',
          arguments: '{"cmd":"sed"}',
          output: 'done',
          success: 'true',
          duration_ms: '200',
        },
      ],
    ]),
  );
  await spoor.post(
    '/v1/logs',
    codexLogs(T0, 'cx-1', [
      ['user_prompt', 60_000, { prompt: 'And the file' }],
      ['sse_event', 61_000, done],
    ]),
  );
  const { traces, ...summary } = await session('cx-1');
  expect(summary).toMatchObject({ traceCount: 2, inputTokens: 2_400, outputTokens: 160, agentNames: ['Codex'] });
  expect(traces.data.map(({ spanCount }) => spanCount)).toEqual([3, 2]);
  expect(summary.costUsd).toBeGreaterThan(0);
});

it('leaves alone what names a trace of its own', async () => {
  const logs = claudeCodeLogs(T0, 'cc-2', 'p-1', [['user_prompt', 0, { prompt: 'hi' }]]) as {
    resourceLogs: { scopeLogs: { logRecords: object[] }[] }[];
  };
  const record = logs.resourceLogs[0]?.scopeLogs[0]?.logRecords[0] as { traceId?: string };
  record.traceId = 'ab'.repeat(16);
  await spoor.post('/v1/logs', logs);
  expect((await spoor.get('/v1/sessions/cc-2')).status).toBe(404);
});

it('joins what stands in logs alone to the spans that Claude Code sent', async () => {
  const traceId = 'cd'.repeat(16);
  const [root, call, tool] = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [string, string, string];
  const span = (spanId: string, name: string, at: bigint, attributes: Record<string, string | number>) => ({
    traceId,
    spanId,
    ...(spanId !== root && { parentSpanId: root }),
    service: 'claude-code',
    name: `claude_code.${name}`,
    kind: 1,
    startNs: T0 + at,
    endNs: T0 + at + 1_000_000_000n,
    attributes: { 'span.type': name, 'session.id': 'cc-3', ...attributes },
  });
  await spoor.post(
    '/v1/traces',
    traceRequest([
      span(root, 'interaction', 0n, { user_prompt: '<REDACTED>' }),
      span(call, 'llm_request', 1n, { model: 'claude-sonnet-4-5', request_id: 'req-9', input_tokens: 10 }),
      span(tool, 'tool', 2n, { tool_name: 'Bash', tool_use_id: 'use-9' }),
    ]),
  );
  const conversation = async () => (await spoor.get<Conversation>(`/v1/traces/${traceId}/conversation`)).body.turns;
  expect((await conversation())[0]).toMatchObject({ output: [], reportedCostUsd: null });
  const logs = claudeCodeLogs(T0, 'cc-3', 'p-1', [
    ['api_request', 1_000, { request_id: 'req-9', cost_usd: '0.125' }],
    ['assistant_response', 1_001, { response: 'Done.' }],
    ['tool_result', 1_500, { tool_use_id: 'use-9', tool_input: '{"command":"make"}', success: 'true' }],
  ]) as { resourceLogs: { scopeLogs: { logRecords: { traceId?: string; spanId?: string }[] }[] }[] };
  for (const record of logs.resourceLogs[0]?.scopeLogs[0]?.logRecords ?? []) {
    record.traceId = traceId;
    record.spanId = root;
  }
  await spoor.post('/v1/logs', logs);
  const [model, bash] = await conversation();
  expect(model).toMatchObject({
    reportedCostUsd: 0.125,
    output: [{ role: 'assistant', parts: [{ type: 'text', text: 'Done.' }] }],
  });
  expect(bash?.toolCall?.arguments).toEqual({ command: 'make' });
  expect((await session('cc-3')).traceCount).toBe(1);
});

it('the OpenAI Agents SDK: what its exporter posts is a run, with its handing over', async () => {
  const traceId = `trace_${'ab'.repeat(16)}`;
  const span = (id: string, parent: string | null, at: number, span_data: object, error: object | null = null) => ({
    object: 'trace.span',
    id: `span_${id}`,
    trace_id: traceId,
    parent_id: parent && `span_${parent}`,
    started_at: `2026-11-22T10:00:0${at}.000000+00:00`,
    ended_at: `2026-11-22T10:00:0${at + 1}.000000+00:00`,
    span_data,
    error,
  });
  const usage = { input_tokens: 1_000, output_tokens: 50, input_tokens_details: { cached_tokens: 400 } };
  const messages = [{ role: 'user', content: 'Where is my order?' }];
  const post = (data: object[]) =>
    fetch(`${spoor.ready.otlpHttp}/v1/traces/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'openai-beta': 'traces=v1' },
      body: JSON.stringify({ data }),
    });
  const first = await post([
    { object: 'trace', id: traceId, workflow_name: 'Support', group_id: 'oa-1', metadata: null },
    span('a', null, 0, { type: 'agent', name: 'Triage', handoffs: ['Billing'], tools: [] }),
    span('b', 'a', 1, {
      type: 'generation',
      model: 'gpt-5',
      input: messages,
      output: [{ role: 'assistant', content: 'Let me see.' }],
      usage,
    }),
    span('c', 'a', 2, { type: 'handoff', from_agent: 'Triage', to_agent: 'Billing' }),
  ]);
  expect(first.status).toBe(204);
  await post([
    span('d', null, 3, { type: 'agent', name: 'Billing' }),
    span(
      'e',
      'd',
      4,
      { type: 'function', name: 'lookup', input: '{"id":1}', output: 'none' },
      { message: 'no such order', data: null },
    ),
  ]);
  const { traces, ...summary } = await session('oa-1');
  expect(summary).toMatchObject({ traceCount: 1, inputTokens: 1_000, outputTokens: 50, tracesWithErrors: 1 });
  expect(traces.data[0]).toMatchObject({ traceId: 'ab'.repeat(16), spanCount: 5, agentName: 'Triage' });
  const run = (await spoor.get<AgentRunReport>(`/v1/traces/${'ab'.repeat(16)}/agent-run`)).body;
  expect(run.graph.edges.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    ['agent Triage', 'model gpt-5', 'call'],
    ['agent Triage', 'agent Billing', 'handoff'],
    ['agent Billing', 'tool lookup', 'call'],
  ]);
  expect(run.insights[0]).toMatchObject({ kind: 'tool-errors', title: 'lookup failed once' });
  const wrong = await post([{ object: 'trace.span', id: 'x' }]);
  expect([wrong.status, await wrong.text()]).toEqual([
    400,
    expect.stringContaining('not an export of the OpenAI Agents SDK'),
  ]);
});

it('the OpenAI Agents SDK with responses: the run has its name, and messages where the exporter adds them', async () => {
  const traceId = `trace_${'ad'.repeat(16)}`;
  const span = (id: string, parent: string | null, at: number, span_data: object) => ({
    object: 'trace.span',
    id: `span_${id}`,
    trace_id: traceId,
    parent_id: parent && `span_${parent}`,
    started_at: `2026-11-22T11:00:0${at}.000000+00:00`,
    ended_at: `2026-11-22T11:00:0${at + 1}.000000+00:00`,
    span_data,
    error: null,
  });
  const usage = {
    input_tokens: 100,
    output_tokens: 10,
    input_tokens_details: { cached_tokens: 40, cache_write_tokens: 0 },
  };
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' };
  const response = (output: object[]) => ({
    id: 'resp',
    model: 'gpt-5-mini',
    instructions: 'Be brief.',
    tools: [{ type: 'function', name: 'weather' }],
    output,
  });
  const asked = [{ role: 'user', content: 'Rain?' }];
  const answered = { type: 'function_call_output', call_id: 'call_1', output: 'wet' };
  const says = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] };
  await fetch(`${spoor.ready.otlpHttp}/v1/traces/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      data: [
        { object: 'trace', id: traceId, workflow_name: 'Weather', group_id: null, metadata: null },
        span('t', null, 0, { type: 'custom', name: 'task', data: { sdk_span_type: 'task', name: 'Weather' } }),
        span('u', 't', 1, {
          type: 'custom',
          name: 'turn',
          data: { sdk_span_type: 'turn', turn: 1, agent_name: 'Met' },
        }),
        span('a', 'u', 2, {
          type: 'response',
          response_id: 'r1',
          usage,
          input: asked,
          response: { ...response([call]), usage },
        }),
        span('f', 'u', 3, { type: 'function', name: 'weather', input: '{"city":"Oslo"}', output: 'wet' }),
        span('b', 't', 4, {
          type: 'response',
          response_id: 'r2',
          usage,
          input: [...asked, call, answered],
          response: { ...response([says]), usage },
        }),
        span('c', 't', 6, { type: 'response', response_id: 'r3', usage }),
      ],
    }),
  });
  const id = 'ad'.repeat(16);
  expect((await spoor.get<TraceSummary>(`/v1/traces/${id}`)).body).toMatchObject({
    rootName: 'Weather',
    inputTokens: 300,
  });
  const { turns } = (await spoor.get<Conversation>(`/v1/traces/${id}/conversation`)).body;
  expect(turns).toMatchObject([
    {
      system: [{ text: 'Be brief.' }],
      tools: [{ name: 'weather' }],
      input: [{ role: 'user', parts: [{ text: 'Rain?' }] }],
      toolUses: { call_1: { name: 'weather', result: 'wet', durationNs: 1e9 } },
    },
    { input: [], output: [{ parts: [{ text: 'Yes.' }] }] },
    { input: [], output: [], model: null },
  ]);
});
