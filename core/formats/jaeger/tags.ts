/** Jaeger's typed key-value pairs, which spans, logs and processes have. */
import { bytesFromBase64 } from '../../otlp/base64';
import { COST, type DecodeBudget } from '../../otlp/decode-budget';
import { eachOf, get, type JsonObject } from '../../otlp/json-fields';
import { asDouble, asInteger } from '../../otlp/json-numbers';
import { JsonShapeError } from '../../otlp/json-shape-error';
import type { Attributes, Value } from '../spans';

/** In the order they came; a key may come twice. */
export class Tags {
  private all: (readonly [key: string, value: Value])[] = [];

  constructor(owner: JsonObject, name: string, at: string, budget: DecodeBudget) {
    eachOf(owner, name, at, (tag, tagAt) => {
      budget.charge(COST.item);
      const key = get(tag, 'key');
      if (typeof key !== 'string') throw new JsonShapeError(`${tagAt}.key: not a string`);
      this.all.push([key, tagValue(get(tag, 'type') ?? get(tag, 'vType'), get(tag, 'value'))]);
    });
  }

  get(key: string): Value | undefined {
    return this.all.find(([one]) => one === key)?.[1];
  }

  /** As text, and it is none any more. */
  take(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    this.remove(key);
    return String(value);
  }

  remove(key: string): void {
    this.all = this.all.filter(([one]) => one !== key);
  }

  rename(from: string, to: string): void {
    if (this.get(to) !== undefined) return;
    this.all = this.all.map(([key, value]) => [key === from ? to : key, value]);
  }

  add(key: string, value: Value): void {
    this.all.push([key, value]);
  }

  /** Those that were not taken. */
  rest(): Attributes {
    return this.all;
  }
}

/** What is not of its type is kept as the text that it is. Elasticsearch's documents have texts for all types. */
function tagValue(type: unknown, value: unknown): Value {
  switch (typeof type === 'string' ? type.toLowerCase() : '') {
    case 'bool':
      if (value === true || value === 'true') return true;
      return value === false || value === 'false' ? false : textOf(value);
    case 'int64':
    case 'long':
      return orText(value, () => asInteger(value, 'int64', ''));
    case 'float64':
    case 'double':
      return orText(value, () => asDouble(value, ''));
    case 'binary':
      return (typeof value === 'string' ? bytesFromBase64(value) : null) ?? textOf(value);
    case 'string':
      return textOf(value);
    default:
      return typeof value === 'boolean' || typeof value === 'number' ? numberOr(value) : textOf(value);
  }
}

function numberOr(value: boolean | number): Value {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

function orText(value: unknown, read: () => Value): Value {
  try {
    return read();
  } catch {
    return textOf(value);
  }
}

/** Of a value of JSON; nothing of none. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
