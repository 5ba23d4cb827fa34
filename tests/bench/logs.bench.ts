/** What the screen of logs asks, over a million records (issue: 10,000,000): the list, searches, the histogram, facets and patterns. */
import { type BenchQuestion, hoursAgo, runQuestions } from './questions';
import { WORDS } from './stored-load';
import { storedLogs } from './stored-logs';

const WAIT_MS = '60000';
const BUCKETS = '90';
const FIELDS = 'level,service,event,scope';
/** Frequent, rare, and nowhere. */
const SEARCHED = ['timed', 'served', WORDS[7], WORDS[77], 'needle', 'nowhere'];

type More = Readonly<Record<string, string>>;
const isComplete = ({ complete }: { readonly complete: boolean }): boolean => complete;
const isPage = ({ search }: { readonly search: { readonly complete: boolean } }): boolean => search.complete;

const list = (name: string, more: (n: number) => More, mostGrowth?: number): BenchQuestion => ({
  name,
  ask: (n) => ({ path: `/v1/logs?${new URLSearchParams({ limit: '100', waitMs: WAIT_MS, ...more(n) })}` }),
  isWhole: isPage,
  ...(mostGrowth && { mostGrowth }),
});
const histogram = (name: string, more: (n: number) => More): BenchQuestion => ({
  name: `histogram, ${name}`,
  ask: (n) => ({
    path: `/v1/logs/histogram?${new URLSearchParams({ buckets: BUCKETS, waitMs: WAIT_MS, ...more(n) })}`,
  }),
  isWhole: isComplete,
});
const day = (): More => ({ from: hoursAgo(24n) });

runQuestions({
  name: 'logs',
  unit: 'records',
  short: 6_000,
  loads: (stored) => [{ path: '/v1/logs', requests: storedLogs(stored, BigInt(Date.now()) * 1_000_000n) }],
  questions: async (spoor) => {
    const { body } = await spoor.get<{ pagination: { nextCursor: string }; data: { id: string }[] }>(
      '/v1/logs?limit=100',
    );
    const cursor = body.pagination.nextCursor;
    const id = body.data[50]?.id ?? '';
    return [
      list('list, first page', () => ({}), 4),
      list('list, next page', () => ({ cursor }), 4),
      list('word, frequent to nowhere', (n) => ({ query: SEARCHED[n % SEARCHED.length] ?? '' })),
      list('errors', () => ({ query: 'severity>=error' }), 4),
      list('service and level', () => ({ query: 'service:payments severity>=warn' }), 4),
      list('attribute', (n) => ({ query: `http.route="/api/items/${(n * 37) % 200}"` })),
      list('rare attribute', (n) => ({ query: `enduser.id="user-${(n * 911) % 5_000}"` })),
      list('attribute that stands in payloads', (n) => ({ query: `request.id:*-${n * 31}` })),
      list('regular expression', () => ({ query: '~"timed out after 2[0-9] s"' }), 4),
      list('of a trace', () => ({ query: 'trace:00000000000000000000000000000001' }), 4),
      histogram('24 h', day),
      histogram('all', () => ({})),
      histogram('errors of 24 h', () => ({ ...day(), query: 'severity>=error' })),
      histogram('a word in 24 h', () => ({ ...day(), query: 'timed' })),
      {
        name: 'facets, 24 h',
        ask: () => ({
          path: `/v1/logs/facets?${new URLSearchParams({ fields: FIELDS, limit: '12', waitMs: WAIT_MS, ...day() })}`,
        }),
        isWhole: isComplete,
      },
      {
        name: 'patterns, 24 h',
        ask: () => ({ path: `/v1/logs/patterns?${new URLSearchParams({ waitMs: WAIT_MS, ...day() })}` }),
      },
      { name: 'one record', ask: () => ({ path: `/v1/logs/${id}` }), mostGrowth: 4 },
      { name: 'around a record', ask: () => ({ path: `/v1/logs/${id}/around` }), mostGrowth: 4 },
    ];
  },
});
