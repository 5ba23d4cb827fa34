/** TraceQL read and written: every construct that Tempo documents, errors that help, and a round trip over drawn queries. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INTRINSICS } from '../../core/query/traceql/ast';
import { parseTraceql } from '../../core/query/traceql/parse';
import { printTraceql } from '../../core/query/traceql/print';
import { TraceqlSyntaxError } from '../../core/query/traceql/syntax-error';

/** A query, and how it is written out again where that differs. */
const QUERIES: (readonly [query: string, printed?: string])[] = [
  ['{ }'],
  ['{}', '{ }'],
  ['{ true }', '{ }'],
  ['{ span.http.status_code >= 200 && span.http.status_code < 300 }'],
  ['{ resource.service.name = "checkout" && status = error } | avg(duration) > 200ms'],
  ['{ .namespace = "prod" && span.http.method =~ "GET|POST" }'],
  ['{ span."attribute name with space" = "x" }'],
  ['{ span.http-route = `a\\d+"b` }', '{ span.http-route = "a\\\\d+\\"b" }'],
  ['{ span.foo = "\\d+" }', '{ span.foo = "\\\\d+" }'],
  ['{ name = "HTTP GET - root" } >> { span.db.system != nil }'],
  ['{ span:name = "x" && span:duration > 1.5s }', '{ name = "x" && duration > 1500ms }'],
  ['{ trace:id = "abc" || trace:rootService = "web" }', '{ trace:id = "abc" || rootServiceName = "web" }'],
  ['{ event:name = "exception" && event.exception.message =~ ".*timeout.*" }'],
  ['{ event:timeSinceStart > 2h45m }', '{ event:timeSinceStart > 165m }'],
  ['{ link:traceID != nil && link.opentracing.ref_type = "child_of" }'],
  ['{ instrumentation:name = "grpc" && instrumentation.version = "1.0" }'],
  ['{ !(span.a = 1) && -(span.b) > -3 }'],
  ['{ span.bytes * 2 > 10 + 3 ^ 2 }', '{ (span.bytes * 2) > (10 + (3 ^ 2)) }'],
  ['{ kind = server && status != ok && true != span.cached }'],
  ['{ nestedSetParent < 0 }'],
  ['{ text = "card declined" }'],
  ['{ .a } && { .b } || { .c }', '({ .a } && { .b }) || { .c }'],
  ['({ .a } || { .b }) > { .c }'],
  ...['>', '>>', '<', '<<', '~', '!>', '!>>', '!<', '!<<', '!~', '&>', '&>>', '&<', '&<<', '&~'].map(
    (op) => [`{ .a = 1 } ${op} { .b = 2 }`] as const,
  ),
  ['{ status = error } | by(resource.service.name) | count() > 1'],
  ['{ status = error } | select(span.http.url, status, name)'],
  ['{ .a = 1 } | by(.b) | coalesce()'],
  [
    '{ .a = 1 } | min(duration) * 2 < max(span.bytes) - sum(.c) / 3',
    '{ .a = 1 } | min(duration) * 2 < max(span.bytes) - (sum(.c) / 3)',
  ],
  ['({ .a = 1 } | count() > 2) && ({ .b = 2 } | avg(duration) > 1s)'],
  ['{ status = error } | { kind = server }'],
  ['{ } | rate()'],
  ['{ } | rate() by(resource.service.name, name) | topk(5)'],
  ['{ } | count_over_time() by(status) | bottomk(3) with(sample=0.1, exemplars=true)'],
  ['{ } | quantile_over_time(duration, 0.99, 0.9, 0.5) by(span.http.target)'],
  ['{ } | histogram_over_time(duration) by(.foo)'],
  ['{ } | avg_over_time(span.bytes)'],
  ['{ kind = server } | compare({ status = error })', '{ kind = server } | compare({ status = error }, 10)'],
  ['{ } | compare({ duration > 1s }, 5, 1700000000000000001, 1700000000000000009)'],
  ['{ .a = 1 } with(most_recent=true)'],
  ['{ // why\n .a = 1 }', '{ .a = 1 }'],
];

