/**
 * The plain search box: `checkout status:error "POST /orders"`. Words match the root's name, the agent or a service (or a trace
 * id from its beginning); `service:` and `status:` filter. TraceQL comes above this.
 */
import { SpoorError } from '../model/errors';

export interface SimpleSearch {
  readonly words: readonly string[];
  readonly services: readonly string[];
  readonly status: 'error' | 'ok' | null;
}

const TERM = /(?:(service|status):)?(?:"([^"]*)"|(\S+))/gi;

/** @throws SpoorError VALIDATION_ERROR for a filter value we do not know. */
export function parseSimpleSearch(text: string): SimpleSearch {
  const words: string[] = [];
  const services: string[] = [];
  let status: SimpleSearch['status'] = null;
  for (const [, filter, quoted, bare] of text.matchAll(TERM)) {
    const value = quoted ?? bare ?? '';
    if (value === '') continue;
    if (filter?.toLowerCase() === 'service') services.push(value);
    else if (filter?.toLowerCase() === 'status') {
      const lower = value.toLowerCase();
      if (lower !== 'error' && lower !== 'ok') {
        throw new SpoorError('VALIDATION_ERROR', `status:${value} is not a status; use status:error or status:ok.`, [
          { field: 'query', code: 'unknown_status', message: 'use status:error or status:ok' },
        ]);
      }
      status = lower;
    } else words.push(value);
  }
  return { words, services, status };
}
