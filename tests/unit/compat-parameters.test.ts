/** How requests of other tools' clients are read: times, durations, logfmt, searches as TraceQL. */
import { describe, expect, it } from 'vitest';
import { parseTraceql } from '../../core/query/traceql/parse';
import { findTraceql, tagsOfJson, tagsOfPairs } from '../../services/gateway/compat/jaeger/find-query';
import {
  durationParameter,
  goDuration,
  integerParameter,
  timeParameter,
} from '../../services/gateway/compat/parameters';
import { paddedTraceId } from '../../services/gateway/compat/read-trace';
import { readLogfmt } from '../../services/gateway/compat/tempo/logfmt';
import { tagSearch } from '../../services/gateway/compat/tempo/tag-search';
import { anyValueOf, typeOfLiteral } from '../../services/gateway/compat/values';
import { readAnnotationQuery } from '../../services/gateway/compat/zipkin/annotation-query';
import { zipkinTraceql } from '../../services/gateway/compat/zipkin/search-text';

const time = (text: string) => timeParameter(new URLSearchParams({ start: text }), 'start');

describe('times and durations', () => {
  it.each<[string, bigint]>([
    ['1700000000', 1_700_000_000_000_000_000n],
    ['1700000000.25', 1_700_000_000_250_000_000n],
    ['1700000000000000001', 1_700_000_000_000_000_001n],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000_000_000n],
    ['2023-11-14T23:13:20.5+01:00', 1_700_000_000_500_000_000n],
    ['0', 0n],
  ])('reads the time %s', (text, ns) => {
    expect(time(text)).toBe(ns);
  });

  it.each(['yesterday', '-5', '1e9', '17000000000000000000000', '2023-13-01T00:00:00Z', "'; drop table span"])(
    'refuses the time %s by name',
    (text) => {
      expect(() => time(text)).toThrow(/could not parse 'start' parameter/);
    },
  );

  it.each<[string, bigint | null]>([
    ['100ms', 100_000_000n],
    ['1h2m3.5s', 3_723_500_000_000n],
    ['1µs', 1_000n],
    ['1us', 1_000n],
    ['.5s', 500_000_000n],
    ['-1s', -1_000_000_000n],
    ['0', 0n],
    ['5', null],
    ['s', null],
    ['1 s', null],
    ['9999999999999h', null],
    [`${'1'.repeat(70)}ns`, null],
  ])('reads the duration %s as Go does', (text, ns) => {
    expect(goDuration(text)).toBe(ns);
  });

  it('refuses numbers that are none, and names the parameter', () => {
    const query = new URLSearchParams({ limit: '1e3', spss: '-1', minDuration: 'long' });
    expect(() => integerParameter(query, 'limit')).toThrow('invalid limit: "1e3" is not an integer');
    expect(() => integerParameter(query, 'spss')).toThrow('invalid spss: must be at least 0');
    expect(() => durationParameter(query, 'minDuration')).toThrow('invalid minDuration');
    expect(integerParameter(query, 'nothing')).toBeNull();
  });

  it('pads ids of traces in either case', () => {
    expect(paddedTraceId('ABC')).toBe(`${'0'.repeat(29)}abc`);
    expect(['', 'x', 'a'.repeat(33), '../etc'].map(paddedTraceId)).toEqual([null, null, null, null]);
  });
});

/** As TraceQL reads it, it is one: what is said in another tool's words may hold anything. */
function valid(traceql: string): string {
  parseTraceql(traceql);
  return traceql;
}

const HOSTILE = '"} || { true } #\\" \n\t`$(x)';

describe("Tempo's tags", () => {
  it('are read as logfmt', () => {
    expect([...readLogfmt(' service.name=shop  error msg="a \\"b\\" = c" e="" ')]).toEqual([
      ['service.name', 'shop'],
      ['error', ''],
      ['msg', 'a "b" = c'],
      ['e', ''],
    ]);
    expect(() => readLogfmt('a=1 a=2')).toThrow('tag a has been set twice');
    expect(() => readLogfmt('="x"')).toThrow(/invalid tags: unexpected .* at pos 1/);
    expect(() => readLogfmt('a="\\x"')).toThrow('is not quoted text');
  });

  it('become a search in which each may be of another span', () => {
    expect(valid(tagSearch('', null, null))).toBe('{ }');
    expect(valid(tagSearch('', 5_000_000n, null))).toBe('{ traceDuration >= 5000000ns }');
    expect(valid(tagSearch('http.status_code=500 error=true name=GET', null, 7n))).toBe(
      '{ (.http.status_code =~ "(?is).*500.*" || .http.status_code = 500) && traceDuration <= 7ns } && ' +
        '{ status = error && traceDuration <= 7ns } && { name =~ "(?is).*GET.*" && traceDuration <= 7ns }',
    );
    expect(() => tagSearch('status.code=maybe', null, null)).toThrow('status.code is ok, error or unset');
    valid(tagSearch(`"a b"=1 k=${JSON.stringify('.*(')}`.replace('"a b"=1 ', ''), null, null));
  });
});

