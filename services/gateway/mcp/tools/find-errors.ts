/** What fails, by exception and message, where it begins. */
import { z } from 'zod';
import type { QueryResult } from '../../../../core/api/search';
import { SpoorError } from '../../../../core/model/errors';
import { plural } from '../../../../core/model/format';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { tool } from '../tool';

const WAIT_MS = 10_000;
/** Newest traces among which examples are looked for. */
const EXAMPLES = 60;
/** One step over all: it is the total that matters. */
const WHOLE_STEP_NS = 30 * 24 * 3_600 * 1e9;
const PLACES = 3;
const TYPE = 'event.exception.type';
const MESSAGE = 'statusMessage';
const SERVICE = 'resource.service.name';
const LABELS = [TYPE, 'event.exception.message', MESSAGE, SERVICE, 'name'].join(', ');

interface Group {
  readonly type: string;
  readonly message: string;
  /** As it stands, of the most frequent. */
  readonly example: string;
  readonly count: number;
  readonly places: ReadonlyMap<string, number>;
}

interface Example {
  readonly traceId: string;
  readonly spanId: string;
}

export const findErrors = tool({
  name: 'find_errors',
  title: 'Find errors and their causes',
  description:
    'Groups failed spans by exception type and message, numbers and ids in messages left out, the most frequent first, with where they occur and an example trace. Counts only spans where a failure begins (no failed span below), so one failure that passes through five spans counts once; passedOn: true counts them all.',
  uses: ['query'],
  input: {
    ...RANGE,
    service: z.string().max(500).optional().describe('Only failures that begin in this service'),
    where: z
      .string()
      .max(5_000)
      .optional()
      .describe('TraceQL condition without braces, such as span.http.route = "/cart"'),
    passedOn: z.boolean().optional().describe('Also count the spans that a failure was passed on to'),
  },
  facts: { errors: z.number(), groups: z.number(), traceql: z.string() },
  item: {
    type: z.string(),
    message: z.string(),
    count: z.number(),
    places: z.array(z.string()),
    traceId: z.string().optional(),
    spanId: z.string().optional(),
  },
  async run(asked, { from, to, service, where, passedOn = false, cursor }, { answer, cursors }) {
    const at = cursors.index(cursor);
    const conditions = ['status = error'];
    if (service !== undefined) conditions.push(`${SERVICE} = ${JSON.stringify(service)}`);
    if (where !== undefined && where.trim() !== '') conditions.push(`(${where})`);
    const failed = `{ ${conditions.join(' && ')} }`;
    const traceql = passedOn ? failed : `${failed} !< { status = error }`;
    const range = rangeOf({ from, to });
    const [counted, examples] = await Promise.all([
      asked.api.query(
        { ...range, query: `${traceql} | count_over_time() by(${LABELS})`, stepNs: WHOLE_STEP_NS, waitMs: WAIT_MS },
        asked.signal,
      ),
      asked.api.query(
        {
          ...range,
          query: `${traceql} | select(${TYPE}, event.exception.message, ${MESSAGE})`,
          limit: EXAMPLES,
          waitMs: WAIT_MS,
        },
        asked.signal,
      ),
    ]);
    if (counted.kind !== 'metrics') throw new SpoorError('INTERNAL_ERROR', 'The count is no count.');
    const groups = grouped(counted);
    const found = examplesIn(examples);
    const total = groups.reduce((sum, { count }) => sum + count, 0);
    answer.say(
      total === 0
        ? 'No failed span in this range.'
        : `${plural(total, 'failed span')} in ${plural(groups.length, 'group')}${passedOn ? '' : ', counted where failures begin'}`,
      { errors: total, groups: groups.length, traceql: bounded(traceql, 200) },
    );
    let next = at;
    for (; next < groups.length; next++) {
      const group = groups[next] as Group;
      const example = found.get(keyOf(group.type, group.message));
      const places = [...group.places].sort((a, b) => b[1] - a[1]).slice(0, PLACES);
      const line = `${next + 1}. ${group.count}x ${quoted(group.type, 60)} ${quoted(group.example, 200)} in ${places.map(([place]) => quoted(place, 80)).join(', ')}${example ? `, e.g. ${example.traceId} span ${example.spanId}` : ''}`;
      const item = {
        type: bounded(group.type, 60),
        message: bounded(group.example, 160),
        count: group.count,
        places: places.map(([place]) => bounded(place, 60)),
        ...example,
      };
      if (!answer.add(line, item)) break;
    }
    return answer.end({
      cursor: next < groups.length ? cursors.at(next) : null,
      partial: counted.complete ? null : 'time was up; older failures are not counted. Narrow from and to.',
      link: asked.links.search('{ status = error }'),
      ...(total > 0 ? { next: 'outline_trace or read_span with an example' } : {}),
    });
  },
});

function grouped({ series }: Extract<QueryResult, { kind: 'metrics' }>): Group[] {
  const groups = new Map<string, Group & { readonly most: number }>();
  for (const { labels, values } of series) {
    const count = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    if (count === 0) continue;
    const { type, message } = saidBy(labels);
    const key = keyOf(type, message);
    const known = groups.get(key);
    const place = `${labels[SERVICE] ?? ''}: ${labels.name ?? ''}`;
    const places = new Map(known?.places ?? []).set(place, (known?.places.get(place) ?? 0) + count);
    const isMost = !known || count > known.most;
    groups.set(key, {
      type,
      message: formOf(message),
      example: isMost ? message : known.example,
      count: (known?.count ?? 0) + count,
      places,
      most: isMost ? count : known.most,
    });
  }
  return [...groups.values()].sort(
    (a, b) => b.count - a.count || (keyOf(a.type, a.message) < keyOf(b.type, b.message) ? -1 : 1),
  );
}

function saidBy(labels: Readonly<Record<string, string>>): { type: string; message: string } {
  const said = (name: string): string => {
    const value = labels[name] ?? '';
    return value === 'nil' ? '' : value;
  };
  const status = said(MESSAGE);
  return { type: said(TYPE) || 'no exception recorded', message: status || said('event.exception.message') };
}

function examplesIn(result: QueryResult): Map<string, Example> {
  const found = new Map<string, Example>();
  if (result.kind !== 'traces') return found;
  for (const { traceId, spans } of result.data) {
    for (const { spanId, attributes } of spans) {
      const { type, message } = saidBy(attributes);
      const key = keyOf(type, message);
      if (!found.has(key)) found.set(key, { traceId, spanId });
    }
  }
  return found;
}

/** What differs from one to the next of a kind is left out. */
function formOf(message: string): string {
  const words = message.slice(0, 500).replace(/[\w-]+/g, (word) => (word.length >= 8 && /\d/.test(word) ? '#' : word));
  return words.replace(/\d+/g, '#');
}

function keyOf(type: string, message: string): string {
  return JSON.stringify([type, formOf(message)]);
}
