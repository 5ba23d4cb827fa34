import { describe, expect, it } from 'vitest';
import { type Facet, hasFacet, withCondition, withFacet } from '../../core/query/facets';

const service: Facet = { field: 'resource.service.name', word: 'service' };
const status: Facet = { field: 'status', word: 'status' };

describe('facets', () => {
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
    ['status:error', 'resource.service.name', 'nil', '{ status = error && resource.service.name = nil }'],
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
