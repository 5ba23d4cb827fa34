/** What operations take, and how it is checked. Text comes from REST, typed values from pages; both are untrusted. */
import { z } from 'zod';
import { type ErrorDetail, SpoorError } from '../model/errors';

/** One argument of an operation. */
export interface Input<T = unknown> {
  /** In a request over HTTP it is the property of that name; null: it is everything that the request brings. */
  readonly name: string | null;
  readonly schema: z.ZodType<T>;
  /** What stands for nothing at all. */
  readonly absent?: object;
}

/** Everything that a request brings: its query, or its body. */
export const whole = <T>(schema: z.ZodType<T>): Input<T> => ({ name: null, schema });

/** As `whole`; whoever asks may also give nothing. */
export const wholeOrNothing = <T>(schema: z.ZodType<T>): Input<T> => ({ name: null, schema, absent: {} });

/** A value of its own: a part of the path, or a property of what a request brings. */
export const named = <T>(name: string, schema: z.ZodType<T>): Input<T> => ({ name, schema });

/** Whoever runs the operation checks it. */
export const unchecked = (name: string): Input<never> => ({ name, schema: z.custom<never>() });

/** Aborts when whoever asked has gone. */
export const SIGNAL: Input<AbortSignal> = { name: 'signal', schema: z.custom<AbortSignal>() };

/** Any text: what is not the ID of anything is not found. */
export const ID = named('id', z.coerce.string());

export const TRACE_ID = named('traceId', z.coerce.string());
export const SPAN_ID = named('spanId', z.coerce.string());

/** The version that was changed: where that is old, somebody else was first. */
export const VERSION = named('version', z.number().int().min(1).max(0x7fff_ffff));

/** @throws SpoorError VALIDATION_ERROR with one detail a field */
export function checkInput<T>({ name, schema, absent }: Input<T>, given: unknown): T {
  return name === null ? parse(schema, given ?? absent ?? given) : parse(schema, given, [name]);
}

/** @param within where the input belongs, for the fields @throws SpoorError VALIDATION_ERROR with one detail a field */
export function parse<T>(schema: z.ZodType<T>, input: unknown, within: readonly string[] = []): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const details: ErrorDetail[] = result.error.issues.map(({ path, code, message }) => ({
    field: [...within, ...path].join('.'),
    code,
    message,
  }));
  const first = details[0];
  throw new SpoorError(
    'VALIDATION_ERROR',
    `${first?.field || 'The query'}: ${first?.message ?? 'is not valid'}.`,
    details,
  );
}
