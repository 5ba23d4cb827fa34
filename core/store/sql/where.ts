/** Builds WHERE clauses whose values are parameters. */
import { SpoorError } from '../../model/errors';
import { nsFromText } from '../../model/time';
import type { SqlParameter } from './sql-client';

export class WhereBuilder {
  readonly parameters: SqlParameter[];
  private readonly conditions: string[];

  /** @param table alias of the table that has `workspace_id` */
  constructor(workspaceId: number, table: string) {
    this.parameters = [workspaceId];
    this.conditions = [`${table}.workspace_id = $1`];
  }

  /** Adds a condition; `?` stands for each parameter in turn. */
  and(condition: string, ...parameters: SqlParameter[]): void {
    let index = 0;
    this.conditions.push(
      condition.replaceAll('?', () => {
        this.parameters.push(parameters[index++] as SqlParameter);
        return `$${this.parameters.length}`;
      }),
    );
  }

  get sql(): string {
    return this.conditions.join(' and ');
  }
}

const MIN_INT8 = -(2n ** 63n);
const MAX_INT8 = 2n ** 63n - 1n;
/** From 1933 to 2189: the time between any two, and a little more, fits 64 bits as well. What is beyond is taken as these. */
const EARLIEST = -(2n ** 60n);
const LATEST = 2n ** 62n + 2n ** 61n;

/** @throws SpoorError VALIDATION_ERROR */
export function timeBound(field: 'from' | 'to', text: string | undefined): bigint | null {
  if (text === undefined || text === '') return null;
  const ns = nsFromText(text);
  if (ns === null || ns < MIN_INT8 || ns > MAX_INT8) {
    throw new SpoorError('VALIDATION_ERROR', `${field} is neither RFC 3339 nor epoch nanoseconds.`, [
      { field, code: 'invalid_time', message: 'use 2026-01-31T12:00:00Z or epoch nanoseconds' },
    ]);
  }
  return ns < EARLIEST ? EARLIEST : ns > LATEST ? LATEST : ns;
}

/** Text as a LIKE pattern that matches it anywhere. */
export function containing(text: string): string {
  return `%${likePattern(text)}%`;
}

function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
