import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsFor, serves } from '../../core/timeline/buffered-window';
import { rectAt } from '../../core/timeline/lane-hit';
import { type LaneRects, lanesInWindow } from '../../core/timeline/lane-window';
import { type LaneSet, longestItem } from '../../core/timeline/lanes';
import { boundsOf, type TraceColumns } from '../../core/timeline/trace-columns';
import { TraceModel } from '../../core/timeline/trace-model';
import { columnsOf } from '../fixtures/columns';
import { anySpans } from '../fixtures/random-spans';

function packed(columns: TraceColumns): LaneSet {
  return new TraceModel(columns).asSent.lanes('service').lanes;
}

const anyWindow = fc.record({
  fromNs: fc.integer({ min: -30e6, max: 250e6 }),
  width: fc.integer({ min: 1e3, max: 300e6 }),
  steps: fc.integer({ min: 1, max: 400 }),
});

describe('lanes', () => {
  it('hold every span once, none overlapping another of its lane', () => {
    fc.assert(
      fc.property(anySpans(), (spans) => {
        const columns = columnsOf(spans);
        const set = packed(columns);
        expect([...set.subject].sort((a, b) => a - b)).toEqual(spans.map((_, i) => i));
        for (let lane = 0; lane < set.laneCount; lane++) {
          const [from, to] = [set.laneStart[lane] as number, set.laneStart[lane + 1] as number];
          expect(to).toBeGreaterThan(from);
          for (let i = from; i < to; i++) {
            const [start, end] = boundsOf(columns, set.subject[i] as number);
            expect([set.startNs[i], set.endNs[i]]).toEqual([start, end]);
            if (i > from) expect(start).toBeGreaterThanOrEqual(set.endNs[i - 1] as number);
          }
        }
      }),
    );
  });

  it('use as few lanes as spans run at once in a service', () => {
    const columns = columnsOf(
      Array.from({ length: 3_000 }, (_, i) => ({
        id: BigInt(i + 1),
        parent: 0n,
        name: 'n',
        start: Math.floor(i / 3) * 10,
        end: Math.floor(i / 3) * 10 + 10,
      })),
    );
    expect(packed(columns).laneCount).toBe(3);
  });

  it('number instances of a service only where there are several', () => {
    const columns = columnsOf([
      { id: 1n, parent: 0n, name: 'a', start: 0, end: 1, service: 'web' },
      { id: 2n, parent: 0n, name: 'b', start: 2, end: 3, service: 'web' },
      { id: 3n, parent: 0n, name: 'c', start: 2, end: 3, service: 'db' },
    ]);
    const model = new TraceModel({ ...columns, resource: Uint32Array.of(7, 8, 9) });
    expect(model.asSent.lanes('instance').groups.map(({ name }) => name)).toEqual(['web #1', 'web #2', 'db']);
  });

  it('find the longest of any stretch', () => {
    fc.assert(
      fc.property(anySpans(), fc.nat(), fc.nat(), (spans, a, b) => {
        const set = packed(columnsOf(spans));
        if (set.length === 0) return;
        const [from, to] = [a % set.length, (b % set.length) + 1];
        if (from >= to) return;
        const duration = (i: number): number => (set.endNs[i] as number) - (set.startNs[i] as number);
        const longest = Math.max(...Array.from({ length: to - from }, (_, k) => duration(from + k)));
        expect(duration(longestItem(set, from, to))).toBe(longest);
      }),
    );
  });
});

