/** Services keep their colours, which stay apart in both themes and for colour-blind people. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVICE_COLORS, serviceColor, serviceSlot } from '../../renderer/ui/series';

type Rgb = readonly [number, number, number];
type Row = readonly [number, number, number];

/** What people see who lack one of the three kinds of cones (Machado and others, 2009), of linear light. */
const VISIONS: Readonly<Record<string, readonly [Row, Row, Row]>> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
/** Distances in OKLab: 0.02 is just seen side by side. */
const MIN_DISTANCE = 0.07;
const MIN_FROM_ERROR = 0.055;
const MIN_CONTRAST = 3;

function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function dot([a, b, c]: Row, [r, g, l]: Rgb): number {
  return a * r + b * g + c * l;
}

function seen([r, g, b]: readonly [Row, Row, Row], color: Rgb): Rgb {
  const held = (value: number): number => Math.min(1, Math.max(0, value));
  return [held(dot(r, color)), held(dot(g, color)), held(dot(b, color))];
}

function oklab(color: Rgb): Rgb {
  const cones: Rgb = [
    Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], color)),
    Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], color)),
    Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], color)),
  ];
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], cones),
    dot([1.9779984951, -2.428592205, 0.4505937099], cones),
    dot([0.0259040371, 0.7827717662, -0.808675766], cones),
  ];
}

function distance([a, b, c]: Rgb, [x, y, z]: Rgb): number {
  return Math.hypot(a - x, b - y, c - z);
}

function contrast(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [one, other].map((color) => dot([0.2126, 0.7152, 0.0722], color)).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The colours of a theme, by name. */
function themeOf(selector: string): ReadonlyMap<string, Rgb> {
  const css = readFileSync(join('renderer', 'ui', 'colors.css'), 'utf8');
  const block = css.slice(css.indexOf(selector), css.indexOf('}', css.indexOf(selector)));
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name as string, linear(hex as string)]),
  );
}

describe.each([
  ['light', ':root {'],
  ['dark', ':root[data-theme="dark"] {'],
])('colours of services in the %s theme', (_, selector) => {
  const theme = themeOf(selector);
  const colors = Array.from({ length: SERVICE_COLORS }, (_, slot) => theme.get(`series-${slot}`) as Rgb);

  it.each(Object.entries(VISIONS))('are apart for people with %s, and from an error', (_, vision) => {
    const all = [...colors, theme.get('error') as Rgb].map((color) => oklab(seen(vision, color)));
    for (const [i, one] of all.entries()) {
      for (const [j, other] of all.entries()) {
        const least = j === SERVICE_COLORS ? MIN_FROM_ERROR : MIN_DISTANCE;
        if (i < j) expect(distance(one, other), `${i} and ${j}`).toBeGreaterThan(least);
      }
    }
  });

  it('stand out from what they are painted on', () => {
    for (const ground of ['panel', 'raised']) {
      for (const color of colors) expect(contrast(color, theme.get(ground) as Rgb)).toBeGreaterThan(MIN_CONTRAST);
    }
  });
});

describe('the colour of a service', () => {
  it('is told by its name alone, whatever was seen before', () => {
    for (let i = 0; i < 20; i++) serviceColor(`filler-${i}`);
    expect(['front', 'back', 'checkout', 'payment', ''].map(serviceSlot)).toEqual([9, 3, 11, 9, 5]);
    expect(serviceColor('front')).toBe(`var(--series-${serviceSlot('front')})`);
  });

  it('is any of twelve, as often as another', () => {
    const used = new Array<number>(SERVICE_COLORS).fill(0);
    for (let i = 0; i < 6_000; i++) {
      const slot = serviceSlot(`${['service', 'api', 'worker'][i % 3]}-${i}`);
      used[slot] = (used[slot] as number) + 1;
    }
    expect(SERVICE_COLORS).toBe(12);
    expect(Math.min(...used)).toBeGreaterThan(380);
    expect(Math.max(...used)).toBeLessThan(620);
  });
});
