/**
 * The search box of a trace: `checkout duration>10ms status:error`. Words match a span's name or service; terms filter; all must
 * hold. A word in quotes may hold spaces.
 */
import { SpoorError } from '../model/errors';
import { SPAN_KIND_NAMES } from '../model/span-kind';

export interface SpanSearch {
  readonly words: readonly string[];
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  readonly status: 'error' | 'ok' | null;
  readonly times: readonly TimeTerm[];
}

interface TimeTerm {
  readonly of: 'duration' | 'self';
  readonly above: boolean;
  readonly ns: number;
}

const TERM = /(?:(service|status|kind|name):)?(?:"([^"]*)"|(\S+))/gi;
const TIME = /^(duration|self)(>|<)=?(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)$/i;
/** `duration > 200 ms` */
const SPACED_TIME = /(?<![^\s])(duration|self)\s*([<>]=?)\s*(\d+(?:\.\d+)?)\s*(?=(?:ns|us|µs|ms|s|m|h)(?!\S))/gi;
const UNIT_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };

/** @throws SpoorError VALIDATION_ERROR for a term that cannot be understood. */
export function parseSpanSearch(text: string): SpanSearch {
  const search = {
    words: [] as string[],
    services: [] as string[],
    names: [] as string[],
    kinds: [] as string[],
    status: null as SpanSearch['status'],
    times: [] as TimeTerm[],
  };
  for (const [, filter, quoted, bare] of text.replace(SPACED_TIME, '$1$2$3').matchAll(TERM)) {
    const value = (quoted ?? bare ?? '').toLowerCase();
    if (value === '') continue;
    switch (filter?.toLowerCase()) {
      case 'service':
        search.services.push(value);
        break;
      case 'name':
        search.names.push(value);
        break;
      case 'kind':
        if (!SPAN_KIND_NAMES.some((kind) => kind === value)) {
          throw invalid(`kind:${value} is not a kind; use ${SPAN_KIND_NAMES.slice(1).join(', ')}.`);
        }
        search.kinds.push(value);
        break;
      case 'status':
        if (value !== 'error' && value !== 'ok') {
          throw invalid(`status:${value} is not a status; use status:error or status:ok.`);
        }
        search.status = value;
        break;
      default:
        if (quoted === undefined && /^(duration|self)[<>]/.test(value)) search.times.push(timeTerm(value));
        else search.words.push(value);
    }
  }
  return search;
}

function timeTerm(text: string): TimeTerm {
  const match = TIME.exec(text);
  if (!match) throw invalid(`${text} needs a number and a unit, such as duration>10ms.`);
  const [, of, sign, number, unit] = match;
  return {
    of: of as TimeTerm['of'],
    above: sign === '>',
    ns: Number(number) * (UNIT_NS[unit as string] as number),
  };
}

function invalid(message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', message, [{ field: 'query', code: 'invalid_term', message }]);
}
