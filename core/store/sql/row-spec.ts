/**
 * Decodes result rows by a spec that is the run-time check and the type at once:
 * `decodeRows({ id: INT4, name: TEXT }, rows)` gives `{ id: number; name: string }[]`.
 * After Perfetto's query_result.ts.
 */
import type { SqlRow } from './sql-client';

interface Decoder<T> {
  readonly type: string;
  readonly decode: (value: unknown) => T | undefined;
}

export type RowSpec = { readonly [column: string]: Decoder<unknown> };
export type RowOf<S extends RowSpec> = { readonly [K in keyof S]: S[K] extends Decoder<infer T> ? T : never };

export const INT4: Decoder<number> = {
  type: 'int4',
  decode: (value) => (typeof value === 'number' && Number.isInteger(value) ? value : undefined),
};
export const INT8: Decoder<bigint> = {
  type: 'int8',
  decode: (value) => (typeof value === 'bigint' ? value : undefined),
};
export const TEXT: Decoder<string> = {
  type: 'text',
  decode: (value) => (typeof value === 'string' ? value : undefined),
};
export const BOOL: Decoder<boolean> = {
  type: 'bool',
  decode: (value) => (typeof value === 'boolean' ? value : undefined),
};
export const BYTEA: Decoder<Uint8Array> = {
  type: 'bytea',
  decode: (value) => (value instanceof Uint8Array ? value : undefined),
};
export const FLOAT8: Decoder<number> = {
  type: 'float8',
  decode: (value) => (typeof value === 'number' ? value : undefined),
};
/** Text that is one of a few. */
export function oneOf<T extends string>(values: readonly T[]): Decoder<T> {
  return { type: values.join(' or '), decode: (value) => values.find((one) => one === value) };
}
export const INT4_ARRAY: Decoder<readonly number[]> = {
  type: 'int4[]',
  decode: (value) => (Array.isArray(value) && value.every((item) => Number.isInteger(item)) ? value : undefined),
};
export const TEXT_ARRAY: Decoder<readonly string[]> = {
  type: 'text[]',
  decode: (value) => (Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined),
};

/** The same, or null. */
export function orNull<T>(decoder: Decoder<T>): Decoder<T | null> {
  return { type: `${decoder.type} or null`, decode: (value) => (value === null ? null : decoder.decode(value)) };
}

/** @throws Error naming the column that is not of its type: a bug in the SQL beside it. */
export function decodeRows<S extends RowSpec>(spec: S, rows: readonly SqlRow[]): RowOf<S>[] {
  const columns = Object.entries(spec);
  return rows.map((row) => {
    const decoded: Record<string, unknown> = {};
    for (const [column, decoder] of columns) {
      const value = decoder.decode(row[column]);
      if (value === undefined) throw new Error(`column ${column} is not ${decoder.type}: ${typeof row[column]}`);
      decoded[column] = value;
    }
    return decoded as RowOf<S>;
  });
}
