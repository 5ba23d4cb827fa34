/** The OpenAPI 3.1 document of the HTTP API: its routes, the schemas that check what comes in, and the types of what goes out. */
import { type ZodObject, z } from 'zod';
import { ROUTES, type Route } from '../../core/operations/routes';

interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** JSON Schema draft 7 of the types in http-answers.ts, each with its properties. */
export interface TypeSchemas {
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

const ANY_REFUSAL = [400, 401, 500, 503] as const;
const REFUSALS = {
  400: 'The request is not valid: `details` says where',
  401: 'No token, or not the right one',
  404: 'There is no such thing; of a trace, `details` says whether it never came, was deleted, is in quarantine or was pruned',
  409: 'Somebody else was first, or it is under way already',
  413: 'Too large to process in one request',
  429: 'Too many concurrent requests: try again when one of them has finished',
  500: 'A fault of Spoor: `requestId` is in its log',
  503: 'Not now: the database is opening, or its disk is full',
} as const;

export function openApiDocument(types: TypeSchemas, version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, types) };
  }
  const schemas = Object.fromEntries(
    Array.from(answered(types, [types.definitions.HttpAnswers, { $ref: '#/definitions/HttpError' }]), (name) => [
      plainName(name),
      published(types.definitions[name] as JsonSchema),
    ]),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spoor',
      version,
      description:
        'Times are RFC 3339 with nine fractional digits, or epoch nanoseconds as strings on input; durations are nanoseconds. A cursor belongs to its query.',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas,
    },
  };
}

/** Schemas of the answers that a type names by operation, and of the types that they consist of. */
export function answerSchemas(types: TypeSchemas, root: string): { answers: object; schemas: object } {
  const answers = published({ ...(types.definitions[root]?.properties as object) });
  const schemas = Array.from(answered(types, [types.definitions[root]]), (name) => {
    return [plainName(name), published(types.definitions[name] as JsonSchema)];
  });
  return { answers, schemas: Object.fromEntries(schemas) };
}

function operation(route: Route, types: TypeSchemas): object {
  const { name, id } = route;
  const answer = property(types, 'HttpAnswers', name);
  const content = route.contentType
    ? { [route.contentType]: { schema: { type: 'string' } } }
    : { 'application/json': { schema: published(answer ?? {}) } };
  const refusals = [...ANY_REFUSAL, ...(route.refusals ?? [])].sort();
  return {
    operationId: id,
    summary: route.summary,
    parameters: [...pathParameters(route.path), ...(route.query ? queryParameters(name, route.query, types) : [])],
    ...(route.takesFile && {
      requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } },
    }),
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: described(input(route.body), name, types) } },
      },
    }),
    responses: {
      [route.status ?? 200]: route.status === 204 ? { description: 'Done' } : { description: route.summary, content },
      ...Object.fromEntries(
        refusals.map((status) => [
          status,
          {
            description: REFUSALS[status],
            content: { 'application/json': { schema: { $ref: '#/components/schemas/HttpError' } } },
          },
        ]),
      ),
    },
  };
}

function pathParameters(path: string): object[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
}

function queryParameters(name: string, query: ZodObject, types: TypeSchemas): object[] {
  const { properties, required = [] } = described(input(query), name, types) as {
    properties: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([parameter, { description, ...schema }]) => {
    return {
      name: parameter,
      in: 'query',
      required: required.includes(parameter),
      ...(description ? { description } : {}),
      schema,
    };
  });
}

/** With the comments of the type that it checks for. */
function described(schema: JsonSchema, of: string, types: TypeSchemas): JsonSchema {
  const comments = definitionOf(types, property(types, 'HttpQueries', of));
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>).map(([name, one]) => {
    const { description } = comments?.[name] ?? {};
    return [name, description ? { ...one, description } : one];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

function input(schema: ZodObject): JsonSchema {
  const { $schema: _, additionalProperties: __, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function property(types: TypeSchemas, name: string, key: string): JsonSchema | undefined {
  return (types.definitions[name]?.properties as Record<string, JsonSchema> | undefined)?.[key];
}

/** Names of the types that answers consist of. */
function answered(types: TypeSchemas, roots: readonly unknown[]): Set<string> {
  const names = new Set<string>();
  const follow = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/definitions\/([^"]+)"/g)) {
      if (name === undefined || names.has(name)) continue;
      names.add(name);
      follow(types.definitions[name]);
    }
  };
  follow(roots);
  return names;
}

/** The properties that a reference leads to. */
function definitionOf(types: TypeSchemas, schema: JsonSchema | undefined): Record<string, JsonSchema> | undefined {
  const name = (schema?.$ref as string | undefined)?.replace('#/definitions/', '');
  return name === undefined ? undefined : (types.definitions[name]?.properties as Record<string, JsonSchema>);
}

/** As OpenAPI wants it; and what has more properties some day shall not break who reads it. */
function published(schema: JsonSchema): JsonSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        if (key === 'additionalProperties' && inner === false) return [];
        if (key === '$ref') {
          const name = plainName(String(inner).replace('#/definitions/', ''));
          return [[key, `#/components/schemas/${name}`]];
        }
        return [[key, walk(inner)]];
      }),
    );
  };
  return walk(schema) as JsonSchema;
}

/** `Page<Annotation>` is PageAnnotation. */
function plainName(name: string): string {
  return name.replace(/[^\w]+/g, '');
}
