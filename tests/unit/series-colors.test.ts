import { describe, expect, it } from 'vitest';
import { seriesColors, serviceOf } from '../../renderer/features/series-chart/chart-data';
import { SERVICE_COLORS, serviceColor } from '../../renderer/ui/series';

const ofServices = (...names: string[]) => seriesColors(names.map((service) => ({ service })));
const names = Array.from({ length: 100 }, (_, i) => `service-${i}`);

describe('colours of series', () => {
  it('are those that services have on every page, in whichever order they come', () => {
    const expected = ['checkout', 'cart'].map((name) => serviceColor(name));
    expect(ofServices('checkout', 'cart').map((name) => `var(${name})`)).toEqual(expected);
    expect(ofServices('cart', 'checkout').map((name) => `var(${name})`)).toEqual([...expected].reverse());
  });

  it('differ for as many as there are colours, also where services share one', () => {
    const [first = ''] = names;
    const same = names.filter((name) => serviceColor(name) === serviceColor(first)).slice(0, 3);
    expect(new Set(ofServices(...same)).size).toBe(3);
    expect(new Set(ofServices(...names.slice(0, SERVICE_COLORS))).size).toBe(SERVICE_COLORS);
    expect(new Set(seriesColors([{}, { service: first }, {}])).size).toBe(3);
    expect(new Set(seriesColors(Array(SERVICE_COLORS).fill({}))).size).toBe(SERVICE_COLORS);
  });

  it('stay with services that share one, whichever comes first', () => {
    const same = names.filter((name) => serviceColor(name) === serviceColor(names[0] ?? '')).slice(0, 2);
    expect(same).toHaveLength(2);
    expect(ofServices(...same)).toEqual(ofServices(...[...same].reverse()).reverse());
  });

  it('are there for any number of series', () => {
    for (const color of [...ofServices(...names), ...seriesColors(Array(100).fill({}))]) {
      expect(color).toMatch(/^--series-(\d|1[01])$/);
    }
  });

  it('are those of services where a group is a service, and nothing besides', () => {
    expect(serviceOf({ 'resource.service.name': 'cart' })).toEqual({ service: 'cart' });
    expect(serviceOf({ 'service.name': 'cart', p: '0.9' })).toEqual({});
    expect(serviceOf({ 'service.name': '' })).toEqual({});
    expect(serviceOf({ name: 'cart' })).toEqual({});
    expect(serviceOf({})).toEqual({});
  });
});
