import { expect, it } from 'vitest';
import { type RestSource, restApi } from '../../services/gateway/rest';
import { ROUTES } from '../../services/gateway/routes';

it('every route of the HTTP API is described, and nothing else', () => {
  const app = restApi(
    {} as RestSource,
    async () => {},
    'openapi.json',
    () => {},
  );
  const served = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const described = Object.values(ROUTES).map(({ method, path }) => `${method} ${path}`);
  expect(described.sort()).toEqual(served.sort());
});
