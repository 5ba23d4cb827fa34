import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../core/model/format';
import { remarksOf } from '../../core/timeline/remarks';
import { type Folding, foldedRows, shownRows } from '../../core/timeline/rows-view';
import { buildTraceTree, type TraceTree } from '../../core/timeline/trace-tree';
import { type ColumnSpan, columnsOf, drawnColumns } from '../fixtures/columns';

function drawn(
  tree: TraceTree,
  columns: ReturnType<typeof columnsOf>,
  rows: Iterable<number> = tree.span.keys(),
): string[] {
  return [...rows].map(
    (row) =>
      '  '.repeat(tree.depth[row] as number) +
      columns.operations[columns.operation[tree.span[row] as number] as number]?.name,
  );
}

describe('buildTraceTree', () => {
  it('walks depth first, siblings by start, the longer of two that start together first', () => {
    const columns = drawnColumns(`
      root    0..100
        b     20..40
          b1  25..30
        short 10..12
        long  10..19`);
    const tree = buildTraceTree(columns);
    expect(drawn(tree, columns)).toEqual(['root', '  long', '  short', '  b', '    b1']);
    expect([...tree.size]).toEqual([5, 1, 1, 2, 1]);
    expect([...tree.parentRow]).toEqual([-1, 0, 0, 0, 3]);
  });

  it('counts self time without what children cover, overlapping or not', () => {
    const columns = drawnColumns(`
      root    0..100
        a     10..40
        b     30..50
        c     90..120`);
    expect([...buildTraceTree(columns).selfNs].map((ns) => formatDuration(ns))).toEqual([
      '50 ms',
      '30 ms',
      '20 ms',
      '30 ms',
    ]);
  });

  it('counts errors of each subtree', () => {
    const columns = drawnColumns(`
      root  0..9
        a   0..5 x !no
          b 1..2 x !no
        c   6..7`);
    expect([...buildTraceTree(columns).errors]).toEqual([2, 2, 1, 0]);
  });

  it('makes roots of orphans and cuts cycles, losing nothing', () => {
    const columns = columnsOf([
      { id: 1n, parent: 2n, name: 'in a cycle', start: 1, end: 2 },
      { id: 2n, parent: 1n, name: 'too', start: 0, end: 2 },
      { id: 3n, parent: 99n, name: 'orphan', start: 5, end: 6 },
      { id: 4n, parent: 4n, name: 'own parent', start: 7, end: 8 },
    ]);
    const tree = buildTraceTree(columns);
    expect(drawn(tree, columns)).toEqual(['orphan', 'own parent', 'too', '  in a cycle']);
    expect([...tree.orphan]).toEqual([1, 0, 0, 0]);
    expect([...tree.cycle]).toEqual([0, 1, 1, 0]);
  });

  it('holds a chain of 50,000 and a parent of 100,000', () => {
    const chain = columnsOf(
      Array.from({ length: 50_000 }, (_, i) => ({
        id: BigInt(i + 1),
        parent: BigInt(i),
        name: 'n',
        start: i,
        end: 100_000,
      })),
    );
    expect(buildTraceTree(chain).depth[49_999]).toBe(49_999);
    const wide = columnsOf(
      Array.from({ length: 100_001 }, (_, i) => ({
        id: BigInt(i + 1),
        parent: i === 0 ? 0n : 1n,
        name: 'n',
        start: i,
        end: i + 1,
      })),
    );
    expect(buildTraceTree(wide).size[0]).toBe(100_001);
  });

  it('places every span once, children behind their parents inside their subtree, whatever comes', () => {
    const spans = fc.uniqueArray(
      fc.record({
        id: fc.bigInt({ min: 1n, max: 40n }),
        parent: fc.bigInt({ min: 0n, max: 40n }),
        name: fc.constant('n'),
        start: fc.integer({ min: -5, max: 20 }),
        end: fc.integer({ min: -5, max: 20 }),
      }),
      { selector: ({ id }) => id, maxLength: 40 },
    );
    fc.assert(
      fc.property(spans, (list: ColumnSpan[]) => {
        const tree = buildTraceTree(columnsOf(list));
        expect([...tree.span].sort((a, b) => a - b)).toEqual(list.map((_, i) => i));
        for (let row = 0; row < tree.length; row++) {
          const parent = tree.parentRow[row] as number;
          expect(tree.selfNs[row]).toBeGreaterThanOrEqual(0);
          if (parent < 0) continue;
          expect(parent).toBeLessThan(row);
          expect(row + (tree.size[row] as number)).toBeLessThanOrEqual(parent + (tree.size[parent] as number));
          expect(tree.depth[row]).toBe((tree.depth[parent] as number) + 1);
        }
      }),
    );
  });
});

describe('shownRows', () => {
  const columns = drawnColumns(`
      root  0..100
        a   10..40
          b 11..12
        c   50..60 db`);
  const tree = buildTraceTree(columns);
  const shown = (folding: Partial<Folding>, only: number[] | null = null) => {
    const folded = foldedRows(columns, tree, { depth: null, services: [], toggled: new Set(), ...folding });
    const hits = only && Uint8Array.from(columns.spanId.keys(), (row) => (only.includes(row) ? 1 : 0));
    return drawn(tree, columns, shownRows(tree, folded, hits)).map((line) => line.trim());
  };

  it('leaves out what is folded, by span, depth or service', () => {
    expect(shown({})).toEqual(['root', 'a', 'b', 'c']);
    expect(shown({ toggled: new Set([columns.spanId[1] as bigint]) })).toEqual(['root', 'a', 'c']);
    expect(shown({ depth: 0 })).toEqual(['root']);
    expect(shown({ depth: 1 })).toEqual(['root', 'a', 'c']);
    // Folded by depth and unfolded by hand.
    expect(shown({ depth: 1, toggled: new Set([columns.spanId[1] as bigint]) })).toEqual(['root', 'a', 'b', 'c']);
    expect(shown({ services: ['test'] })).toEqual(['root']);
  });

  it('keeps only matches and those above them', () => {
    expect(shown({}, [3])).toEqual(['root', 'c']);
    expect(shown({}, [2])).toEqual(['root', 'a', 'b']);
    expect(shown({}, [])).toEqual([]);
  });
});

describe('remarksOf', () => {
  const remarks = (drawing: string) => {
    const columns = drawnColumns(drawing);
    return remarksOf(columns, buildTraceTree(columns)).map(({ text }) => text);
  };

  it('names where a failure began, and that it was tried again', () => {
    expect(
      remarks(`
      agent       0..60
        tool      0..20 x !no
          SELECT  1..19 db !no
        tool      25..45 x`),
    ).toEqual(['SELECT failed, retried']);
  });

  it('names calls in sequence and the span that took the time', () => {
    expect(
      remarks(`
      root   0..100
        get  0..10
        get  10..20
        get  25..30
        work 30..95`),
    ).toEqual(['get: 3 in sequence', 'work: 65 ms alone, 65 %']);
  });

  it('does not call parallel calls a sequence', () => {
    expect(
      remarks(`
      root   0..100
        get  0..35
        get  10..45
        get  20..55
        c    60..95`),
    ).toEqual([]);
  });

  it('has nothing to say of an ordinary trace, and survives an empty one', () => {
    expect(remarks('root 0..10\n  a 1..9')).toEqual([]);
    const empty = columnsOf([]);
    expect(remarksOf(empty, buildTraceTree(empty))).toEqual([]);
  });
});
