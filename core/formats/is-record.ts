import type { JsonObject } from '../otlp/json-fields';

/** Whether a value of JSON is an object, and no list. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
