import { describe, expect, it } from 'vitest';
import type { PruningReport, QuarantineReport } from '../../core/api/retention';
import {
  holdsMost,
  keptText,
  prunedText,
  prunedTitle,
  quarantineHeld,
  quarantineText,
  quarantineUntil,
} from '../../renderer/app/retention-text';

const RETENTION = { days: 14, bytes: 5 * 1024 ** 3, spans: null };
const REPORT: PruningReport = {
  startedAt: '2026-11-21T14:31:58.000Z',
  finishedAt: '2026-11-21T14:32:00.000Z',
  reason: 'age',
  traces: 1_204,
  spans: 12_040,
  logs: 1,
  metricPoints: 0,
  keptTraces: 1,
  freedBytes: 3_000_000,
};
const NOW = new Date(REPORT.finishedAt as string);

describe('retention in words', () => {
  it('says what is kept', () => {
    expect(keptText(RETENTION)).toBe('Kept 14 days or 5 GiB');
    expect(keptText({ days: 1, bytes: 1.5 * 1024 ** 3, spans: 1_000_000 })).toBe(
      'Kept 1 day, 1.5 GiB or 1,000,000 spans',
    );
    expect(keptText({ days: null, bytes: null, spans: 10 })).toBe('Kept 10 spans');
    expect(keptText({ days: null, bytes: null, spans: null })).toBe('Kept for good');
  });

  it('says what was pruned, when and why', () => {
    expect(prunedText(null, NOW)).toBeNull();
    expect(prunedText(REPORT, NOW)).toMatch(/^1,204 traces pruned \d\d:\d\d$/);
    expect(prunedText(REPORT, new Date('2026-11-23T14:32:00Z'))).toBe('1,204 traces pruned 21 Nov');
    expect(prunedText({ ...REPORT, traces: 0, spans: 0 }, NOW)).toMatch(/^1 log pruned/);
    expect(prunedText({ ...REPORT, finishedAt: null }, NOW)).toBe('Pruning');
    expect(prunedTitle(REPORT, RETENTION)).toBe(
      '1,204 traces, 12,040 spans, 1 log\nThey arrived more than 14 days ago.\n2.9 MiB were given back.\n1 trace with a bookmark or a note stayed.',
    );
    expect(prunedTitle({ ...REPORT, freedBytes: 0, keptTraces: 0 }, RETENTION)).toBe(
      '1,204 traces, 12,040 spans, 1 log\nThey arrived more than 14 days ago.',
    );
  });

  it('says what is in quarantine, until when, and whether that is more than is left', () => {
    const quarantine: QuarantineReport = {
      traces: 1_204,
      spans: 12_040,
      logs: 0,
      metricPoints: 0,
      bytes: 3_000_000,
      deletedFrom: '2026-11-22T14:32:00Z',
    };
    expect(quarantineText(quarantine)).toBe('1,204 traces in quarantine');
    expect(quarantineText({ ...quarantine, traces: 0, spans: 0, logs: 1 })).toBe('1 log in quarantine');
    expect(quarantineHeld(quarantine)).toBe('1,204 traces, 12,040 spans (2.9 MiB)');
    expect(quarantineUntil(quarantine)).toMatch(
      /^They will be deleted on 2[123] Nov 2026 at \d\d:32 UTC\S*, or sooner/,
    );
    const left = { traces: 1_204, spans: 12_040, logs: 0, metricPoints: 0 };
    expect(holdsMost(quarantine, left)).toBe(false);
    expect(holdsMost(quarantine, { ...left, spans: 12_039 })).toBe(true);
    expect(holdsMost({ ...quarantine, logs: 1 }, left)).toBe(true);
  });
});
