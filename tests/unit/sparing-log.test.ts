/** Lines that senders can cause without end. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../services/log';
import { sparing } from '../../services/sparing-log';

describe('a log of refusals', () => {
  let lines: Parameters<Log>[];
  let log: Log;
  beforeEach(() => {
    vi.useFakeTimers();
    lines = [];
    log = sparing((...entry) => lines.push(entry));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has a line a cause and minute, with how many there were', () => {
    for (let n = 0; n < 1_000; n++) log('warn', 'export failed', { status: 503, message: 'The disk is full.' });
    log('warn', 'export failed', { status: 503, message: 'The database opens.' });
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(60_000);
    const again = { status: 503, message: 'The disk is full.', again: 999 };
    expect(lines.slice(2)).toEqual([['warn', 'export failed', again]]);
    vi.advanceTimersByTime(120_000);
    expect(lines).toHaveLength(3);
    log('warn', 'export failed', { status: 503, message: 'The disk is full.' });
    expect(lines).toHaveLength(4);
  });

  it('takes numbers and the ends of long texts for the same cause', () => {
    for (let n = 0; n < 50; n++) {
      log('warn', 'traces rejected', { rejected: n, reason: `spans[${n}].traceId: ${'x'.repeat(300)}${n}` });
    }
    expect(lines).toHaveLength(1);
  });

  it('keeps and writes the beginning of texts that a sender made as long as a request', () => {
    log('warn', 'traces rejected', { rejected: 1, reason: 'x'.repeat(1_000_000) });
    expect(lines).toEqual([['warn', 'traces rejected', { rejected: 1, reason: expect.stringMatching(/^x{2000}…$/) }]]);
  });

  it('does not grow with the causes that senders think of', () => {
    for (let n = 0; n < 26 ** 3; n++) {
      const name = [n % 26, Math.floor(n / 26) % 26, Math.floor(n / 676)].map((c) => String.fromCharCode(97 + c));
      log('warn', 'traces rejected', { reason: name.join('') });
    }
    expect(lines.length).toBeLessThanOrEqual(101);
    vi.advanceTimersByTime(60_000);
    const told = lines.length + lines.reduce((sum, [, , fields]) => sum + (Number(fields?.again ?? 1) - 1), 0);
    expect(told).toBe(26 ** 3);
  });
});
