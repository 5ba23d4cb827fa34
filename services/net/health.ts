/** What a probe is told of the threads of a process. */
import type { ServerResponse } from 'node:http';
import type { UnresponsivePart } from '../../core/api/unresponsive-part';

/** A line for each. */
export function unresponsiveText(unresponsive: readonly UnresponsivePart[]): string {
  return unresponsive.map(({ part, seconds }) => `${part} is unresponsive: no heartbeat for ${seconds} s\n`).join('');
}

/** 200, or 503 with a line for each unresponsive part. */
export function sayHealth(response: ServerResponse, unresponsive: readonly UnresponsivePart[]): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(unresponsive.length > 0 ? 503 : 200, headers).end(unresponsiveText(unresponsive) || 'ok\n');
}
