/** Definitions of operations: each can be asked, is described, and is named by a test; and how requests become arguments. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkInput } from '../../core/operations/input';
import { signalAt } from '../../core/operations/operation';
import { ALL_OPERATIONS } from '../../core/operations/operations';
import { argumentsOf, type RestRequest, ROUTES } from '../../core/operations/routes';
import { RPC_METHODS, RPC_WAITS } from '../../core/operations/rpc';
import { PROTOCOLS } from '../../services/gateway/compat/protocols';
import type { Gateway } from '../../services/gateway/gateway';
import { OWN_ROUTES } from '../../services/gateway/own-routes';
import { restApi } from '../../services/gateway/rest';

const operations = [...ALL_OPERATIONS];

describe('operations', () => {
  it('are each named by a test, or their route is', () => {
    const root = join(import.meta.dirname, '..');
    const own = join('unit', 'operations.test.ts');
    const tests = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.test\.tsx?$|\.spec\.ts$/.test(file) && file !== own)
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    const words = new Set(tests.match(/\w+/g));
    const idOf = new Map(ROUTES.map(({ name, id }) => [name, id]));
    const untested = operations.filter(([name]) => !words.has(name) && !words.has(idOf.get(name) ?? name));
    expect(untested.map(([name]) => name)).toEqual([]);
  });

  it('say what they do in a line', () => {
    for (const { id, summary } of [...ROUTES, ...operations.map(([id, { summary }]) => ({ id, summary }))]) {
      expect(summary, id).toMatch(/^[^\n]{5,200}[^.\n]$/);
    }
  });

  it('take one thing as a whole at most, and a signal last', () => {
    for (const [name, operation] of operations) {
      const { input } = operation;
      expect(input.filter((one) => one.name === null).length, name).toBeLessThanOrEqual(1);
      expect(signalAt(operation) ?? input.length - 1, name).toBe(input.length - 1);
    }
  });

  it('are what pages may call, with their signals', () => {
    expect(Object.keys(RPC_METHODS)).toEqual(operations.map(([name]) => name));
    expect(RPC_METHODS).toMatchObject({ status: true, listTraces: 1, nextChange: 1, openTimeline: 2, timelineRows: 4 });
    expect(RPC_WAITS).toEqual(['nextChange', 'nextScreen']);
  });
});

describe('routes', () => {
  it('are served as they are described, each once', () => {
    const app = restApi(
      {} as Gateway,
      async () => {},
      'openapi.json',
      () => {},
    );
    const served = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
      .filter(({ path }) => !PROTOCOLS.some(({ prefix }) => path.startsWith(`${prefix}/`)))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual(served.sort());
    expect(new Set(described).size).toBe(described.length);
    expect(new Set(ROUTES.map(({ id }) => id)).size).toBe(ROUTES.length);
  });

  it('have a handler of their own exactly where they say so', () => {
    const own = ROUTES.filter(({ operation }) => operation === null).map(({ name }) => name);
    expect(own.sort()).toEqual(Object.keys(OWN_ROUTES).sort());
  });

  it('of what is changed take its version from the body, and describe it', async () => {
    const route = ROUTES.find(({ name }) => name === 'updateComment');
    expect(Object.keys(route?.body?.shape ?? {})).toEqual(['text', 'mentions', 'version']);
    expect(await argumentsFor('updateComment', { id: 'a' }, { text: 'x', version: 3 })).toEqual([
      'a',
      3,
      { text: 'x', version: 3 },
    ]);
  });

  it('name properties of a query as the document does, and pass the signal on', async () => {
    const route = ROUTES.find(({ name }) => name === 'redMetrics');
    expect(Object.keys(route?.query?.shape ?? {})).toContain('step');
    expect(await argumentsFor('redMetrics', { step: '60', from: '1' }, {})).toEqual([{ stepSeconds: '60', from: '1' }]);
    expect(await argumentsFor('histogram', { query: 'a' }, {})).toEqual([{ query: 'a' }, signal]);
    expect(await argumentsFor('annotateSpan', { traceId: 't', spanId: 's' }, { note: '' })).toEqual([
      't',
      's',
      { note: '' },
    ]);
    // What takes no body does not read one.
    expect(await argumentsFor('rebuild', {}, null)).toEqual([]);
  });
});

describe('what comes in', () => {
  it('is refused with the name of the argument', () => {
    const [, version] = ALL_OPERATIONS.get('updateTag')?.input ?? [];
    expect(() => version && checkInput(version, 'new')).toThrow(/^version: /);
    const [key] = ALL_OPERATIONS.get('listAttributeValues')?.input ?? [];
    expect(() => key && checkInput(key, '')).toThrow(/^key: /);
    const [tag] = ALL_OPERATIONS.get('createTag')?.input ?? [];
    expect(() => tag && checkInput(tag, { name: 'a' })).toThrow('say what it is about');
  });

  it('may be nothing where a list needs no query', () => {
    const [page] = ALL_OPERATIONS.get('listServices')?.input ?? [];
    expect(page && checkInput(page, undefined)).toEqual({});
    const [query] = ALL_OPERATIONS.get('listTags')?.input ?? [];
    expect(() => query && checkInput(query, undefined)).toThrow();
  });
});

const { signal } = new AbortController();

async function argumentsFor(name: string, given: Record<string, string>, body: object | null): Promise<unknown[]> {
  const operation = ALL_OPERATIONS.get(name);
  if (!operation) throw new Error(`no operation ${name}`);
  const request: RestRequest = {
    param: (part) => given[part] ?? '',
    query: () => given,
    async body<T extends object>() {
      if (body === null) throw new Error('There is no body.');
      return body as T;
    },
    signal,
  };
  return argumentsOf(operation, request);
}
