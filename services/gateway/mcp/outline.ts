/**
 * Which spans of a trace tell most about it. Siblings that do the same are one entry. Where failures began comes first, then what the trace
 * waited for, then what was repeated most, then what took longest. Entries are shown in tree order, below those that hold them.
 */

import { formatDuration, formatShare, plural } from '../../../core/model/format';
import { knownDuration } from '../../../core/model/time';
import { msOf } from './figures';
import { bounded, byteLength, quoted } from './quoted';
import type { SpanRow } from './span-rows';

const LEAST_REPEATED = 3;
/** Of those above an entry that are not shown yet, the nearest. */
const ANCESTORS = 3;
const MOST_INDENT = 10;

export interface Entry {
  /** The one of them to look at. */
  readonly row: SpanRow;
  /** 1 unless siblings that do the same are told together. */
  readonly count: number;
  readonly totalNs: number;
  readonly criticalNs: number;
  readonly rank: number;
}

/** @param under only below this row, which is one of them; null: all @returns by rank */
export function rankedEntries(rows: readonly SpanRow[], under: SpanRow | null): Entry[] {
  const first = under?.index ?? 0;
  const part = under ? rows.slice(first, first + under.descendants + 1) : rows;
  const wholeNs = under ? Math.max(under.durationNs, 0) : part.reduce((most, row) => Math.max(most, row.durationNs), 0);
  const groups = new Map<string, SpanRow[]>();
  for (const row of part) {
    // What holds a failure stands alone, so that the failure can be found below it.
    const key =
      row === under || row.errorsBelow > 0
        ? String(row.index)
        : JSON.stringify([row.parent, row.service, row.name, row.failed]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const entries: Entry[] = [];
  const hidden = new Set<number>();
  for (const group of groups.values()) {
    const slowest = group.reduce((a, b) => (b.durationNs > a.durationNs ? b : a));
    if (hidden.has(slowest.parent)) {
      for (const row of group) hidden.add(row.index);
      continue;
    }
    if (group.length < LEAST_REPEATED) {
      for (const row of group) entries.push(entryOf([row], row, wholeNs));
      continue;
    }
    for (const row of group) if (row !== slowest) hidden.add(row.index);
    entries.push(entryOf(group, slowest, wholeNs));
  }
  const below = belowOf(part, hidden);
  return entries
    .filter(({ row }) => !below.has(row.index))
    .sort((a, b) => b.rank - a.rank || a.row.index - b.row.index);
}

/** In tree order each row comes after those above it, so what is below the hidden ones is known in one pass. */
function belowOf(rows: readonly SpanRow[], hidden: ReadonlySet<number>): Set<number> {
  const below = new Set<number>();
  for (const { index, parent } of rows) if (hidden.has(parent) || below.has(parent)) below.add(index);
  return below;
}

function entryOf(group: readonly SpanRow[], row: SpanRow, wholeNs: number): Entry {
  const totalNs = group.reduce((sum, { durationNs }) => sum + Math.max(durationNs, 0), 0);
  const criticalNs = group.reduce((sum, one) => sum + one.criticalNs, 0);
  const part = (ns: number): number => (wholeNs > 0 ? Math.min(ns / wholeNs, 1) : 0);
  const failure = row.failed ? (row.errorsBelow === 0 ? 1_000 : 400) : 0;
  const top = row.parent < 0 ? 2_000 : 0;
  const repeated = group.length > 1 ? 250 * part(totalNs) : 0;
  const rank = top + failure + 500 * part(criticalNs) + repeated + 100 * part(Math.max(row.durationNs, 0));
  return { row, count: group.length, totalNs, criticalNs, rank };
}

export interface OutlinePage {
  /** In tree order. */
  readonly entries: readonly Entry[];
  /** Of the ranked ones, how many are told on this page and those before. */
  readonly end: number;
}

/**
 * Each of the ranked brings those above it that are not shown yet. Only where a page has no room even for the first with them do some follow
 * on the next page.
 * @param from how many of the ranked were told before
 */
export function outlinePage(
  ranked: readonly Entry[],
  rows: readonly SpanRow[],
  from: number,
  size: (entry: Entry) => Size,
  left: Size,
): OutlinePage {
  const entryAt = new Map(ranked.map((entry) => [entry.row.index, entry]));
  const shown = new Set<number>();
  const chosen: Entry[] = [];
  const wanted = (entry: Entry): Entry[] => {
    const missing = shown.has(entry.row.index) ? [] : [entry];
    for (
      let at = entry.row.parent;
      at >= 0 && missing.length <= ANCESTORS && !shown.has(at);
      at = rows[at]?.parent ?? -1
    ) {
      const above = entryAt.get(at);
      if (above) missing.push(above);
    }
    return missing;
  };
  let end = 0;
  for (const entry of ranked) {
    const missing = wanted(entry);
    for (const { row } of missing) shown.add(row.index);
    const untold = missing.slice(Math.max(from - end, 0));
    end += missing.length - untold.length;
    const sizes = untold.map(size);
    const fitting = fittingIn(left, sizes);
    if (fitting < untold.length && chosen.length > 0) break;
    const told = Math.min(Math.max(fitting, 1), untold.length);
    chosen.push(...untold.slice(0, told));
    end += told;
    if (told < untold.length) break;
    left = sizes.reduce(without, left);
  }
  return { entries: chosen.sort((a, b) => a.row.index - b.row.index), end };
}

interface Size {
  readonly text: number;
  readonly data: number;
}

function without(left: Size, size: Size): Size {
  return { text: left.text - size.text, data: left.data - size.data };
}

/** How many from the first on. */
function fittingIn(left: Size, sizes: readonly Size[]): number {
  let rest = left;
  const first = sizes.findIndex((size) => {
    rest = without(rest, size);
    return rest.text < 0 || rest.data < 0;
  });
  return first < 0 ? sizes.length : first;
}

export function entryLine(
  { row, count, totalNs, criticalNs }: Entry,
  traceNs: number,
  message: string | undefined,
): string {
  const facts = [`${quoted(row.name, 64)} ${quoted(row.service, 32)} ${formatDuration(knownDuration(row.durationNs))}`];
  if (count > 1) facts.push(`x${count}, ${formatDuration(totalNs)} in all`);
  if (criticalNs > 0.005 * traceNs) facts.push(`critical ${formatShare(criticalNs, traceNs)}`);
  if (row.failed) facts.push(`ERROR${message ? ` ${message}` : ''}`);
  else if (row.errorsBelow > 0) facts.push(`${plural(row.errorsBelow, 'error')} below`);
  if (row.isOrphan) facts.push('parent missing');
  if (row.descendants > 0) facts.push(`${row.descendants} below`);
  return `${'  '.repeat(Math.min(row.depth, MOST_INDENT))}- ${row.spanId} ${facts.join(', ')}`;
}

export function entryItem({ row, count, totalNs, criticalNs }: Entry, message: string | undefined) {
  return {
    spanId: row.spanId,
    depth: row.depth,
    name: bounded(row.name, 50),
    service: bounded(row.service, 26),
    durationMs: msOf(knownDuration(row.durationNs)),
    ...(count > 1 ? { count, totalMs: msOf(totalNs) } : {}),
    ...(criticalNs > 0 ? { criticalMs: msOf(criticalNs) } : {}),
    ...(row.failed ? { error: message === undefined ? '' : (JSON.parse(message) as string) } : {}),
    ...(row.errorsBelow > 0 ? { errorsBelow: row.errorsBelow } : {}),
    ...(row.descendants > 0 ? { below: row.descendants } : {}),
  };
}

export function sizeOf(line: string, item: object): Size {
  return { text: byteLength(line) + 1, data: byteLength(JSON.stringify(item)) + 1 };
}