describe('a window of lanes', () => {
  const windowed = (set: LaneSet, { fromNs, width, steps }: { fromNs: number; width: number; steps: number }) => {
    const query = { fromNs, toNs: fromNs + width, stepNs: width / steps, firstLane: 0, endLane: set.laneCount };
    return { query, rects: lanesInWindow(set, query) };
  };

  it('shows every span and every error in it, at every zoom', () => {
    fc.assert(
      fc.property(anySpans(), anyWindow, (spans, window) => {
        const columns = columnsOf(spans);
        const set = packed(columns);
        const { query, rects } = windowed(set, window);
        for (let lane = 0; lane < set.laneCount; lane++) {
          let seen = 0;
          let errors = 0;
          for (let i = set.laneStart[lane] as number; i < (set.laneStart[lane + 1] as number); i++) {
            if ((set.endNs[i] as number) < query.fromNs || (set.startNs[i] as number) > query.toNs) continue;
            seen++;
            const failed = spans[set.subject[i] as number]?.failed === true;
            if (failed) errors++;
            const x0 = Math.max(((set.startNs[i] as number) - query.fromNs) / query.stepNs, 0);
            const over = indicesOf(rects, lane).filter(
              (r) => (rects.x0[r] as number) <= x0 + 1e-3 && (rects.x1[r] as number) >= x0 - 1e-3,
            );
            expect(over.some((r) => !failed || (rects.errors[r] as number) > 0)).toBe(true);
          }
          const sum = (column: Uint32Array): number =>
            indicesOf(rects, lane).reduce((n, r) => n + (column[r] as number), 0);
          // The last rectangle may gather spans that begin just behind the window.
          expect(sum(rects.count)).toBeGreaterThanOrEqual(seen);
          expect(sum(rects.errors)).toBeGreaterThanOrEqual(errors);
        }
      }),
    );
  });

  it('has about one rectangle a step and lane at most, however many spans', () => {
    const columns = columnsOf(
      Array.from({ length: 20_000 }, (_, i) => ({ id: BigInt(i + 1), parent: 0n, name: 'n', start: i, end: i + 1 })),
    );
    const set = packed(columns);
    const { rects } = windowed(set, { fromNs: 0, width: 20_000e6, steps: 500 });
    expect(rects.length).toBeLessThanOrEqual(501);
    expect(rects.count.reduce((sum, count) => sum + count, 0)).toBe(20_000);
  });

  it('counts what a search finds', () => {
    const columns = columnsOf([
      { id: 1n, parent: 0n, name: 'found', start: 0, end: 1 },
      { id: 2n, parent: 0n, name: 'other', start: 1, end: 2 },
    ]);
    const look = new TraceModel(columns).asSent;
    const { lanes } = look.lanes('service');
    const query = { fromNs: 0, toNs: 2e6, stepNs: 2e6, firstLane: 0, endLane: 1 };
    expect([...lanesInWindow(lanes, query, look.hitsBefore('service', 'found')).hits]).toEqual([1]);
    expect([...lanesInWindow(lanes, query).hits]).toEqual([2]);
  });

  it('finds under the pointer what a scan of all rectangles finds', () => {
    fc.assert(
      fc.property(
        anySpans(),
        anyWindow,
        fc.double({ min: -5, max: 420, noNaN: true }),
        fc.nat(8),
        (spans, window, x, lane) => {
          const set = packed(columnsOf(spans));
          const { rects } = windowed(set, window);
          const hit = rectAt(rects, lane, x, 1);
          const candidates = lane < set.laneCount ? indicesOf(rects, lane) : [];
          const inside = candidates.filter((r) => (rects.x0[r] as number) <= x && x <= (rects.x1[r] as number));
          if (inside.length > 0) expect(hit).toBe(inside.at(-1));
          else {
            const distance = (r: number): number => Math.max((rects.x0[r] as number) - x, x - (rects.x1[r] as number));
            const nearest = Math.min(...candidates.map(distance), Number.POSITIVE_INFINITY);
            if (nearest > 1) expect(hit).toBe(-1);
            else expect(distance(hit)).toBe(nearest);
          }
        },
      ),
    );
  });
});

function indicesOf(rects: LaneRects, lane: number): number[] {
  const [from, to] = [rects.laneStart[lane] as number, rects.laneStart[lane + 1] as number];
  return Array.from({ length: to - from }, (_, k) => from + k);
}

describe('the fetched window', () => {
  const viewport = (startNs: number, endNs: number, firstLane = 0) => ({
    window: { startNs, endNs },
    widthPx: 1000,
    firstLane,
    endLane: firstLane + 40,
    pxPerStep: 1,
  });

  it('serves panning by a screen and small zooms, and no more', () => {
    const held = boundsFor(viewport(10e6, 20e6));
    expect(serves(held, viewport(10e6, 20e6))).toBe(true);
    expect(serves(held, viewport(19e6, 29e6))).toBe(true);
    expect(serves(held, viewport(21e6, 31e6))).toBe(false);
    expect(serves(held, viewport(10e6, 20e6, 30))).toBe(true);
    expect(serves(held, viewport(10e6, 20e6, 50))).toBe(false);
    // A third of an octave stays within the resolution, a whole one does not.
    expect(serves(held, viewport(10e6, 22e6))).toBe(true);
    expect(serves(held, viewport(10e6, 30e6))).toBe(false);
  });

  it('blurs at most a pixel', () => {
    fc.assert(
      fc.property(fc.double({ min: 100, max: 1e18, noNaN: true }), (width) => {
        const { stepNs } = boundsFor(viewport(0, width));
        expect(stepNs * 1000).toBeLessThanOrEqual(width);
        expect(stepNs * 2000).toBeGreaterThan(width * 0.999);
      }),
    );
  });
});
