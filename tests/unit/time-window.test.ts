import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitWindow,
  panWindow,
  type TimeWindow,
  tickLabel,
  ticksOf,
  wholeWindow,
  zoomWindow,
} from '../../core/timeline/time-window';

const DURATION = 1e9;
const WHOLE = wholeWindow(0, DURATION);

describe('time window', () => {
  it('zooms at the pointer: what is under it stays under it', () => {
    const zoomed = zoomWindow({ startNs: 0, endNs: DURATION }, 0.5, 0.3e9, WHOLE);
    expect(zoomed).toEqual({ startNs: 0.15e9, endNs: 0.65e9 });
  });

  it('never leaves the trace, whatever is done to it', () => {
    const move = fc.oneof(
      fc.tuple(
        fc.constant('zoom'),
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        fc.double({ min: 0, max: DURATION, noNaN: true }),
      ),
      fc.tuple(fc.constant('pan'), fc.double({ min: -50, max: 50, noNaN: true }), fc.constant(0)),
      fc.tuple(
        fc.constant('fit'),
        fc.double({ min: 0, max: DURATION, noNaN: true }),
        fc.double({ min: 0, max: DURATION, noNaN: true }),
      ),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 20 }), (moves) => {
        let window: TimeWindow = WHOLE;
        for (const [kind, a, b] of moves) {
          if (kind === 'zoom') window = zoomWindow(window, a, b, WHOLE);
          else if (kind === 'pan') window = panWindow(window, a, WHOLE);
          else window = fitWindow(Math.min(a, b), Math.max(a, b), WHOLE);
          expect(window.startNs).toBeGreaterThanOrEqual(0);
          expect(window.endNs).toBeLessThanOrEqual(DURATION * (1 + 1e-9));
          expect(window.endNs - window.startNs).toBeGreaterThan(99);
        }
      }),
    );
  });

  it('gives a trace without duration an axis', () => {
    expect(wholeWindow(0, 0).endNs).toBeGreaterThan(0);
    expect(ticksOf(wholeWindow(0, 0), 5).ticks.length).toBeGreaterThan(1);
  });

  it('labels round ticks in one unit', () => {
    const labels = (from: number, to: number) => {
      const { ticks, stepNs } = ticksOf({ startNs: from, endNs: to }, 5);
      return ticks.map((tick) => tickLabel(tick, stepNs));
    };
    expect(labels(0, 41.2e9)).toEqual(['0 s', '10 s', '20 s', '30 s', '40 s']);
    expect(labels(0, 1.2e9)).toEqual(['0.0 s', '0.5 s', '1.0 s']);
    expect(labels(2_000_000, 2_001_000)).toEqual([
      '2000.0 µs',
      '2000.2 µs',
      '2000.4 µs',
      '2000.6 µs',
      '2000.8 µs',
      '2001.0 µs',
    ]);
  });
});