describe('TraceQL', () => {
  it.each(QUERIES.map(([query, printed = query]) => [query, printed] as const))('reads %s', (query, printed) => {
    expect(printTraceql(parseTraceql(query))).toBe(printed);
    expect(printTraceql(parseTraceql(printed))).toBe(printed);
  });

  it('knows every intrinsic by its scoped name', () => {
    for (const name of INTRINSICS) {
      const query = parseTraceql(name === 'span:text' ? '{ span:text = "a" }' : `{ ${name} != nil }`);
      expect(query.pipeline.stages[0]).toMatchObject({ condition: { left: { kind: 'intrinsic', name } } });
    }
  });

  it.each([
    ['{ statis = error }', 3, 'Did you mean status?'],
    ['{ foo = 1 }', 3, 'Did you mean .foo?'],
    ['{ resorce.service.name = "a" }', 3, 'Did you mean resource.service.name?'],
    ['{ duration > 10seconds }', 14, 'Did you mean 10ms?'],
    ["{ name = 'a' }", 10, 'Did you mean "?'],
    ['{ name = "a }', 10, 'does not end'],
    ['{ name = "a"', 13, 'the query ends. Did you mean }?'],
    ['{ } | cuont() > 1', 7, 'Did you mean count?'],
    ['{ } | avg(duration)', 20, 'compared with another'],
    ['{ } | quantile_over_time(duration)', 34, 'needs a quantile'],
    ['{ } | rate() | top(3)', 16, 'Did you mean topk?'],
    ['name = "a"', 1, 'Did you mean { }?'],
    ['{ status = 3 }', 10, 'a status is never equal to a number'],
    ['{ duration =~ "1.*" }', 12, 'compares text'],
    ['{ name =~ .foo }', 8, 'a regular expression in quotes'],
    ['{ duration }', 3, 'a condition is true or false'],
    ['{ name + 1 = 2 }', 8, 'calculates with numbers'],
    ['{ } | avg(name) > 1', 11, 'avg takes a number'],
    ['{ } | compare({ status = error }, 5, 9, 9)', 41, 'an end after its start'],
    ['{ } foo', 5, 'the query should end'],
    ['{ . = 1 }', 3, 'needs a name'],
    ['{ span.a = 1 # }', 14, 'means nothing here'],
  ])('says of %s what is wrong in column %i', (query, column, hint) => {
    expect(() => parseTraceql(query)).toThrow(TraceqlSyntaxError);
    expect(() => parseTraceql(query)).toThrow(new RegExp(`^Column ${column}: `));
    expect(() => parseTraceql(query)).toThrow(hint);
  });

  it('reads whatever it writes, the same', () => {
    fc.assert(
      fc.property(queries, (text) => {
        const query = parseTraceql(text);
        const printed = printTraceql(query);
        expect(withoutPlaces(parseTraceql(printed))).toEqual(withoutPlaces(query));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses any text that is no query with an error of its own, however deep', () => {
    const hostile = [
      `{ ${'('.repeat(50_000)}`,
      '('.repeat(50_000),
      `{ ${'!'.repeat(50_000)}`,
      `{ } | ${'('.repeat(50_000)}1`,
    ];
    for (const text of hostile) expect(() => parseTraceql(text)).toThrow(TraceqlSyntaxError);
    const pieces = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '|',
      '&&',
      '>>',
      '.a',
      '=',
      '"x"',
      '1',
      'by',
      'count',
      '!',
      ' ',
      '5ms',
      'with',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join(' ')),
        ),
        (text) => {
          try {
            parseTraceql(text);
          } catch (error) {
            expect(error).toBeInstanceOf(TraceqlSyntaxError);
            expect((error as TraceqlSyntaxError).at).toBeLessThanOrEqual(text.length);
          }
        },
      ),
    );
  });
});

const attribute = fc.constantFrom('.a', 'span.b', 'resource.service.name', 'span."x y"', 'event.c', '.http-d');
const comparison = fc.oneof(
  fc
    .tuple(attribute, fc.constantFrom('=', '!=', '<', '>=', '>'), fc.constantFrom('1', '2.5', '"x"', '10ms'))
    .map((p) => p.join(' ')),
  fc.constantFrom(
    'name =~ "a.*"',
    'status = error',
    'duration > 1s',
    '.a + 1 > span.b * 2',
    '!(.a = nil)',
    'kind != client',
  ),
);
const condition = fc
  .array(fc.tuple(comparison, fc.constantFrom('&&', '||'), fc.boolean()), { minLength: 1, maxLength: 5 })
  .map((terms) =>
    terms.reduce(
      (text, [term, op, wrap], i) =>
        i === 0 ? term : `${wrap ? `(${text})` : text} ${op} ${wrap ? `(${term})` : term}`,
      '',
    ),
  );
const filter = fc.oneof(
  condition.map((text) => `{ ${text} }`),
  fc.constant('{ }'),
);
const spanset = fc
  .array(fc.tuple(filter, fc.constantFrom('&&', '||', '>', '>>', '!~', '&<<')), { minLength: 1, maxLength: 4 })
  .map((terms) => terms.reduce((text, [term, op], i) => (i === 0 ? term : `${text} ${op} ${term}`), ''));
const stage = fc.constantFrom(
  'count() > 2',
  'by(.a, name)',
  'coalesce()',
  'select(.a)',
  'avg(duration) >= 2 * 3s',
  '{ .z = 1 }',
);
const queries = fc
  .tuple(
    spanset,
    fc.array(stage, { maxLength: 3 }),
    fc.constantFrom('', ' | rate() by(.a)', ' | quantile_over_time(duration, 0.5)'),
  )
  .map(([spans, stages, metric]) => `${[spans, ...stages].join(' | ')}${metric}`);

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'at' ? undefined : inner)));
}
