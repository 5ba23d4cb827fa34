/** What a probe is told of the threads of a process. */
import type { ServerResponse } from 'node:http';
import type { StandingPart } from '../../core/api/standing-part';

/** A line for each. */
export function standingText(standing: readonly StandingPart[]): string {
  return standing.map(({ part, seconds }) => `${part} stands still: no sign of life for ${seconds} s\n`).join('');
}

/** 200, or 503 with what stands still, a line each. */
export function sayHealth(response: ServerResponse, standing: readonly StandingPart[]): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(standing.length > 0 ? 503 : 200, headers).end(standingText(standing) || 'ok\n');
}
