/** Queries that would keep others waiting: how large one may be, and what it may take, counted. */
import { describe, expect, it } from 'vitest';
import { traceqlOf } from '../../core/query/plain-search';
import type { FieldExpression, SpansetFilter } from '../../core/query/traceql/ast';
import { conditionOf, type SpanFields } from '../../core/query/traceql/evaluate';
import { MAX_COMPARISONS, MAX_LIST, MAX_METRICS, MAX_NODES } from '../../core/query/traceql/limits';
import { MAX_PATTERN_SIZE, parseTraceql } from '../../core/query/traceql/parse';
import { stepsTaken, TextPattern } from '../../core/query/traceql/regex';

const times = (count: number, text: string, separator: string): string => new Array(count).fill(text).join(separator);

describe('the size of a query', () => {
  it.each([
    ['conditions', `{ ${times(1_200, '.a', ' && ')} }`, MAX_NODES],
    ['alternatives', `{ ${times(1_200, '.a', ' || ')} }`, MAX_NODES],
    ['sums', `{ ${times(1_200, '.a', ' + ')} > 1 }`, MAX_NODES],
    ['sets of spans', times(600, '{.a}', '||'), MAX_NODES],
    ['sets related to each other', times(600, '{.a}', '>'), MAX_NODES],
    ['steps', `{ } ${times(600, '| coalesce()', ' ')} ${times(200, '| count() > 1', ' ')}`.slice(0, 9_999), MAX_NODES],
    ['comparisons', `{ ${times(MAX_COMPARISONS + 1, '.a=1', ' || ')} }`, MAX_COMPARISONS],
    ['quantiles', `{ } | quantile_over_time(duration, ${times(800, '.5', ',')})`, MAX_LIST],
    ['labels', `{ } | rate() by(${times(30, '.a', ',')})`, MAX_LIST],
    ['groups', `{ } | by(${times(30, '.a', ',')})`, MAX_LIST],
    ['shown fields', `{ } | select(${times(30, '.a', ',')})`, MAX_LIST],
    ['compared values', '{ } | compare({ status = error }, 1000000)', 1_000],
    ['series', '{ } | rate() by(.a) | topk(1000000)', 1_000],
    ['metrics', times(11, '({ } | rate())', ' + '), MAX_METRICS],
    ['thresholds', `{ } | rate()${' > 1'.repeat(2_000)}`, MAX_NODES],
  ])('refuses too many %s with the limit', (_, query, limit) => {
    expect(() => parseTraceql(query)).toThrow(String(limit));
  });

  it.each(['(', '{!', '{(', '{-', '{ .a ^ '])('refuses %s, nested without end', (open) => {
    expect(() => parseTraceql(open.repeat(1) + open.slice(-1).repeat(5_000))).toThrow(/Column/);
  });

  it('refuses ten thousand parentheses, and a megabyte, before it looks at what stands in them', () => {
    for (const open of ['(', '{(', '{ !(', '{ } | (', '{ } | rate() > (']) {
      expect(() => parseTraceql(open + '('.repeat(9_900))).toThrow('nested too deeply');
    }
    expect(() => parseTraceql(`{ .a = "${'x'.repeat(1_000_000)}" }`)).toThrow('at most 10000 characters');
    expect(() => traceqlOf('x'.repeat(1_000_000))).toThrow('at most 10000 characters');
  });

  it('takes what people ask: fifty services, a pasted line', () => {
    const services = Array.from({ length: 50 }, (_, i) => `resource.service.name = "service-${i}"`).join(' || ');
    expect(parseTraceql(`{ (${services}) && duration > 1s } | rate() by(name)`).metrics?.kind).toBe('metric');
    const words = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
    expect(parseTraceql(traceqlOf(words)).pipeline.stages).toHaveLength(1);
  });
});

describe('values of a span put together', () => {
  const span = (count: number): SpanFields => {
    return { values: () => Array.from({ length: count }, (_, i) => i), hasWord: () => false };
  };
  const holdsFor = (query: string): ((span: SpanFields) => boolean) => {
    const [filter] = parseTraceql(query).pipeline.stages;
    return conditionOf((filter as SpansetFilter).condition as FieldExpression);
  };

  it.each(['{ event.a = event.b + 1000000 }', '{ event.a + event.b + event.c < 0 }', '{ -event.a = event.b + 1 }'])(
    'take no more steps than an answer has: %s',
    (query) => {
      expect(() => holdsFor(query)(span(30_000))).toThrow('puts many values of a span together');
      expect(holdsFor(query)(span(3))).toBe(false);
    },
  );
});

describe('regular expressions of a query', () => {
  const matching = (count: number, pattern: string): string => `{ ${times(count, `.a =~ "${pattern}"`, ' && ')} }`;

  it('are of a bounded size, alone and together', () => {
    expect(() => parseTraceql(matching(1, '(a?){1000}'))).toThrow('Lower the numbers in braces');
    expect(() => parseTraceql(matching(9, '(a?){1000}'))).toThrow('Lower the numbers in braces');
    expect(() => parseTraceql(matching(1, '((((a{30}){30}){30}){30})'))).toThrow('Lower the numbers in braces');
    expect(() => parseTraceql(matching(60, '(a?){60}'))).toThrow(String(MAX_PATTERN_SIZE));
    expect(() => parseTraceql(matching(101, 'a'))).toThrow('100 regular expressions');
    expect(() => parseTraceql(matching(9, '(a?){60}'))).not.toThrow();
  });

  it('take steps in proportion to a text, however they repeat', () => {
    for (const source of ['(a?){200}', '(a|a?)+', '(a*)*b', '.*a.*a.*a.*a.*', '(?i)(x+x+)+y']) {
      const pattern = new TextPattern(source, 0);
      const stepsFor = (length: number): number => {
        const before = stepsTaken();
        pattern.matches('a'.repeat(length));
        return stepsTaken() - before;
      };
      const [short, long] = [stepsFor(5_000), stepsFor(50_000)];
      expect(long, source).toBeLessThan(Math.max(short, 5_000) * 20);
      expect(long, source).toBeLessThan(50_000 * 64);
    }
  });

  it('match whole texts, with flags, as before', () => {
    const matches = (pattern: string, text: string): boolean => new TextPattern(pattern, 0).matches(text);
    expect(matches('a|ab', 'ab')).toBe(true);
    expect(matches('a', 'ab')).toBe(false);
    expect(matches('(?i).*WORLD', 'hello\nworld')).toBe(true);
    expect(matches('', '')).toBe(true);
    expect(matches('x*', 'xxx\n')).toBe(false);
    expect(() => new TextPattern('a)(b', 0)).toThrow(/Column 1/);
  });
});
