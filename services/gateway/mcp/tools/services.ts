/** Services: how they do, and who calls whom. */
import { z } from 'zod';
import type { RedGroup, RedValues } from '../../../../core/api/service-metrics';
import { formatDuration, formatShare, plural } from '../../../../core/model/format';
import { addFrom } from '../counted-list';
import { msOf, share } from '../figures';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { tool } from '../tool';

const WHOLE_STEP_SECONDS = 9_999_960;
const EDGES = 200;

const ORDERS = {
  requests: (one: RedGroup) => one.spans,
  errors: (one: RedGroup) => one.errors,
  p95: (one: RedGroup) => one.p95Ns ?? 0,
} as const;

export const serviceHealth = tool({
  name: 'service_health',
  title: 'Health of services',
  description:
    'Services, or their operations, with requests, errors and p50, p95, p99 of durations. A request is a span that serves or begins a trace; by operation all its spans count.',
  uses: ['redMetrics'],
  input: {
    groupBy: z.enum(['service', 'operation']).optional().describe('service unless given'),
    service: z.string().max(500).optional().describe('Only this one'),
    sort: z.enum(['requests', 'errors', 'p95']).optional().describe('Greatest first; errors unless given'),
    ...RANGE,
  },
  facts: { groups: z.number(), requests: z.number(), errors: z.number() },
  item: {
    service: z.string(),
    operation: z.string().optional(),
    requests: z.number(),
    errors: z.number(),
    errorShare: z.number(),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
  },
  async run(asked, { groupBy = 'service', service, sort = 'errors', from, to, cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const range = { ...rangeOf({ from, to }), service, stepSeconds: WHOLE_STEP_SECONDS };
    const red = await asked.api.redMetrics({ ...range, groupBy });
    const order = ORDERS[sort];
    const groups = red.groups.toSorted(
      (a, b) =>
        order(b) - order(a) ||
        b.spans - a.spans ||
        (`${a.service} ${a.operation}` < `${b.service} ${b.operation}` ? -1 : 1),
    );
    // By operation all spans count, of which the total of a service has its requests alone.
    const isSummed = service !== undefined && groupBy === 'operation';
    const { spans, errors } = isSummed ? summed([...groups, ...(red.other ? [red.other] : [])]) : red.total;
    answer.say(
      `${plural(groups.length, groupBy)}, most ${sort} first; all together ${plural(spans, 'request')}, ${plural(errors, 'error')}`,
      { groups: groups.length, requests: spans, errors },
    );
    const left = addFrom(paper, groups, at, (one) => [
      `- ${quoted(one.service, 48)}${one.operation === null ? '' : ` ${quoted(one.operation, 64)}`} ${plural(one.spans, 'request')}, ${plural(one.errors, 'error')} (${formatShare(one.errors, one.spans)}), p50 ${formatDuration(one.p50Ns)}, p95 ${formatDuration(one.p95Ns)}, p99 ${formatDuration(one.p99Ns)}`,
      {
        service: bounded(one.service, 44),
        ...(one.operation === null ? {} : { operation: bounded(one.operation, 56) }),
        requests: one.spans,
        errors: one.errors,
        errorShare: share(one.errors, one.spans),
        p50Ms: msOf(one.p50Ns),
        p95Ms: msOf(one.p95Ns),
        p99Ms: msOf(one.p99Ns),
      },
    ]);
    return answer.end({
      cursor: left,
      partial: red.other && `the ${red.other.count} least busy groups are in the total only.`,
      link: asked.links.screen('services'),
    });
  },
});

function summed(groups: readonly RedValues[]): { readonly spans: number; readonly errors: number } {
  return {
    spans: groups.reduce((sum, one) => sum + one.spans, 0),
    errors: groups.reduce((sum, one) => sum + one.errors, 0),
  };
}

export const serviceMap = tool({
  name: 'service_map',
  title: 'Who calls whom',
  description:
    'Calls between services with counts, errors, mean and p95 of the known durations, the most frequent first. service: only calls from and to this one.',
  uses: ['listServiceEdges', 'listServices'],
  input: { service: z.string().max(500).optional(), ...RANGE },
  facts: { services: z.array(z.string()), edges: z.number() },
  item: {
    caller: z.string(),
    callee: z.string(),
    calls: z.number(),
    errors: z.number(),
    meanMs: z.number().nullable(),
    p95Ms: z.number().nullable(),
  },
  async run(asked, { service, from, to, cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const [{ data, pagination }, services] = await Promise.all([
      asked.api.listServiceEdges({ ...rangeOf({ from, to }), limit: EDGES }),
      asked.api.listServices({ limit: 30 }),
    ]);
    const names = services.data.map(({ name }) => name).slice(0, 12);
    const edges = data.filter(
      ({ caller, callee }) => service === undefined || caller === service || callee === service,
    );
    answer.say(
      `Services: ${names.map((name) => quoted(name, 32)).join(', ')}${services.data.length > names.length ? ' and others' : ''}`,
      {
        services: names.map((name) => bounded(name, 32)),
        edges: edges.length,
      },
    );
    const left = addFrom(paper, edges, at, ({ caller, callee, calls, errors, meanDurationNs, p95Ns }) => [
      `- ${quoted(caller, 48)} -> ${quoted(callee, 48)} ${plural(calls, 'call')}, ${plural(errors, 'error')}, mean ${formatDuration(meanDurationNs)}, p95 ${formatDuration(p95Ns)}`,
      {
        caller: bounded(caller, 44),
        callee: bounded(callee, 44),
        calls,
        errors,
        meanMs: msOf(meanDurationNs),
        p95Ms: msOf(p95Ns),
      },
    ]);
    return answer.end({
      cursor: left,
      partial: pagination.hasMore ? `only the ${EDGES} most frequent calls are listed.` : null,
      link: asked.links.screen('services/map'),
    });
  },
});
