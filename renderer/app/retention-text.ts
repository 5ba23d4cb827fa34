/** What is kept and what was pruned, in words for the status bar. */

import type { ReportedCounts } from '../../core/api/contract';
import type { PruningReport, QuarantineReport, Retention } from '../../core/api/retention';
import { formatBytes, formatCount, plural } from '../../core/model/format';
import { dayOfYearText, dayText, isSameDay, minuteText, zoneText } from '../ui/clock-time';

/** `Kept 14 days or 5 GiB` */
export function keptText(retention: Retention): string {
  const limits = limitsOf(retention);
  if (limits.length === 0) return 'Kept for good';
  const last = limits.pop();
  return `Kept ${limits.length === 0 ? last : `${limits.join(', ')} or ${last}`}`;
}

export function keptTitle(retention: Retention): string {
  if (limitsOf(retention).length === 0) return 'Nothing is pruned. Limits are set under Settings.';
  return 'Whichever is reached first; the oldest goes first.\nTraces with a bookmark or a note stay.\nLimits are set under Settings.';
}

/** `1,204 traces pruned 14:32`; null: nothing to tell. */
export function prunedText(report: PruningReport | null, now: Date): string | null {
  if (!report) return null;
  if (report.finishedAt === null) return 'Pruning';
  const [what] = counts(report);
  if (what === undefined) return null;
  return `${what} pruned ${clock(new Date(report.finishedAt), now)}`;
}

export function prunedTitle(report: PruningReport, retention: Retention): string {
  const { reason, keptTraces, freedBytes } = report;
  const because = {
    age: `They arrived more than ${days(retention.days ?? 0)} ago.`,
    size: `More than ${gigabytes(retention.bytes ?? 0)} were on disk.`,
    count: `More than ${formatCount(retention.spans ?? 0)} spans were stored.`,
  }[reason];
  const lines = [counts(report).join(', '), because];
  // Not yet, where it is in quarantine.
  if (freedBytes > 0) lines.push(`${formatBytes(freedBytes)} were given back.`);
  if (keptTraces > 0) lines.push(`${plural(keptTraces, 'trace')} with a bookmark or a note stayed.`);
  return lines.filter((line) => line !== '').join('\n');
}

/** `1,204 traces in quarantine` */
export function quarantineText(quarantine: QuarantineReport): string {
  return `${counts(quarantine)[0] ?? formatBytes(quarantine.bytes)} in quarantine`;
}

/** `1,204 traces, 9,800 spans (3.2 MiB)` */
export function quarantineHeld(quarantine: QuarantineReport): string {
  return `${counts(quarantine).join(', ')} (${formatBytes(quarantine.bytes)})`;
}

export function quarantineUntil({ deletedFrom }: QuarantineReport): string {
  const until = new Date(deletedFrom);
  return `They will be deleted on ${dayText(until)} at ${minuteText(until)} ${zoneText(until)}, or sooner if the disk needs the room.`;
}

/** Whether more is in quarantine than is left: that is no daily pruning. */
export function holdsMost(quarantine: QuarantineReport, left: ReportedCounts): boolean {
  return (['spans', 'logs', 'metricPoints'] as const).some((signal) => quarantine[signal] > (left[signal] ?? 0));
}

function limitsOf({ days: age, bytes, spans }: Retention): string[] {
  const limits: string[] = [];
  if (age !== null) limits.push(days(age));
  if (bytes !== null) limits.push(gigabytes(bytes));
  if (spans !== null) limits.push(`${formatCount(spans)} spans`);
  return limits;
}

function counts({
  traces,
  spans,
  logs,
  metricPoints,
}: Pick<PruningReport, 'traces' | 'spans' | 'logs' | 'metricPoints'>): string[] {
  const all: [number, string][] = [
    [traces, 'trace'],
    [spans, 'span'],
    [logs, 'log'],
    [metricPoints, 'metric point'],
  ];
  return all.filter(([count]) => count > 0).map(([count, what]) => plural(count, what));
}

function days(age: number): string {
  return `${formatCount(age)} day${age === 1 ? '' : 's'}`;
}

/** As they are set: whole ones without decimals. */
function gigabytes(bytes: number): string {
  return `${formatCount(bytes / 1024 ** 3)} GiB`;
}

/** The hour today, else the day. */
function clock(time: Date, now: Date): string {
  return isSameDay(time, now) ? minuteText(time) : dayOfYearText(time);
}
