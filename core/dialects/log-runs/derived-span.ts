/** Spans made of log records: some coding agents tell what they do in logs alone, unless they are asked for traces. */
import type { PlainValue } from '../../model/json-types';
import type { PlainLogRecord } from '../../model/plain-log-record';
import { parsed } from '../span-source';

export interface DerivedSpan {
  /** What names the trace, and the span in it: the same record makes the same span, however often it comes. */
  readonly traceKey: string;
  readonly spanKey: string;
  /** Null: it is the root. */
  readonly parentKey: string | null;
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly error: string | null;
  readonly serviceName: string;
  readonly attributes: { readonly [key: string]: string | number };
}

/** Says of a span what it was made of. */
export const DERIVED_FROM = 'spoor.derived_from';
export const ROOT_KEY = 'root';

/** Attributes of a log record, which may hold numbers and booleans as text. */
export class LogFacts {
  constructor(private readonly record: Pick<PlainLogRecord, 'attributes' | 'timeNs'>) {}

  /** Undefined: not there, or withheld. */
  text(...keys: readonly string[]): string | undefined {
    for (const key of keys) {
      const value = this.record.attributes[key];
      if (value === undefined || value === null || value === '' || value === '<REDACTED>') continue;
      return typeof value === 'string' ? value : JSON.stringify(value);
    }
    return undefined;
  }

  /** Text that is JSON, read; other text as it is. */
  json(...keys: readonly string[]): PlainValue | undefined {
    const text = this.text(...keys);
    return text === undefined ? undefined : parsed(text);
  }

  number(key: string): number | undefined {
    const text = this.text(key);
    const number = text === undefined ? Number.NaN : Number(text);
    return Number.isFinite(number) ? number : undefined;
  }

  count(key: string): number {
    return Math.max(0, Math.round(this.number(key) ?? 0));
  }

  /** Null: not said. */
  get succeeded(): boolean | null {
    const text = this.text('success');
    return text === undefined ? null : text === 'true';
  }

  /** `duration_ms` before the record's time, which is when it was over. */
  get startNs(): bigint {
    const ms = this.number('duration_ms') ?? 0;
    const ns = Math.round(Math.max(0, ms) * 1e6);
    const { timeNs } = this.record;
    // Longer than that nothing takes.
    return Number.isSafeInteger(ns) && BigInt(ns) < timeNs ? timeNs - BigInt(ns) : timeNs;
  }
}

export function messageJson(role: 'user' | 'assistant', text: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content: text }] }]);
}

/** Without what is not said. */
export function attributesOf(
  values: Readonly<Record<string, string | number | undefined>>,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}
