import { describe, expect, test } from 'vitest';
import type { RedMetrics, RedValues } from '../../core/api/service-metrics';
import { readTraceql } from '../../core/query/traceql/read-query';
import { countedGroups } from '../../renderer/screens/services/counted-series';
import { around, busiest, layOutServices } from '../../renderer/screens/services/lay-out-services';
import { callsBetween, isValue, ofService } from '../../renderer/screens/services/searches';
import { addressOfService } from '../../renderer/screens/services/service-address';
import { rateText, serviceRows } from '../../renderer/screens/services/service-rows';
import { nameOfPart } from '../../renderer/stores/name-in-address';
import { csvText } from '../../renderer/ui/save-csv';
import { sortedRows } from '../../renderer/ui/sorted-rows';

const values = (spans: number, errors = 0): RedValues => ({ spans, errors, p50Ns: 1, p95Ns: 2, p99Ns: 3 });

function metrics(services: Readonly<Record<string, number>>, isCut = false): RedMetrics {
  const groups = Object.entries(services).map(([service, spans]) => ({
    service,
    operation: null,
    kind: null,
    ...values(spans, spans / 4),
    steps: [values(spans)],
  }));
  return {
    from: '2024-01-01T00:00:00Z',
    to: '2024-01-01T01:00:00Z',
    stepSeconds: 3_600,
    total: { ...values(0), steps: [] },
    groups,
    other: isCut ? { count: 1, ...values(1), steps: [] } : null,
  };
}

describe('rows of services', () => {
  test('say what each did before, and that it is unknown where the answer was cut', () => {
    const now = metrics({ shop: 120, stock: 60 });
    const [shop, stock] = serviceRows(now, metrics({ shop: 100 }), []);
    expect(shop).toMatchObject({ requests: 120, requestsBefore: 100, perMinute: 2, errorShare: 0.25, lastSeen: null });
    expect(stock?.requestsBefore).toBe(0);
    expect(serviceRows(now, metrics({ shop: 100 }, true), [])[1]?.requestsBefore).toBeNull();
    expect(serviceRows(now, null, [])[0]?.requestsBefore).toBeNull();
  });

  test('have no share of errors where nothing was served', () => {
    expect(serviceRows(metrics({ idle: 0 }), null, [])[0]?.errorShare).toBeNull();
  });

  test('sort unknown values last, both ways', () => {
    const rows = [{ v: null }, { v: 2 }, { v: 10 }];
    const sorted = (descending: boolean) => sortedRows(rows, ({ v }) => v, descending).map(({ v }) => v);
    expect(sorted(true)).toEqual([10, 2, null]);
    expect(sorted(false)).toEqual([2, 10, null]);
  });
});

test('rates have a unit that suits them, and a rare one is not none', () => {
  expect([0, 0.001, 0.25, 12, 1_860].map(rateText)).toEqual(['0 /min', '< 0.01 /min', '0.3 /min', '12 /min', '31 /s']);
});

test('names of services survive their address', () => {
  for (const name of ['shop', 'map', '', 'a/b %2F ü', '~x']) {
    const address = addressOfService(name);
    expect(address).not.toBe('/services/map');
    expect(nameOfPart(address.slice('/services/'.length))).toBe(name);
  }
});

test('searches are TraceQL whatever the names are', () => {
  for (const name of ['shop', 'a "quoted" \\ one', 'two\nlines', '} | rate()']) {
    expect(() =>
      readTraceql(ofService(name, isValue('event.exception.type', name), isValue('event.exception.message', 'nil'))),
    ).not.toThrow();
    expect(() => readTraceql(callsBetween(name, name))).not.toThrow();
  }
});

test('counted series say when their first and last were', () => {
  const found = countedGroups({
    from: '1970-01-01T00:00:00Z',
    to: '1970-01-01T00:00:04Z',
    stepNs: 1e9,
    unit: 'count',
    complete: true,
    series: [
      { labels: { v: '1' }, values: [1, 1, 0, null] },
      { labels: { v: '2' }, values: [null, 0, 2, 3] },
      { labels: { v: '3' }, values: [null, 0, 0, 0] },
    ],
  });
  expect(found).toEqual([
    { labels: { v: '2' }, count: 5, firstMs: 2_000, lastMs: 4_000, isNew: true },
    { labels: { v: '1' }, count: 2, firstMs: 0, lastMs: 2_000, isNew: false },
  ]);
});

describe('the map', () => {
  const call = (caller: string, callee: string) => ({
    caller,
    callee,
    calls: 1,
    errors: 0,
    timedCalls: 1,
    meanDurationNs: 1,
    p95Ns: 1,
  });

  test('places callers left of what they call', () => {
    const { nodes, calls } = layOutServices(['a', 'b', 'c'], [call('a', 'b'), call('b', 'c'), call('a', 'c')]);
    const left = (name: string) => nodes.find(({ service }) => service === name)?.leftPx ?? Number.NaN;
    expect(left('a')).toBeLessThan(left('b'));
    expect(left('b')).toBeLessThan(left('c'));
    expect(calls).toHaveLength(3);
  });

  test('takes services that call each other, and themselves', () => {
    expect(layOutServices(['a', 'b'], [call('a', 'b'), call('b', 'a'), call('a', 'a')]).nodes).toHaveLength(2);
  });

  test('shows what is around one, or the busiest', () => {
    const edges = [call('a', 'b'), call('b', 'c'), call('c', 'd')];
    expect(around('b', edges)).toEqual({ services: ['b', 'a', 'c'], edges: edges.slice(0, 2) });
    expect(busiest(3, edges)).toEqual(['a', 'b', 'c']);
  });
});

test('CSV quotes what has to be, and gives no formulas to spreadsheets', () => {
  expect(
    csvText(
      ['a', 'b'],
      [
        ['x,"y"', null],
        ['=1+1', -2],
        [' ＠x', 0],
      ],
    ),
  ).toBe('a,b\r\n"x,""y""",\r\n"\'=1+1",-2\r\n"\' ＠x",0\r\n');
});
