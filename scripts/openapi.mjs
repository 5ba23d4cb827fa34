/**
 * Writes out/openapi.json, the document that /v1/openapi.json serves, from the types of the API and the schemas that check it; and
 * out/openapi-team.json, what the team server's own routes answer. `--check` writes neither, and fails where they cannot be made.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { tsImport } from 'tsx/esm/api';
import { writtenTypes } from './api-types.mjs';
import { root } from './root.mjs';

const typesOf = (file) =>
  createGenerator({
    path: file,
    tsconfig: join(root, 'tsconfig.json'),
    type: '*',
    expose: 'export',
    encodeRefs: false,
    skipTypeCheck: true,
  }).createSchema('*');
const { openApiDocument, answerSchemas } = await tsImport('../services/gateway/openapi.ts', import.meta.url);
const { ROUTES } = await tsImport('../core/operations/routes.ts', import.meta.url);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const checks = process.argv.includes('--check');
const write = (name, json) => checks || writeFileSync(join(root, 'out', name), JSON.stringify(json));
const types = ['HttpAnswers', 'HttpQueries', 'HttpErrors'];
const properties = new Set([...ROUTES.map(({ name }) => name), 'error']);
const answers = writtenTypes('services/gateway/http-answers.ts', types, properties);
write('openapi.json', openApiDocument(typesOf(answers), version));
write('openapi-team.json', answerSchemas(typesOf(join(root, 'core/api/team-answers.ts')), 'TeamAnswers'));
