/** Files of other projects, sent as they are, read back and compared field by field. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KeyValue, plainAttributes } from '../../core/model/json-types';
import { caseFile } from '../fixtures/cases';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';

type Json = Record<string, unknown>;
interface Sent {
  readonly resource: Json;
  readonly resourceSchemaUrl: string;
  readonly scope: Json;
  readonly scopeSchemaUrl: string;
  readonly record: Json;
}

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
beforeEach(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterEach(async () => {
  await spoor.stop();
  await folder.remove();
});

const FILES = [
  '01-otlp-proto-examples/trace.json',
  '01-otlp-proto-examples/logs.json',
  '01-otlp-proto-examples/events.json',
  '01-otlp-proto-examples/metrics.json',
  '02-otel-java-logging-otlp/expected-spans-wrapper.json',
  '02-otel-java-logging-otlp/expected-logs-wrapper.json',
  '02-otel-java-logging-otlp/expected-metrics-wrapper.json',
  '03-otel-demo-capture-mixed/otel-demo-mixed-signals.jsonl',
];

describe('real captures', () => {
  it.skipIf(!caseFile('README.md')).each(FILES)('%s comes back as it was sent', async (name) => {
    const text = readFileSync(caseFile(name) as string, 'utf8');
    const requests = name.endsWith('.jsonl') ? text.split('\n').filter(Boolean) : [text];
    const sent = requests.map((request) => JSON.parse(request) as Json);
    for (const [i, request] of requests.entries()) {
      const path =
        'resourceSpans' in (sent[i] as Json) ? 'traces' : 'resourceLogs' in (sent[i] as Json) ? 'logs' : 'metrics';
      const answer = await spoor.post(`/v1/${path}`, request, { 'content-type': 'application/json' });
      expect([answer.status, await answer.text()]).toEqual([200, '{}']);
    }
    const spans = sent.flatMap((request) => recordsOf(request, 'Spans', 'spans'));
    const logs = sent.flatMap((request) => recordsOf(request, 'Logs', 'logRecords'));
    const metrics = sent.flatMap((request) => recordsOf(request, 'Metrics', 'metrics'));
    const points = metrics.flatMap(pointsOf);
    expect(spans.length + logs.length + points.length).toBeGreaterThan(0);
    const { body } = await spoor.get<{ counts: Json }>('/v1/status');
    expect(body.counts).toMatchObject({ spans: spans.length, logs: logs.length, metricPoints: points.length });
    for (const span of spans) await expectSpan(span);
    expect(sorted(await storedLogs())).toEqual(sorted(logs.map(expectedLog)));
    expect(sorted(await storedPoints())).toEqual(sorted(points));
  });

  it.skipIf(!caseFile('README.md'))(
    'the OpenTelemetry demo makes 141 traces, one incomplete, of 8 services',
    async () => {
      const file = caseFile('03-otel-demo-capture-mixed/otel-demo-mixed-signals.jsonl');
      for (const line of readFileSync(file as string, 'utf8')
        .split('\n')
        .filter((text) => text.startsWith('{"resourceSpans"'))) {
        expect((await spoor.post('/v1/traces', line, { 'content-type': 'application/json' })).status).toBe(200);
      }
      const traces = await everyPage<{ incomplete: boolean }>('/v1/traces?limit=100');
      expect([traces.length, traces.filter(({ incomplete }) => incomplete).length]).toEqual([141, 1]);
      expect((await spoor.get<{ data: unknown[] }>('/v1/services')).body.data).toHaveLength(8);
    },
  );
});

function recordsOf(request: Json, signal: string, list: string): Sent[] {
  return asArray(request[`resource${signal}`]).flatMap((resourceRecords) =>
    asArray(resourceRecords[`scope${signal}`]).flatMap((scopeRecords) =>
      asArray(scopeRecords[list]).map((record) => ({
        resource: attributesOnly(resourceRecords.resource as Json),
        resourceSchemaUrl: (resourceRecords.schemaUrl as string) ?? '',
        scope: scopeOf(scopeRecords.scope as Json),
        scopeSchemaUrl: (scopeRecords.schemaUrl as string) ?? '',
        record,
      })),
    ),
  );
}

async function expectSpan({ resource, scope, record }: Sent): Promise<void> {
  const { status, body } = await spoor.get<{ raw: { resourceSpans: Json[] } }>(
    `/v1/traces/${record.traceId}/spans/${record.spanId}`,
  );
  expect(status).toBe(200);
  const stored = body.raw.resourceSpans[0] as Json;
  const scopeSpans = asArray(stored.scopeSpans)[0] as Json;
  const span = asArray(scopeSpans.spans)[0] as Json;
  expect(attributesOnly(stored.resource as Json)).toEqual(resource);
  expect(scopeOf(scopeSpans.scope as Json)).toEqual(scope);
  expect({ parentSpanId: '', traceState: '', ...span }).toMatchObject({
    ...lowerIds(record),
    parentSpanId: String(record.parentSpanId ?? '').toLowerCase(),
    attributes: record.attributes ?? [],
    events: record.events ?? [],
    links: asArray(record.links).map(lowerIds),
    status: record.status ?? {},
  });
}

async function storedLogs(): Promise<Json[]> {
  const logs = await everyPage<{ raw: Json; resource: Json; scope: Json; service: string }>('/v1/logs?limit=100');
  return logs.map(({ raw, resource, scope }) => ({ ...raw, resource: resource.schemaUrl, scope: scope.name }));
}

function expectedLog({ resourceSchemaUrl, scope, record }: Sent): Json {
  return {
    timeUnixNano: '0',
    observedTimeUnixNano: '0',
    severityNumber: 0,
    severityText: '',
    body: {},
    attributes: [],
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    ...lowerIds(record),
    resource: resourceSchemaUrl,
    scope: scope.name,
  };
}

/** Every point with all that is said of its metric, series and owner. */
async function storedPoints(): Promise<Json[]> {
  const metrics = await everyPage<Json & { id: number; metadata: Json }>('/v1/metrics?limit=100');
  const points: Json[] = [];
  for (const { id, services, seriesCount, metadata, temporality, ...metric } of metrics) {
    void services;
    void seriesCount;
    const page = await everyPage<{ raw: Json; resource: Json; scope: Json }>(`/v1/metrics/${id}/points?limit=100`);
    const said = { ...metric, temporality: temporality ?? 'unspecified', metadata };
    for (const { raw, scope } of page) points.push({ metric: said, scope: scope.name, ...defaults(raw) });
  }
  return points;
}

const KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];
const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'];

function pointsOf({ record, scope }: Sent): Json[] {
  return KINDS.flatMap((kind) => {
    const data = record[kind] as Json | undefined;
    const metric = {
      name: record.name,
      description: record.description ?? '',
      unit: record.unit ?? '',
      kind,
      temporality: TEMPORALITIES[Number(data?.aggregationTemporality ?? 0)],
      monotonic: data?.isMonotonic ?? false,
      metadata: plainAttributes((record.metadata ?? []) as KeyValue[]),
    };
    return asArray(data?.dataPoints).map((point) => ({ metric, scope: scope.name, ...defaults(point) }));
  });
}

/** What protobuf does not tell from absent, and the ways in which JSON may write a number. */
function defaults(point: Json): Json {
  const { attributes = [], startTimeUnixNano = '0', timeUnixNano = '0', ...rest } = point;
  const fields: Json = {};
  for (const [key, value] of Object.entries(rest)) {
    if (Array.isArray(value) && value.length === 0) continue;
    if (key === 'asInt' || key === 'count' || key === 'zeroCount') fields[key] = String(value);
    else if (key === 'bucketCounts') fields[key] = asArray(value).map(String);
    else if (key === 'flags' && value === 0) continue;
    else if (key === 'exemplars') fields[key] = asArray(value).map(exemplar);
    else if (key === 'positive' || key === 'negative') {
      const { offset = 0, bucketCounts = [] } = value as Json;
      fields[key] = { offset, bucketCounts: asArray(bucketCounts).map(String) };
    } else fields[key] = value;
  }
  return { attributes, startTimeUnixNano: String(startTimeUnixNano), timeUnixNano: String(timeUnixNano), ...fields };
}

function exemplar(value: Json): Json {
  const { filteredAttributes = [], spanId = '', traceId = '', ...rest } = value;
  return { filteredAttributes, ...lowerIds({ spanId, traceId }), ...rest };
}

function asArray(value: unknown): Json[] {
  return (value ?? []) as Json[];
}

function attributesOnly(resource: Json | undefined): Json {
  return { attributes: resource?.attributes ?? [] };
}

function scopeOf(scope: Json | undefined): Json {
  return { name: scope?.name ?? '', version: scope?.version ?? '', attributes: scope?.attributes ?? [] };
}

function lowerIds(record: Json): Json {
  const lower: Json = { ...record };
  for (const key of ['traceId', 'spanId', 'parentSpanId']) {
    if (typeof lower[key] === 'string') lower[key] = (lower[key] as string).toLowerCase();
  }
  return lower;
}

function sorted(records: readonly Json[]): Json[] {
  const ordered = records.map((record) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return ordered.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function everyPage<T>(path: string): Promise<T[]> {
  const all: T[] = [];
  let cursor = '';
  do {
    const { status, body } = await spoor.get<{ data: T[]; pagination: { nextCursor: string | null } }>(
      `${path}&cursor=${cursor}`,
    );
    expect(status).toBe(200);
    all.push(...body.data);
    cursor = body.pagination.nextCursor ?? '';
  } while (cursor !== '');
  return all;
}
