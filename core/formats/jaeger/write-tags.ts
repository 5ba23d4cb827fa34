/** OTLP's attributes as Jaeger's typed key-value pairs. */
import type { KeyValue } from '../../model/json-types';
import { textOfValue } from '../text-of-value';

export interface JaegerTag {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary';
  readonly value: string | number | boolean;
}

/** Arrays and maps become JSON text, as in the OpenTelemetry Collector: Jaeger has no type for them. */
export function jaegerTag({ key, value }: KeyValue): JaegerTag {
  if ('boolValue' in value) return { key, type: 'bool', value: value.boolValue as boolean };
  if ('intValue' in value) return integerTag(key, value.intValue as string);
  if ('doubleValue' in value) {
    const number = value.doubleValue as number | string;
    return typeof number === 'number' ? { key, type: 'float64', value: number } : stringTag(key, number);
  }
  if ('bytesValue' in value) return { key, type: 'binary', value: value.bytesValue as string };
  return stringTag(key, textOfValue(value));
}

export function stringTag(key: string, value: string): JaegerTag {
  return { key, type: 'string', value };
}

/** Jaeger writes integers that JavaScript cannot represent exactly as text. */
function integerTag(key: string, digits: string): JaegerTag {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? { key, type: 'int64', value: number } : stringTag(key, digits);
}
