/** What no column can hold, and numbers that no type can, are mistakes of who asks, wherever they come in. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRpc, type RpcClient } from '../../services/net/rpc-client';
import { preparedFolder } from '../fixtures/prepared-folder';
import { eventually, REPOSITORY, type RunningSpoor, startSpoor } from '../fixtures/spoor';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
}
interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, Schema>;
  readonly allOf?: readonly Schema[];
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

/** Always a mistake: NUL, a surrogate, bytes that are no UTF-8, escapes that are none. */
const REFUSED = ['%00', 'a%00b', '%ED%A0%80', '%ff', '%zz', '%', '%c3%28'];
/** Nothing that fails here, whatever it means. */
const ODD = [
  '2147483648',
  '9007199254740993',
  '9223372036854775808',
  '-9223372036854775809',
  '9'.repeat(400),
  '1e400',
  '-0',
  'NaN',
  '0x7fffffffffffffffff',
  '1.5',
  '%F0%9F%98%80',
  'constructor',
  '',
  '%2e%2e',
  '99999-01-01T00:00:00Z',
  '0000-00-00T00:00:00Z',
];
const BODY_TEXTS = ['\0', 'a\0b', '\ud800', '\udfff x'];
const BODY_ODD = [2 ** 31, 2 ** 53, 1e308, -1, 1.5, '9'.repeat(400), '-9223372036854775809', null, [], {}, true];

let spoor: RunningSpoor;
let page: RpcClient;
let remove: () => Promise<void>;
const document = JSON.parse(readFileSync(join(REPOSITORY, 'out', 'openapi.json'), 'utf8')) as Document;

beforeAll(async () => {
  const folder = await preparedFolder();
  remove = folder.remove;
  spoor = await startSpoor(folder.path);
  await eventually(
    async () => (await spoor.get<{ store: { state: string } }>('/v1/status')).body.store.state === 'ready',
    60_000,
  );
  page = await connectRpc(spoor.ready.ui, spoor.ready.token);
});
afterAll(async () => {
  page?.close();
  await spoor?.stop();
  await remove?.();
});

