/** Writes out/openapi.json, the document that /v1/openapi.json serves, from the types of the API and the schemas that check it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { tsImport } from 'tsx/esm/api';
import { root } from './root.mjs';

const types = createGenerator({
  path: join(root, 'core', 'api', 'http-resources.ts'),
  tsconfig: join(root, 'tsconfig.json'),
  type: '*',
  expose: 'export',
  encodeRefs: false,
  skipTypeCheck: true,
}).createSchema('*');
const { openApiDocument } = await tsImport('../services/gateway/openapi.ts', import.meta.url);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(root, 'out', 'openapi.json'), JSON.stringify(openApiDocument(types, version)));
