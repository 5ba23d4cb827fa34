/** How numbers read: with a unit, comparable at a glance, three significant digits. Unknown is an em dash, never 0. */
const UNKNOWN = '\u2014';

const US = 1e3;
const MS = 1e6;
const S = 1e9;

/** Nanoseconds as 840 ns, 18 ms, 1.2 s, 3 m 4 s, 2 h 5 m, 3 d 4 h. */
export function formatDuration(ns: number | null): string {
  if (ns === null || !Number.isFinite(ns)) return UNKNOWN;
  if (ns < 0) return `-${formatDuration(-ns)}`;
  if (ns < US) return `${Math.round(ns)} ns`;
  if (ns < MS - 500) return `${digits(ns / US)} \u00b5s`;
  if (ns < S - 500_000) return `${digits(ns / MS)} ms`;
  if (ns < 59.95 * S) return `${(ns / S).toFixed(1)} s`;
  const seconds = Math.round(ns / S);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24).toLocaleString('en-US')} d ${hours % 24} h`;
}

/** One decimal below 10, none above: 1.2, 18, 403. */
function digits(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** 412, 2.1k, 48.2k, 1.3M. */
export function formatCompact(count: number | null): string {
  if (count === null) return UNKNOWN;
  if (count < 1_000) return String(count);
  if (count < 999_950) return `${(count / 1_000).toFixed(1)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** Tokens in and out: 2.1k → 310. Calls that say nothing of them, whose sum is 0, have an em dash. */
export function formatTokens(input: number | null, output: number | null): string {
  if ((input ?? 0) + (output ?? 0) === 0) return UNKNOWN;
  return `${formatCompact(input)} → ${formatCompact(output)}`;
}

/** US dollars, with the digits that tell one from another; an em dash for what nobody knows. */
export function formatCost(dollars: number | null): string {
  if (dollars === null) return '—';
  if (dollars === 0) return '$0';
  if (dollars < 0.0001) return '< $0.0001';
  return `$${dollars.toFixed(dollars < 0.01 ? 4 : dollars < 1 ? 3 : 2)}`;
}

/** 900 B, 30 MiB, 5.0 GiB: in steps of 1,024, as limits are set. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** just now, 4 s ago, 3 min ago, 2 h ago, 5 d ago. */
export function formatAgo(thenMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - thenMs) / 1000);
  if (seconds < -5) return 'in the future';
  if (seconds < 3) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  return `${formatCount(Math.floor(hours / 24))} d ago`;
}

/** A share of a whole: 7.3 %, 42 %, < 0.1 %. */
export function formatShare(part: number, whole: number): string {
  if (!(whole > 0)) return UNKNOWN;
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
