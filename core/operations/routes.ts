/** The routes of the HTTP API, made from the operations, and how a request becomes the arguments of one. */
import { ZodObject, z } from 'zod';
import type { Input } from './input';
import type { AnyOperation, Operation, Rest } from './operation';
import { ALL_OPERATIONS, RESOURCES } from './operations';

export interface Route extends Pick<Operation, 'summary' | 'permission'>, Omit<Rest, 'id' | 'renames' | 'shown'> {
  /** Of the operation, or of the resource. */
  readonly name: string;
  /** In the document. */
  readonly id: string;
  /** Null: a handler of its own answers. */
  readonly operation: AnyOperation | null;
}

export const ROUTES: readonly Route[] = [
  ...[...ALL_OPERATIONS].flatMap(([name, operation]) => routeOf(name, operation)),
  ...Object.entries(RESOURCES).map(([name, { summary, permission, rest }]) => {
    return { name, id: name, summary, permission, operation: null, ...rest };
  }),
];

function routeOf(name: string, operation: AnyOperation): Route[] {
  const { summary, permission, rest } = operation;
  if (rest === null) return [];
  const { id = name, renames: _, shown: __, ...route } = rest;
  const taken = takes(operation, rest);
  return [{ name, id, summary, permission, operation: rest.own ? null : operation, ...taken, ...route }];
}

/** What of a query or a body the document describes. */
function takes({ input }: AnyOperation, rest: Rest): { query?: ZodObject; body?: ZodObject } {
  const given = broughtBy(input, rest);
  if (given.length === 0) return {};
  const shapes = given.map(({ name, schema }) => (name === null ? shapeOf(schema) : { [name]: schema }));
  // A version stands behind what it is of.
  const shape: Record<string, z.ZodType> = Object.assign({}, ...shapes.reverse());
  for (const [name, shown] of Object.entries(rest.renames ?? {})) {
    const { [name]: renamed } = shape;
    delete shape[name];
    if (renamed) shape[shown] = renamed;
  }
  return { [takesBody(rest) ? 'body' : 'query']: z.object(shape) };
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  if (schema instanceof ZodObject) return schema.shape;
  throw new Error('What a request brings as a whole is an object.');
}

function takesBody({ method }: Pick<Rest, 'method'>): boolean {
  return method === 'post' || method === 'put';
}

function partsOf(path: string): string[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? '');
}

/** Arguments that are no parts of the path. */
function broughtBy(input: readonly Input[], { path }: Pick<Rest, 'path'>): Input[] {
  return input.filter(({ name }) => name !== 'signal').slice(partsOf(path).length);
}

export interface RestRequest {
  /** A part of the path. */
  param(name: string): string;
  query(): Record<string, string>;
  /** What it holds is checked by whoever takes it. @throws SpoorError VALIDATION_ERROR for what is no object of JSON */
  body<T extends object = Record<string, unknown>>(): Promise<T>;
  readonly signal: AbortSignal;
}

/** What a request asks an operation with; the gateway checks it. */
export async function argumentsOf({ input, rest }: AnyOperation, request: RestRequest): Promise<unknown[]> {
  if (rest === null) return [];
  const inPath = partsOf(rest.path).map((name): unknown => request.param(name));
  const brought = broughtBy(input, rest);
  const given = brought.length === 0 ? {} : takesBody(rest) ? await request.body() : queryOf(rest, request.query());
  const args = [...inPath, ...brought.map(({ name }) => (name === null ? given : given[name]))];
  return input.map(({ name }) => (name === 'signal' ? request.signal : args.shift()));
}

function queryOf({ renames = {} }: Rest, query: Record<string, string>): Record<string, unknown> {
  const named: Record<string, unknown> = { ...query };
  for (const [name, shown] of Object.entries(renames)) {
    if (query[shown]) named[name] = query[shown];
    delete named[shown];
  }
  return named;
}
