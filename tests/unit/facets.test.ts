import { describe, expect, it } from 'vitest';
import { type Facet, facetValues, hasFacet, withCondition, withFacet, withoutFacet } from '../../core/query/facets';

const service: Facet = { field: 'resource.service.name', word: 'service' };
const status: Facet = { field: 'status', word: 'status' };

const failed: Facet = {
  ...status,
  conditions: { failed: '(status = error && (kind = server || kind = consumer || nestedSetParent < 0))' },
};

describe('facets', () => {
  it.each([
    ['declined service:"my shop" service:web', '', ['my shop', 'web'], 'declined'],
    ['declined', '', [], 'declined'],
    ['service:a\\b x', '', ['a\\b'], 'x'],
    ['service:"say \\"hi\\""', '', ['say "hi"'], ''],
    [
      '{ (resource.service.name = "web" || resource.service.name = "db") && status = error }',
      '',
      ['web', 'db'],
      '{ status = error }',
    ],
    ['{ resource.service.name = "web" } | count() > 2', '', ['web'], '{ } | count() > 2'],
    ['{ resource.service.name =~ "we.*" }', '', [], '{ resource.service.name =~ "we.*" }'],
    ['{ broken', '', [], '{ broken'],
  ])('%s: values of a field, and the search without them', (search, _, values, without) => {
    expect(facetValues(search, service)).toEqual(values);
    expect(withoutFacet(search, service)).toBe(without);
  });

  it('asks for what failed in words and in TraceQL, and no longer', () => {
    expect(withFacet('service:web', failed, 'failed')).toBe('service:web status:failed');
    const narrowed = withFacet('{ duration > 1s }', failed, 'failed');
    expect(narrowed).toBe(
      '{ duration > 1s && status = error && (kind = server || kind = consumer || nestedSetParent < 0) }',
    );
    expect(hasFacet(narrowed, failed, 'failed')).toBe(true);
    expect(withFacet(narrowed, failed, 'failed')).toBe('{ duration > 1s }');
    expect(hasFacet('{ status = error }', failed, 'failed')).toBe(false);
  });

  it.each([
    ['', service, 'web', 'service:web'],
    ['declined', service, 'my shop', 'declined service:"my shop"'],
    ['declined service:"my shop"', service, 'my shop', 'declined'],
    ['service:web', service, 'db', 'service:web service:db'],
    ['service:web service:db', service, 'web', 'service:db'],
    [
      '{ resource.service.name = "web" }',
      service,
      'db',
      '{ resource.service.name = "web" || resource.service.name = "db" }',
    ],
    [
      '{ (resource.service.name = "web" || resource.service.name = "db") && status = error }',
      service,
      'web',
      '{ resource.service.name = "db" && status = error }',
    ],
    ['service:web', status, 'error', 'service:web status:error'],
    ['{ }', service, 'web', '{ resource.service.name = "web" }'],
    ['{ duration > 1s }', status, 'error', '{ duration > 1s && status = error }'],
    ['{ duration > 1s && status = error }', status, 'error', '{ duration > 1s }'],
    ['{ status = error }', status, 'error', '{ }'],
    [
      '{ resource.service.name = "a" || name = "x" } | count() > 2',
      service,
      'b',
      '{ (resource.service.name = "a" || name = "x") && resource.service.name = "b" } | count() > 2',
    ],
    [
      '({ name = "a" } > { name = "b" }) && { }',
      status,
      'error',
      '({ name = "a" && status = error } > { name = "b" }) && { }',
    ],
    ['{ broken', status, 'error', '{ broken'],
  ])('%s with %j %s is %s', (search, facet, value, expected) => {
    expect(withFacet(search, facet, value)).toBe(expected);
  });

  it.each([
    ['', 'status', 'error', '{ status = error }'],
    ['{ duration > 1s }', 'name', 'GET "x"', '{ duration > 1s && name = "GET \\"x\\"" }'],
    ['{ duration > 1s }', 'span.code', '200', '{ duration > 1s && (span.code = 200 || span.code = "200") }'],
    ['status:error', 'resource.region', 'nil', '{ status = error && resource.region = nil }'],
    ['', 'span.n', '-9223372036854775808', '{ span.n = minInt || span.n = "-9223372036854775808" }'],
    ['', 'span.n', '123456789012345678901', '{ span.n = "123456789012345678901" }'],
    ['', 'span.n', '1e+21', '{ span.n = 1e+21 || span.n = "1e+21" }'],
    ['', 'parent.span.n', '5', '{ parent.span.n = 5 || parent.span.n = "5" }'],
    ['', 'duration', '1500000', '{ duration = 1500000 }'],
  ])('narrows %s to %s %s', (search, field, value, expected) => {
    expect(withCondition(search, field, value)).toBe(expected);
  });

  it('knows what is asked for', () => {
    expect(hasFacet('a service:web', service, 'web')).toBe(true);
    expect(hasFacet('a service:webs', service, 'web')).toBe(false);
    const both = '{ resource.service.name = "web" || resource.service.name = "db" }';
    expect(['web', 'db', 'x'].map((one) => hasFacet(both, service, one))).toEqual([true, true, false]);
    expect(hasFacet('{ status = error && duration > 1s }', status, 'error')).toBe(true);
    expect(hasFacet('{ status = error || duration > 1s }', status, 'error')).toBe(false);
    const odd = 'say "hi" \\';
    expect(hasFacet(withFacet('', service, odd), service, odd)).toBe(true);
    expect(hasFacet(withFacet('{ }', service, odd), service, odd)).toBe(true);
  });
});