describe("Jaeger's search", () => {
  const find = (tags: Record<string, string>) =>
    valid(
      findTraceql({ service: null, operation: null, tags: new Map(Object.entries(tags)), least: null, most: null }),
    );

  it('asks one span for everything', () => {
    const tags = new Map([['error', 'true']]);
    expect(valid(findTraceql({ service: 'shop', operation: 'GET /', tags, least: 1_000n, most: null }))).toBe(
      '{ resource.service.name = "shop" && name = "GET /" && ' +
        '(status = error || (.error = "true" || .error = true) || (event.error = "true" || event.error = true)) && ' +
        'duration >= 1000ns }',
    );
    expect(find({})).toBe('{ }');
    expect(find({ 'span.kind': 'client' })).toContain('kind = client');
    expect(find({ 'otel.library.name': 'lib' })).toContain('instrumentation:name = "lib"');
    expect(find({ n: '-5' })).toContain('.n = -5');
  });

  it('quotes whatever is in it', () => {
    find({ [HOSTILE]: HOSTILE, '': 'x', 'a b': '1.5' });
  });

  it('reads tags in both of their forms', () => {
    expect([...tagsOfJson('{"a":"b","n":1,"t":true}', 'tags')]).toEqual([
      ['a', 'b'],
      ['n', '1'],
      ['t', 'true'],
    ]);
    expect([...tagsOfPairs(['a:b:c'])]).toEqual([['a', 'b:c']]);
    for (const bad of ['[', '[]', '1', 'null', '{"a":{}}'])
      expect(() => tagsOfJson(bad, 'tags')).toThrow("malformed 'tags'");
    expect(() => tagsOfPairs(['ab'])).toThrow('key:value');
  });
});

describe("Zipkin's search", () => {
  const NOTHING = {
    services: [],
    remoteService: null,
    spanName: null,
    annotations: new Map(),
    least: null,
    most: null,
  };

  it('reads annotation queries as Zipkin does', () => {
    expect([...readAnnotationQuery('http.method=GET and error and a = b=c  and error=x and error')]).toEqual([
      ['http.method', 'GET'],
      ['error', 'x'],
      ['a', 'b=c'],
    ]);
    expect(readAnnotationQuery('').size).toBe(0);
  });

  it('has each condition met by a span of the service', () => {
    expect(valid(zipkinTraceql(NOTHING))).toBe('{ }');
    expect(valid(zipkinTraceql({ ...NOTHING, services: ['a', 'A'], spanName: 'all' }))).toBe(
      '{ (resource.service.name = "a" || resource.service.name = "A") }',
    );
    expect(
      valid(
        zipkinTraceql({
          ...NOTHING,
          services: ['a'],
          spanName: 'get (x)',
          annotations: new Map([
            ['error', ''],
            ['k', '1'],
          ]),
          least: 2n,
          most: 3n,
        }),
      ),
    ).toBe(
      '{ resource.service.name = "a" && name =~ "(?i)get \\\\(x\\\\)" } && ' +
        '{ resource.service.name = "a" && (status = error || .error != nil || event:name = "error") } && ' +
        '{ resource.service.name = "a" && (.k = "1" || .k = 1) } && ' +
        '{ resource.service.name = "a" && duration >= 2ns && duration <= 3ns }',
    );
    valid(
      zipkinTraceql({
        ...NOTHING,
        services: [HOSTILE],
        remoteService: HOSTILE,
        spanName: HOSTILE,
        annotations: new Map([[HOSTILE, HOSTILE]]),
      }),
    );
  });
});

describe('literals', () => {
  it('tell their types', () => {
    const types = ['"7"', '7', '-7', '7.5', '1e+21', 'NaN', 'true', 'error'].map(typeOfLiteral);
    expect(types).toEqual(['string', 'int', 'int', 'float', 'float', 'float', 'bool', 'keyword']);
    expect(['"7"', '7', '7.5', 'NaN', 'true', 'error'].map((literal) => anyValueOf([literal]))).toEqual([
      { stringValue: '7' },
      { intValue: '7' },
      { doubleValue: 7.5 },
      { doubleValue: 'NaN' },
      { boolValue: true },
      { stringValue: 'error' },
    ]);
    expect(anyValueOf(['"a"', '1'])).toEqual({ arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } });
  });
});
