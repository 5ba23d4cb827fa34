import { expect, it } from 'vitest';
import { ROUTES } from '../../core/operations/routes';
import { PROTOCOLS } from '../../services/gateway/compat/protocols';
import type { Gateway } from '../../services/gateway/gateway';
import { restApi } from '../../services/gateway/rest';

it('every route of the HTTP API is described, and nothing else', () => {
  const app = restApi(
    {} as Gateway,
    async () => {},
    'openapi.json',
    () => {},
  );
  const served = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    // Of other tools, which are described by them.
    .filter(({ path }) => !PROTOCOLS.some(({ prefix }) => path.startsWith(`${prefix}/`)))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const described = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(described.sort()).toEqual(served.sort());
});
