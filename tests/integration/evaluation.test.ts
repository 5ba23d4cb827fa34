/** Datasets from recorded calls, experiments on them: recorded answers and models asked again, local evaluators and a judge. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Dataset, DatasetItem, Experiment, ExperimentSummary } from '../../core/api/evaluation';
import type { Endpoint } from '../../core/api/playground';
import type { Score } from '../../core/api/score';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { T0, traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
let server: OpenAiServer;
let endpoint: Endpoint;
let dataset: Dataset;

const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);
const call = (trace: number, asked: string, answered: string): SampleSpan => ({
  traceId: traceIdOf(trace),
  spanId: trace.toString(16).padStart(16, '0'),
  service: 'agent',
  name: 'chat gpt-5',
  startNs: T0,
  endNs: T0 + 2_000_000_000n,
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.usage.input_tokens': 1_000,
    'gen_ai.usage.output_tokens': 0,
    'gen_ai.input.messages': said('user', asked),
    'gen_ai.output.messages': said('assistant', answered),
  },
});

beforeAll(async () => {
  folder = await preparedFolder();
  [spoor, server] = await Promise.all([startSpoor(folder.path), startOpenAiServer()]);
  await spoor.post('/v1/traces', traceRequest([call(1, 'paris', 'PARIS'), call(2, 'rome', 'Milan')]));
  endpoint = (await request<Endpoint>('POST', '/v1/endpoints', { name: 'Fake', baseUrl: server.baseUrl })).body;
  dataset = (await request<Dataset>('POST', '/v1/datasets', { name: 'Capitals' })).body;
});
afterAll(async () => {
  await spoor.stop();
  await server.close();
  await folder.remove();
});

async function request<T>(method: string, path: string, body?: object) {
  const response = await fetch(`${spoor.ready.ui}${path}`, {
    method,
    headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
}
const recorded = (trace: number, expected: string) =>
  request<DatasetItem>('POST', '/v1/dataset-items', {
    datasetId: dataset.id,
    traceId: traceIdOf(trace),
    spanId: trace.toString(16).padStart(16, '0'),
    expected,
  });
async function experiment(edit: object): Promise<Experiment> {
  const { status, body } = await request<Experiment>('POST', '/v1/experiments', {
    datasetId: dataset.id,
    name: 'x',
    ...edit,
  });
  expect([status, body.state]).toEqual([202, 'running']);
  await expect
    .poll(async () => (await request<Experiment>('GET', `/v1/experiments/${body.id}`)).body.state, { timeout: 60_000 })
    .not.toBe('running');
  return (await request<Experiment>('GET', `/v1/experiments/${body.id}`)).body;
}
const values = ({ results }: Experiment) => results.map(({ verdicts }) => verdicts.map(({ value }) => value));

it('makes items of recorded calls, and refuses what has no prompt', async () => {
  const empty = await request<{ error: { message: string } }>('POST', '/v1/experiments', {
    datasetId: dataset.id,
    name: 'x',
    evaluators: [],
  });
  expect(empty.body.error.message).toContain('no items yet');
  expect((await recorded(1, 'PARIS')).body).toMatchObject({
    prompt: { messages: [{ role: 'user', parts: [{ text: 'paris' }] }] },
    recorded: { text: 'PARIS', durationNs: 2e9, costUsd: expect.closeTo(0.00125, 8), model: 'gpt-5' },
    traceId: traceIdOf(1),
  });
  expect((await recorded(2, 'ROME')).status).toBe(201);
  expect((await recorded(3, '')).status).toBe(404);
  const plain = { ...call(4, '', ''), attributes: { 'http.route': '/a' } };
  await spoor.post('/v1/traces', traceRequest([plain]));
  expect((await recorded(4, '')).status).toBe(400);
});

it('looks at the answers as they were recorded, and says so on their spans', async () => {
  const done = await experiment({ evaluators: [{ kind: 'exact' }, { kind: 'latency', maxMs: 1_000 }] });
  expect(done.state).toBe('done');
  expect(values(done)).toEqual([
    [1, 0],
    [0, 0],
  ]);
  const scores = await spoor.get<{ data: Score[] }>(`/v1/scores?traceId=${traceIdOf(1)}`);
  expect(scores.body.data.map(({ name, value, source }) => [name, value, source])).toEqual([
    ['exact', 1, 'code'],
    ['within 1.0 s', 0, 'code'],
  ]);
});

it('asks the prompts again, of two models, side by side', async () => {
  const evaluators = [{ kind: 'exact' }, { kind: 'cost', maxUsd: 1 }];
  const target = { endpointId: endpoint.id, model: 'echo' };
  const a = await experiment({ name: 'A', target, evaluators });
  const b = await experiment({ name: 'B', target: { ...target, model: 'broken' }, evaluators });
  expect(values(a)).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(b.results.map(({ answer }) => answer.error)).toEqual(
    Array(2).fill('The endpoint answered 500: the model has no more memory'),
  );
  const { data } = (await spoor.get<{ data: ExperimentSummary[] }>(`/v1/experiments?datasetId=${dataset.id}`)).body;
  expect(data.slice(1).map(({ name, errorCount, means }) => [name, errorCount, means.map(({ mean }) => mean)])).toEqual(
    [
      ['A', 0, [1, 1]],
      ['B', 2, [0, 0]],
    ],
  );
});

it('lets a model judge, and says when it does not', async () => {
  const judge = { kind: 'judge', endpointId: endpoint.id, model: 'judge', rubric: 'Is it right?' };
  const done = await experiment({ evaluators: [judge, { ...judge, model: 'echo', rubric: 'Nonsense' }] });
  expect(values(done)).toEqual([
    [0.75, null],
    [0.75, null],
  ]);
  expect(done.results[0]?.verdicts[0]?.comment).toBe('as the rubric says');
});

it('stops when it is told to, and refuses evaluators that cannot work', async () => {
  const target = { endpointId: endpoint.id, model: 'slow' };
  const { body } = await request<Experiment>('POST', '/v1/experiments', {
    datasetId: dataset.id,
    name: 'slow',
    target,
    evaluators: [],
  });
  const cancelled = await request<Experiment>('POST', `/v1/experiments/${body.id}/actions/cancel`, {});
  expect(cancelled.body.state).toBe('cancelled');
  expect((await request('DELETE', `/v1/experiments/${body.id}`)).status).toBe(204);
  for (const evaluator of [{ kind: 'regex', pattern: '(' }, { kind: 'json-schema', schema: 3 }, { kind: 'vibes' }]) {
    const wrong = { datasetId: dataset.id, name: 'x', evaluators: [evaluator] };
    expect((await request('POST', '/v1/experiments', wrong)).status).toBe(400);
  }
  expect((await request('DELETE', `/v1/datasets/${dataset.id}`)).status).toBe(204);
  expect((await spoor.get<{ data: unknown[] }>(`/v1/experiments?datasetId=${dataset.id}`)).body.data).toEqual([]);
});
