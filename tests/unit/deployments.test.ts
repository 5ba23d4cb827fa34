import { describe, expect, it } from 'vitest';
import { deploymentOf } from '../../core/model/deployment-keys';
import type { AnyValue } from '../../core/model/json-types';
import { inDeployments } from '../../core/query/in-deployments';
import { parseTraceql } from '../../core/query/traceql/parse';
import { printTraceql } from '../../core/query/traceql/print';
import { choicesOf } from '../../renderer/features/extent/deployment-choices';
import { addressWith, exploredIn } from '../../renderer/stores/explore-address';
import { exploredOf, isShown, savedViewOf } from '../../renderer/stores/saved-view-address';

const resource = (values: Record<string, AnyValue | string>) =>
  deploymentOf(
    Object.entries(values).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : value,
    })),
  );

describe('what a resource says of where spans come from', () => {
  it('is read from the newest name that says anything', () => {
    expect(resource({ 'service.name': 'web' })).toBeNull();
    expect(resource({ 'deployment.environment': 'old', 'deployment.environment.name': 'new' })).toEqual({
      environment: 'new',
      version: null,
      team: null,
    });
    expect(resource({ 'deployment.environment.name': '', 'deployment.environment': 'old' })?.environment).toBe('old');
    expect(resource({ 'service.namespace': 'shop', department: 'retail' })?.team).toBe('retail');
    expect(resource({ 'service.namespace': 'shop', team: 'front' })?.team).toBe('front');
    expect(resource({ 'service.version': '1.2' })).toEqual({ environment: null, version: '1.2', team: null });
  });

  it('is nothing where it is no name', () => {
    expect(resource({ 'service.version': { intValue: '2' } })).toBeNull();
    expect(resource({ team: 'x'.repeat(201), 'service.namespace': 'shop' })).toBeNull();
    expect(resource({ 'service.version': '1\0' })).toBeNull();
  });
});

describe('a query among deployments', () => {
  const within = (query: string, filter: Parameters<typeof inDeployments>[1]): string =>
    printTraceql(inDeployments(parseTraceql(query), filter));

  it('asks each of its filters for them', () => {
    expect(within('{ status = error } >> { }', { version: '1.2' })).toBe(
      '{ resource.service.version = "1.2" && status = error } >> { resource.service.version = "1.2" }',
    );
    expect(within('{ } | count_over_time()', { version: '1"2' })).toBe(
      '{ resource.service.version = "1\\"2" } | count_over_time()',
    );
    expect(within('{ }', {})).toBe('{ }');
    expect(within('{ }', { environment: '' })).toBe('{ }');
  });

  it('takes older names where the newer say nothing', () => {
    expect(within('{ }', { environment: 'prod' })).toBe(
      '{ resource.deployment.environment.name = "prod" || ((resource.deployment.environment.name = nil || ' +
        'resource.deployment.environment.name = "") && resource.deployment.environment = "prod") }',
    );
  });
});

describe('the choices of one field', () => {
  const known = [
    { environment: 'prod', version: '2', team: 'b' },
    { environment: 'prod', version: '10', team: 'a' },
    { environment: 'dev', version: '3', team: null },
  ];

  it('are those that go with the other fields', () => {
    expect(choicesOf('environment', known, {})).toEqual(['dev', 'prod']);
    expect(choicesOf('version', known, {})).toEqual(['2', '10', '3']);
    expect(choicesOf('version', known, { environment: 'prod', version: '2' })).toEqual(['2', '10']);
    expect(choicesOf('team', known, { environment: 'dev' })).toEqual([]);
  });

  it('have what is chosen, known or not', () => {
    expect(choicesOf('team', known, { environment: 'dev', team: 'gone' })).toEqual(['gone']);
  });
});

describe('the filter of all screens', () => {
  it('stands in the address and in saved views', () => {
    const search = '?environment=prod&version=1.2%2B3&team=a+b&last=1h';
    const explored = exploredIn(search);
    expect(explored.deployment).toEqual({ environment: 'prod', version: '1.2+3', team: 'a b' });
    const address = addressWith(new URL('http://localhost/?environment=old&token=x#/home'), explored);
    expect(exploredIn(new URL(address, 'http://localhost').search)).toEqual(explored);
    expect(address).toContain('token=x');
    expect(
      exploredIn(new URL(addressWith(new URL(`http://localhost/${search}`), exploredIn('')), 'http://x').search),
    ).toEqual(exploredIn(''));
    const view = { ...savedViewOf('mine', explored), id: '1', version: 1, createdAt: '', updatedAt: '' };
    expect(exploredOf(view)).toEqual(explored);
    expect(isShown(view, explored)).toBe(true);
    expect(isShown(view, { ...explored, deployment: { environment: 'prod' } })).toBe(false);
  });
});
