/** The syntax tree of a search for logs (docs/logs.md). */
import type { Glob } from '../../patterns/glob';
import type { UserPattern } from '../../patterns/user-pattern';

export type LogQuery =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly parts: readonly LogQuery[] }
  | { readonly kind: 'or'; readonly parts: readonly LogQuery[] }
  | { readonly kind: 'not'; readonly part: LogQuery }
  /** In the body, the event name or the value of an attribute, regardless of case. @property text in lower case */
  | { readonly kind: 'text'; readonly text: string }
  /** Somewhere in the body. */
  | { readonly kind: 'pattern'; readonly pattern: UserPattern }
  | LogCondition;

export interface LogCondition {
  readonly kind: 'condition';
  readonly field: LogField;
  readonly test: ValueTest;
}

export type LogField =
  | { readonly of: 'severity' | 'service' | 'scope' | 'event' | 'trace' | 'span' | 'body' }
  /** A value within a structured body. */
  | { readonly of: 'bodyPath'; readonly path: string }
  | { readonly of: 'resource'; readonly key: string }
  /** Of the record, or of its resource. */
  | { readonly of: 'attribute'; readonly key: string };

export type Ordering = '<' | '<=' | '>' | '>=';

/** What a value is held against. */
export type ValueTest =
  | { readonly op: 'exists' }
  /** Of a number written as text, too. */
  | { readonly op: 'equals'; readonly text: string }
  | { readonly op: 'contains'; readonly text: string }
  | { readonly op: 'glob'; readonly glob: Glob }
  | { readonly op: 'matches'; readonly pattern: UserPattern }
  | { readonly op: Ordering; readonly text: string }
  /** Of severities alone. */
  | { readonly op: 'between'; readonly least: number; readonly most: number };

/** Whether a test is one of order. */
export function isOrdering(test: ValueTest): test is Extract<ValueTest, { readonly op: Ordering }> {
  return test.op === '<' || test.op === '<=' || test.op === '>' || test.op === '>=';
}

/** What asks one thing of a record. */
export type LogLeaf =
  | { readonly kind: 'all' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: UserPattern }
  | LogCondition;

/** What has to hold of a record whatever else does. */
export function conjunctsOf(query: LogQuery): readonly LogQuery[] {
  return query.kind === 'and' ? query.parts.flatMap(conjunctsOf) : [query];
}
