/** A span as dialects read it. */

import type { PlainValue } from '../model/json-types';
import { isTokenCount } from './plausible';
import { pythonValue } from './python-text';

export interface SpanSource {
  readonly name: string;
  /** Name of the instrumentation scope. */
  readonly scope: string;
  readonly attributes: AttributeReader;
  readonly events: readonly { readonly name: string; readonly attributes: AttributeReader }[];
}

type Values = { readonly [key: string]: PlainValue };

/** Reads attributes of any type, as senders do not agree on these: numbers come as text, structures as JSON. */
export class AttributeReader {
  private readonly values = new Map<string, PlainValue>();
  /** What keys begin with, up to the first dot. */
  private readonly heads = new Set<string>();

  constructor(values: Values) {
    for (const key of Object.keys(values)) {
      this.values.set(key, values[key] as PlainValue);
      const dot = key.indexOf('.');
      this.heads.add(dot < 0 ? key : key.slice(0, dot));
    }
  }

  get keys(): string[] {
    return [...this.values.keys()];
  }

  /** Whether a key lies under one of these names: most spans say nothing in most dialects. */
  hasUnder(...heads: readonly string[]): boolean {
    return heads.some((head) => this.heads.has(head));
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  /** As it was sent. */
  value(key: string): PlainValue | undefined {
    return this.values.get(key);
  }

  /** The first that is not empty. */
  text(...keys: readonly string[]): string | undefined {
    for (const key of keys) {
      const value = this.values.get(key);
      if (typeof value === 'string' && value !== '') return value;
      if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    }
    return undefined;
  }

  number(...keys: readonly string[]): number | undefined {
    for (const key of keys) {
      const value = this.values.get(key);
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number === 'number' && Number.isFinite(number)) return number;
    }
    return undefined;
  }

  /** Tokens: a whole number that a call can have counted. */
  count(...keys: readonly string[]): number | undefined {
    for (const key of keys) {
      const value = this.number(key);
      if (value !== undefined && isTokenCount(value)) return value;
    }
    return undefined;
  }

  /** A structure, or the JSON of one; text that is no JSON stays text. */
  json(...keys: readonly string[]): PlainValue | undefined {
    for (const key of keys) {
      const value = this.values.get(key);
      if (value !== undefined && value !== null && value !== '') return parsed(value);
    }
    return undefined;
  }

  /** Texts of a list, of the JSON of one, or of a single text. */
  texts(...keys: readonly string[]): string[] | undefined {
    const value = this.json(...keys);
    if (value === undefined) return undefined;
    return (Array.isArray(value) ? value : [value]).filter((one) => one !== null).map(String);
  }

  /** What lies under a prefix that ends in a dot. */
  under(prefix: string): { [key: string]: PlainValue } {
    const found = [...this.values].filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
  }

  /** A list that was flattened: `prefix.0.a.b`, `prefix.1.a.b`; missing numbers are skipped. */
  list(prefix: string): AttributeReader[] {
    const items = new Map<number, Map<string, PlainValue>>();
    const start = `${prefix}.`;
    for (const [key, value] of this.values) {
      if (!key.startsWith(start)) continue;
      const dot = key.indexOf('.', start.length);
      const number = key.slice(start.length, dot < 0 ? undefined : dot);
      if (!/^\d{1,6}$/.test(number)) continue;
      const at = Number(number);
      const item = items.get(at) ?? new Map<string, PlainValue>();
      item.set(dot < 0 ? '' : key.slice(dot + 1), value);
      items.set(at, item);
    }
    return [...items].sort(([a], [b]) => a - b).map(([, item]) => new AttributeReader(Object.fromEntries(item)));
  }
}

/** Of JSON in text. What reads it goes as deep as it is; no message is so deep, and beyond it is text like other text. */
const MAX_DEPTH = 200;

/** JSON in text, or Python's of a list or dictionary, as what it stands for; other values as they are. */
export function parsed(value: PlainValue): PlainValue {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value;
  try {
    const structure = JSON.parse(value) as PlainValue;
    return isDeeper(value) ? value : structure;
  } catch {
    return pythonValue(value) ?? value;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Of text that is JSON: what it stands for may have more parts than it is quick to visit. */
function isDeeper(json: string): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) i = endOfText(json, i);
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Where the text ends that begins with a quote. */
function endOfText(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === BACKSLASH) i++;
  }
  return json.length;
}

/** Whether text begins as a structure of JSON and is none: what exporters cut off. */
export function isTruncatedJson(value: PlainValue): value is string {
  return typeof value === 'string' && /^\s*(?:\[\s*[[{"]|\{\s*")/.test(value) && typeof parsed(value) === 'string';
}
