/** How values with units of UCUM read, as OpenTelemetry uses them: By, s, ms, %, {request}, and rates of these. */
import { formatBytes, formatDuration } from '../../../core/model/format';

const NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3_600e9,
  d: 86_400e9,
};
const BYTES: Readonly<Record<string, number>> = {
  By: 1,
  KiBy: 1024,
  MiBy: 1024 ** 2,
  GiBy: 1024 ** 3,
  kBy: 1e3,
  MBy: 1e6,
  GBy: 1e9,
};

/** Short: three or four digits. Unknown is an em dash. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return '\u2014';
  const per = unit.endsWith('/s') ? '/s' : '';
  const base = per === '' ? unit : unit.slice(0, -2);
  const ns = per === '' ? NS[base] : undefined;
  if (ns !== undefined)
    return value === 0 ? '0' : Math.abs(value * ns) < 1 ? exactText(value, unit) : formatDuration(value * ns);
  const bytes = BYTES[base];
  if (bytes !== undefined) return (value < 0 ? '-' : '') + bytesText(Math.abs(value * bytes)) + per;
  return numberText(value) + unitText(value, unit);
}

/** How many bytes a unit, or one of a rate, is; null: it is none of bytes. */
export function bytesOf(unit: string): number | null {
  return BYTES[unit.replace(/\/s$/, '')] ?? null;
}

/** Beside an axis, where there is little room: units of which everybody knows from the title what they are stay away. */
export function axisText(value: number, unit: string): string {
  const base = unit.replace(/\/s$/, '');
  if (NS[unit] !== undefined || BYTES[base] !== undefined || unit === '%') return valueText(value, unit);
  return valueText(value, '');
}

/** What lies between two bounds, of which one may be missing. */
export function boundsText([low, high]: readonly [low: number | null, high: number | null], unit: string): string {
  if (low === null) return `up to ${valueText(high, unit)}`;
  return high === null ? `over ${valueText(low, unit)}` : `${valueText(low, unit)} – ${valueText(high, unit)}`;
}

/** Every digit that is known. */
export function exactText(value: number, unit: string): string {
  const digits =
    Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-6)
      ? String(value)
      : value.toLocaleString('en-US', { maximumSignificantDigits: 12 });
  return digits + unitText(value, unit);
}

/** Behind a number: ` ms`, ` %`, ` requests/s`. Ratios have none. */
function unitText(value: number, unit: string): string {
  const plain = unit
    .replace(/^\{([^{}]*)\}/, (_, word: string) => (value === 1 ? word : pluralOf(word)))
    .replaceAll(/[{}]/g, '')
    .replace(/^1(?=\/|$)/, '');
  if (plain === '') return '';
  return plain.startsWith('/') ? plain : ` ${plain}`;
}

/** Of an annotation in a unit, such as request, query or process; others than plain words stay as they are. */
function pluralOf(word: string): string {
  if (!/^[A-Za-z]*[a-z]$/.test(word) || /[^s]s$/.test(word)) return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

function bytesText(bytes: number): string {
  return bytes < 1024 ? `${numberText(bytes)} B` : formatBytes(bytes);
}

function numberText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 0.001)) return value.toExponential(2);
  for (const [least, suffix] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const) {
    if (size >= least) return `${Number((value / (suffix === 'k' ? 1e3 : least)).toPrecision(3))}${suffix}`;
  }
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}
