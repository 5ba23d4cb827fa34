/**
 * Writes out/openapi.json, the document that /v1/openapi.json serves, from the types of the API and the schemas that check it; and
 * out/openapi-team.json, what the team server's own routes answer.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { tsImport } from 'tsx/esm/api';
import { root } from './root.mjs';

const typesOf = (file) =>
  createGenerator({
    path: join(root, 'core', 'api', file),
    tsconfig: join(root, 'tsconfig.json'),
    type: '*',
    expose: 'export',
    encodeRefs: false,
    skipTypeCheck: true,
  }).createSchema('*');
const { openApiDocument, answerSchemas } = await tsImport('../services/gateway/openapi.ts', import.meta.url);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const write = (name, json) => writeFileSync(join(root, 'out', name), JSON.stringify(json));
write('openapi.json', openApiDocument(typesOf('http-resources.ts'), version));
write('openapi-team.json', answerSchemas(typesOf('team-answers.ts'), 'TeamAnswers'));
