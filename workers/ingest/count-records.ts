/**
 * Counts the records of a log or metric request without storing them: the sender is told exactly how much was not kept.
 */
import { WIRE_BYTES, WireReader } from '../../core/otlp/wire-reader';

export type UnstoredSignal = 'logs' | 'metrics';

/** Field numbers from the request down to its records; the last level of metrics is any of the five kinds. */
const PATHS: Record<UnstoredSignal, readonly (readonly number[])[]> = {
  logs: [[1], [2], [2]],
  metrics: [[1], [2], [2], [5, 7, 9, 10, 11], [1]],
};

const JSON_PATHS: Record<UnstoredSignal, readonly (readonly string[])[]> = {
  logs: [['resourceLogs'], ['scopeLogs'], ['logRecords']],
  metrics: [
    ['resourceMetrics'],
    ['scopeMetrics'],
    ['metrics'],
    ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'],
    ['dataPoints'],
  ],
};

/** @throws WireError */
export function countProtobufRecords(signal: UnstoredSignal, bytes: Uint8Array): number {
  return countFields(new WireReader(bytes), PATHS[signal], 0);
}

function countFields(reader: WireReader, path: readonly (readonly number[])[], level: number): number {
  let count = 0;
  while (reader.next()) {
    if (reader.wireType !== WIRE_BYTES || !path[level]?.includes(reader.field)) reader.skip();
    else if (level === path.length - 1) {
      reader.skip();
      count++;
    } else count += countFields(reader.message(), path, level + 1);
  }
  return count;
}

export function countJsonRecords(signal: UnstoredSignal, request: unknown): number {
  return countItems(request, JSON_PATHS[signal], 0);
}

function countItems(value: unknown, path: readonly (readonly string[])[], level: number): number {
  if (level === path.length) return 1;
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  for (const name of path[level] as readonly string[]) {
    const child = (value as Record<string, unknown>)[name];
    for (const item of Array.isArray(child) ? child : child === undefined ? [] : [child]) {
      count += countItems(item, path, level + 1);
    }
  }
  return count;
}
