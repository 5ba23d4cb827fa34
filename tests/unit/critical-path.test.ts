import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, segmentsOf } from '../../core/timeline/critical-path';
import { criticalShares } from '../../core/timeline/statistics';
import { boundsOf } from '../../core/timeline/trace-columns';
import { buildTraceTree } from '../../core/timeline/trace-tree';
import { columnsOf, drawnColumns } from '../fixtures/columns';
import { anySpans } from '../fixtures/random-spans';

function pathOf(drawing: string): string[] {
  const columns = drawnColumns(drawing);
  const tree = buildTraceTree(columns);
  const path = criticalPath(columns, tree);
  return [...path.row.keys()]
    .sort((a, b) => (path.startNs[a] as number) - (path.startNs[b] as number))
    .map((k) => {
      const name = columns.operations[columns.operation[tree.span[path.row[k] as number] as number] as number]?.name;
      return `${name} ${(path.startNs[k] as number) / 1e6}..${(path.endNs[k] as number) / 1e6}`;
    });
}

describe('criticalPath', () => {
  it('goes back through the child that finished last', () => {
    expect(
      pathOf(`
      root 0..100
        a  10..40
        b  20..30
        c  50..90`),
    ).toEqual(['root 0..10', 'a 10..40', 'root 40..50', 'c 50..90', 'root 90..100']);
  });

  it('descends, and counts a child that outlives its parent to the end of the parent', () => {
    expect(
      pathOf(`
      root  0..100
        a   20..150
          b 30..60
          c 40..120`),
    ).toEqual(['root 0..20', 'a 20..40', 'c 40..100']);
  });

  it('takes roots one after the other', () => {
    expect(pathOf('first 0..10\nsecond 20..30')).toEqual(['first 0..10', 'second 20..30']);
  });

  it('survives a chain of 10,000 and 100,000 children of one', () => {
    const chain = columnsOf(
      Array.from({ length: 10_000 }, (_, i) => ({
        id: BigInt(i + 1),
        parent: BigInt(i),
        name: 'n',
        start: i,
        end: 30_000 - i,
      })),
    );
    expect(criticalPath(chain, buildTraceTree(chain)).length).toBe(19_999);
    const wide = columnsOf(
      Array.from({ length: 100_001 }, (_, i) => ({
        id: BigInt(i + 1),
        parent: i === 0 ? 0n : 1n,
        name: 'n',
        start: i,
        end: i === 0 ? 200_000 : i + 1,
      })),
    );
    expect(criticalPath(wide, buildTraceTree(wide)).length).toBe(100_002);
  });

  it('fills a single root without a gap or an overlap', () => {
    fc.assert(
      fc.property(anySpans(), (spans) => {
        const rooted = spans.map((span) => ({
          ...span,
          id: span.id + 1n,
          parent: span.parent === 0n ? 1n : span.parent + 1n,
        }));
        const columns = columnsOf([{ id: 1n, parent: 0n, name: 'root', start: 0, end: 150 }, ...rooted]);
        const tree = buildTraceTree(columns);
        const path = criticalPath(columns, tree);
        const root = tree.rowOf[0] as number;
        const inRoot = [...path.row.keys()].filter((k) => {
          const row = path.row[k] as number;
          return row >= root && row < root + (tree.size[root] as number);
        });
        let at = 0;
        for (const k of inRoot.sort((a, b) => (path.startNs[a] as number) - (path.startNs[b] as number))) {
          expect(path.startNs[k]).toBe(at);
          at = path.endNs[k] as number;
          const [start, end] = boundsOf(columns, tree.span[path.row[k] as number] as number);
          expect(path.startNs[k]).toBeGreaterThanOrEqual(start);
          expect(at).toBeLessThanOrEqual(end);
        }
        expect(at).toBe(150e6);
        const shares = criticalShares(columns, tree, path).reduce((sum, { ns }) => sum + ns, 0);
        expect(shares).toBeGreaterThanOrEqual(150e6);
        for (let row = 0; row < tree.length; row++) {
          const [from, to] = segmentsOf(path, row);
          expect([...path.row.subarray(from, to)].every((r) => r === row)).toBe(true);
        }
      }),
    );
  });
});
