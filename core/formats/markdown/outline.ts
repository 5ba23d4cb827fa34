/** The tree of a trace in lines: siblings of one operation together, as deep as there is room. */

import { formatDuration, plural } from '../../model/format';
import { STATUS_ERROR } from '../../model/span-kind';
import { knownDuration } from '../../model/time';
import { boundsOf, type TraceColumns } from '../../timeline/trace-columns';
import type { TraceTree } from '../../timeline/trace-tree';
import { code } from './code';

/** So many siblings of one operation are one line. */
const ALIKE = 4;
const MAX_DEPTH = 40;

/** @param chars that it may take */
export function outline(columns: TraceColumns, tree: TraceTree, chars: number): string {
  const lines: Line[] = [];
  // Many more than there is room for are not looked at.
  const most = Math.ceil(chars / 10);
  childrenLines(columns, tree, -1, 0, lines, most);
  const sizes = new Array<number>(MAX_DEPTH + 1).fill(0);
  for (const { depth, text } of lines) sizes[depth] = (sizes[depth] ?? 0) + text.length + 1;
  let depth = 0;
  let size = sizes[0] ?? 0;
  while (depth < MAX_DEPTH && size + (sizes[depth + 1] ?? 0) <= chars) size += sizes[++depth] ?? 0;
  let room = chars;
  const shown: string[] = [];
  let told = 0;
  for (const line of lines) {
    if (line.depth > depth) continue;
    room -= line.text.length + 1;
    if (room < 0) break;
    shown.push(line.text);
    told += line.spans;
  }
  const left = tree.length - told;
  const note = left > 0 ? `\n\nLeft out of the outline: ${plural(left, 'span')}, the deepest first.` : '';
  return `## Outline\n\nEach line: operation, service, when it began, how long it took, span id.\n\n${shown.join('\n')}${note}`;
}

interface Line {
  readonly depth: number;
  readonly text: string;
  /** That it tells of. */
  readonly spans: number;
}

function childrenLines(
  columns: TraceColumns,
  tree: TraceTree,
  parent: number,
  depth: number,
  lines: Line[],
  most: number,
): void {
  if (depth > MAX_DEPTH) return;
  const groups = new Map<number, number[]>();
  const end = parent < 0 ? tree.length : parent + (tree.size[parent] as number);
  for (let row = parent + 1; row < end; row += tree.size[row] as number) {
    const operation = columns.operation[tree.span[row] as number] as number;
    const group = groups.get(operation);
    if (group) group.push(row);
    else groups.set(operation, [row]);
  }
  for (const rows of groups.values()) {
    if (lines.length > most) return;
    if (rows.length < ALIKE) {
      for (const row of rows) {
        lines.push({ depth, text: lineOf(columns, tree, row, depth), spans: 1 });
        childrenLines(columns, tree, row, depth + 1, lines, most);
      }
    } else {
      lines.push({ depth, text: groupLine(columns, tree, rows, depth), spans: rows.length });
      const failed = rows.find((row) => (tree.errors[row] as number) > 0);
      // One of them stands for how they are inside: one that failed, or else the longest.
      const longest = rows.reduce((a, b) => (durationOf(columns, tree, b) > durationOf(columns, tree, a) ? b : a));
      childrenLines(columns, tree, failed ?? longest, depth + 1, lines, most);
    }
  }
}

function durationOf(columns: TraceColumns, tree: TraceTree, row: number): number {
  const [start, end] = boundsOf(columns, tree.span[row] as number);
  return end - start;
}

function nameOf(columns: TraceColumns, tree: TraceTree, row: number): string {
  const operation = columns.operations[columns.operation[tree.span[row] as number] as number];
  return `${code(operation?.name || 'unnamed')} ${code(operation?.service || 'unnamed service', 40)}`;
}

function lineOf(columns: TraceColumns, tree: TraceTree, row: number, depth: number): string {
  const span = tree.span[row] as number;
  const id = (columns.spanId[span] as bigint).toString(16).padStart(16, '0');
  const start = formatDuration(columns.startNs[span] as number);
  const failed = columns.status[span] === STATUS_ERROR ? ' **error**' : '';
  const orphan = tree.orphan[row] === 1 ? ' (its parent is missing)' : '';
  return `${'  '.repeat(depth)}- ${nameOf(columns, tree, row)} +${start} ${formatDuration(knownDuration(columns.durationNs[span] as number))} ${id}${failed}${orphan}`;
}

function groupLine(columns: TraceColumns, tree: TraceTree, rows: readonly number[], depth: number): string {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let errors = 0;
  for (const row of rows) {
    const ns = durationOf(columns, tree, row);
    least = Math.min(least, ns);
    most = Math.max(most, ns);
    if (columns.status[tree.span[row] as number] === STATUS_ERROR) errors++;
  }
  const failed = errors > 0 ? ` **${plural(errors, 'error')}**` : '';
  return `${'  '.repeat(depth)}- ${rows.length} × ${nameOf(columns, tree, rows[0] as number)} ${formatDuration(least)} to ${formatDuration(most)}${failed}; below, one of them`;
}
