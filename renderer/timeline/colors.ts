/** The theme's colours for what is painted: read from the CSS variables once a theme, never per frame. */
import { SERVICE_COLORS, serviceSlot } from '../ui/series';

export interface PaintColors {
  readonly panel: string;
  readonly raised: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly secondary: string;
  readonly faint: string;
  readonly accent: string;
  readonly accentGround: string;
  readonly error: string;
  readonly warning: string;
  readonly series: readonly string[];
}

export function readColors(element: Element): PaintColors {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    panel: color('panel'),
    raised: color('raised'),
    line: color('line'),
    lineStrong: color('line-strong'),
    text: color('text'),
    secondary: color('secondary'),
    faint: color('faint'),
    accent: color('accent'),
    accentGround: color('accent-ground'),
    error: color('error'),
    warning: color('warning'),
    series: Array.from({ length: SERVICE_COLORS }, (_, k) => color(`series-${k}`)),
  };
}

/** The series colour of each palette entry: services as they are coloured everywhere else. */
export function slotsOf(services: readonly { readonly name: string }[]): Uint8Array {
  return Uint8Array.from(services, ({ name }) => serviceSlot(name));
}

/** `#rrggbb` as red, green and blue from 0 to 255. */
export function rgbOf(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
