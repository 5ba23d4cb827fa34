/** Everything that the server answers. The matrix of the tests is made from this list. */

import { serverDocument, type TeamSchemas } from './http/openapi';
import type { AppRoute } from './http/route';
import { route } from './http/route';
import { MODULES } from './modules';
import type { Services } from './services';

export interface ApiDocuments {
  /** Of the contract. */
  readonly openApi: object;
  readonly teamSchemas: TeamSchemas;
}

export function serverRoutes(services: Services, { openApi, teamSchemas }: ApiDocuments): AppRoute[] {
  let document: object | null = null;
  const routes: AppRoute[] = [
    route('get', '/v1/openapi.json', { access: 'public' }, async () => {
      document ??= serverDocument(openApi, teamSchemas, routes);
      return document;
    }),
    ...MODULES.flatMap((module) => module.routes?.(services) ?? []),
  ];
  return routes;
}