/** With the path as it stands; `fetch` would mend it. */
function ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(spoor.ready.ui);
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' };
    const asked = request({ hostname, port, method: method.toUpperCase(), path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function propertiesOf(schema: Schema | undefined): string[] {
  if (!schema) return [];
  if (schema.$ref) return propertiesOf(document.components.schemas[schema.$ref.split('/').at(-1) as string]);
  return [...Object.keys(schema.properties ?? {}), ...(schema.allOf ?? []).flatMap(propertiesOf)];
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    // Streams do not end, and rebuilding takes its time.
    .filter(([method]) => ['get', 'post', 'put', 'delete', 'patch'].includes(method))
    .filter(() => !/live|rebuild|openapi/.test(path))
    .map(([method, operation]) => ({ method, path, operation })),
);
const filled = (path: string, name: string | null, value: string): string =>
  path.replace(/\{(\w+)\}/g, (_, one: string) => (one === name ? value : '1'));

it('is answered with 400 in an address, and never with 500', async () => {
  const wrong: string[] = [];
  let asked = 0;
  for (const { method, path, operation } of operations) {
    for (const { name, in: place } of operation.parameters ?? []) {
      if (place !== 'path' && place !== 'query') continue;
      for (const value of [...REFUSED, ...ODD]) {
        const address =
          place === 'path' ? filled(path, name, value || '%20') : `${filled(path, null, '')}?${name}=${value}`;
        const { status, text } = await ask(method, address, method === 'get' ? undefined : {});
        asked++;
        if (REFUSED.includes(value) ? status !== 400 : status >= 500)
          wrong.push(`${method} ${address} ${status} ${text}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(1_000);
});

it('is answered with 400 in a body, and never with 500', async () => {
  const wrong: string[] = [];
  for (const { method, path, operation } of operations) {
    const [content] = Object.values(operation.requestBody?.content ?? {});
    for (const name of propertiesOf(content?.schema)) {
      for (const value of [...BODY_TEXTS, { [BODY_TEXTS[0] as string]: 1 }, ...BODY_ODD]) {
        const { status, text } = await ask(method, filled(path, null, ''), { version: 1, name: 'x', [name]: value });
        const isRefused = typeof value === 'string' && BODY_TEXTS.includes(value);
        if (isRefused ? status !== 400 : status >= 500)
          wrong.push(`${method} ${path} ${name}=${JSON.stringify(value)} ${status} ${text}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

it('is no number that a column lacks, in versions, cursors and times', async () => {
  const wrong: string[] = [];
  const bodies: Record<string, object> = {
    'saved-views': { name: 'v', query: '' },
    tags: { traceId: 'ab'.repeat(16), name: 't' },
    datasets: { name: 'd' },
  };
  for (const [name, body] of Object.entries(bodies)) {
    const { id } = JSON.parse((await ask('post', `/v1/${name}`, body)).text) as { id: string };
    for (const version of [2 ** 31, 4e9, 2 ** 53, -1, 1.5]) {
      const { status } = await ask('put', `/v1/${name}/${id}`, { ...body, version });
      if (status !== 400) wrong.push(`${name} ${version} ${status}`);
    }
  }
  const id = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  const ties = ['', id, 'f'.repeat(32), '999999999999999999', '999999999:(9999999999,99999)', '1:(4294967295,65536)'];
  const cursors = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 31n, 10n ** 18n].flatMap((at) =>
    ties.flatMap((tie) => Array.from({ length: 10 }, (_, mark) => `${mark}:${at}:${tie}`)),
  );
  const times = [
    '9223372036854775807',
    '-9223372036854775808',
    '-9223372036854775807',
    '9'.repeat(19),
    '2262-04-12T00:00:00Z',
  ];
  const pages = cursors.map((cursor) => `cursor=${Buffer.from(cursor).toString('base64url')}`);
  const ranges = times.flatMap((from) => [`from=${from}`, `to=${from}`, ...times.map((to) => `from=${from}&to=${to}`)]);
  const lists = [
    'traces',
    'logs',
    'metrics',
    'metrics/catalogue',
    'metrics/1/series',
    'metrics/1/points',
    'sessions',
    'scores',
    'saved-views',
    'guardrail-hits',
  ];
  const counts = ['histogram', 'heatmap', 'agents', 'metrics/red', 'metrics/usage', 'services/edges', 'attributes'];
  const questions = [...lists, 'alerts'].flatMap((path) =>
    [...pages, ...ranges].map((query) => [path, query] as const),
  );
  // Counts have no pages.
  questions.push(...counts.flatMap((path) => ranges.map((query) => [path, query] as const)));
  for (const [path, query] of questions) {
    const { status, text } = await ask('get', `/v1/${path}?${query}`);
    if (status >= 500) wrong.push(`${path} ${query} ${status} ${text}`);
  }
  expect(wrong).toEqual([]);
});

it('is refused over the WebSocket', async () => {
  const api = page.api as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
  const wrong: string[] = [];
  const methods = ['traceSummary', 'getSpan', 'deleteTrace', 'restoreTrace', 'traceAnnotations', 'openTimeline']
    .concat(['listTraces', 'query', 'histogram', 'listLogs', 'listAttributes', 'listAttributeValues', 'listScores'])
    .concat([
      'getSession',
      'deleteSavedView',
      'updateTag',
      'createTag',
      'listMetricPoints',
      'metricCatalogue',
      'metricSeries',
      'redMetrics',
      'listAgents',
    ]);
  for (const method of methods) {
    for (const text of BODY_TEXTS) {
      for (const parameters of [
        [text, text, {}],
        [{ query: text, name: text, from: text, cursor: text }, {}, {}],
        ['1', 1, { name: text }],
      ]) {
        const code = await api[method]?.(...parameters).then(
          () => null,
          (error: { code: string }) => error.code,
        );
        if (code !== 'VALIDATION_ERROR') wrong.push(`${method} ${JSON.stringify(parameters)} ${code}`);
      }
    }
    for (const odd of ODD) {
      const code = await api[method]?.(odd, odd, { from: odd, limit: odd, version: odd }).then(
        () => null,
        (error: { code: string }) => error.code,
      );
      if (code === 'INTERNAL_ERROR') wrong.push(`${method} ${odd} ${code}`);
    }
  }
  expect(wrong).toEqual([]);
});
