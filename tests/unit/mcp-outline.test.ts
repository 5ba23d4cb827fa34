/** Outlines of traces for agents: what is folded, and pages of what is told. */
import { describe, expect, it } from 'vitest';
import { type Entry, outlinePage, rankedEntries } from '../../services/gateway/mcp/outline';
import type { SpanRow } from '../../services/gateway/mcp/span-rows';

function rowOf(index: number, parent: number, more: Partial<SpanRow> = {}): SpanRow {
  return {
    index,
    spanId: index.toString(16).padStart(16, '0'),
    parent,
    depth: 0,
    name: `span ${index}`,
    service: 'web',
    startNs: 0,
    durationNs: 100,
    selfNs: 0,
    failed: false,
    errorsBelow: 0,
    descendants: 0,
    isOrphan: false,
    criticalNs: 0,
    criticalFromNs: null,
    ...more,
  };
}

const indexes = (entries: readonly Entry[]): number[] => entries.map(({ row }) => row.index);

describe('folding', () => {
  it('leaves out all that is below siblings that are told together', () => {
    const same = { name: 'query' };
    const rows = [
      rowOf(0, -1),
      rowOf(1, 0, { ...same, durationNs: 200 }),
      rowOf(2, 1),
      rowOf(3, 0, same),
      rowOf(4, 3),
      rowOf(5, 4),
      rowOf(6, 0, same),
      rowOf(7, 0),
    ];
    const ranked = rankedEntries(rows, null);
    expect(indexes(ranked).sort()).toEqual([0, 1, 2, 7]);
    expect(ranked.find(({ row }) => row.index === 1)).toMatchObject({ count: 3, totalNs: 400 });
  });

  it('looks at each row a few times, however deep the trace is', () => {
    const deep = 50_000;
    let looks = 0;
    const rows = Array.from({ length: deep }, (_, index) => {
      const row = rowOf(index, index - 1);
      Object.defineProperty(row, 'parent', {
        get() {
          looks++;
          return index - 1;
        },
      });
      return row;
    });
    expect(rankedEntries(rows, null)).toHaveLength(deep);
    expect(looks).toBeLessThan(20 * deep);
  });
});

describe('pages', () => {
  it('tell each entry once, also where one has no room with those above it', () => {
    // Failures at the end of chains, which bring those above them.
    const rows = Array.from({ length: 60 }, (_, index) =>
      rowOf(index, index % 6 === 0 ? -1 : index - 1, index % 6 === 5 ? { failed: true } : {}),
    );
    const ranked = rankedEntries(rows, null);
    for (const room of [5, 10, 25, 39, 45, 100, 10_000]) {
      const told: number[] = [];
      let end = 0;
      while (end < ranked.length) {
        const page = outlinePage(ranked, rows, end, () => ({ text: 10, data: 8 }), { text: room, data: room });
        expect(page.entries.length).toBeGreaterThan(0);
        expect(page.entries.length).toBeLessThanOrEqual(Math.max(1, Math.floor(room / 10)));
        told.push(...indexes(page.entries));
        end = page.end;
      }
      expect(told.sort((a, b) => a - b)).toEqual(rows.map(({ index }) => index));
    }
  });
});
