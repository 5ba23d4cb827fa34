import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTraces } from '../../core/timeline/compare';
import { MINIMAP_ERROR, paintMinimap } from '../../core/timeline/minimap';
import { orderBy, startOrder } from '../../core/timeline/order';
import { rowBlock } from '../../core/timeline/row-block';
import { sortedRows } from '../../core/timeline/rows-view';
import { SpanIdIndex } from '../../core/timeline/span-id-index';
import { statisticsOf } from '../../core/timeline/statistics';
import { appendColumns, boundsOf, type TraceColumns } from '../../core/timeline/trace-columns';
import { TraceModel } from '../../core/timeline/trace-model';
import { buildTraceTree } from '../../core/timeline/trace-tree';
import { type ColumnSpan, columnsOf, drawnColumns } from '../fixtures/columns';
import { anySpans } from '../fixtures/random-spans';

const nameOf = (columns: TraceColumns, span: number): string =>
  columns.operations[columns.operation[span] as number]?.name ?? '';

describe('order', () => {
  it('is that of a comparing sort, and stable', () => {
    const keys = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger()), { maxLength: 200 });
    fc.assert(
      fc.property(keys, (list) => {
        const small = list.map((key) => Math.trunc(key / 4));
        const expected = small.map((_, i) => i).sort((a, b) => (small[a] as number) - (small[b] as number) || a - b);
        expect([...orderBy(Float64Array.from(small))]).toEqual(expected);
      }),
    );
  });

  it('puts the longer of two that start together first', () => {
    expect([...startOrder(Float64Array.of(5, 1, 5, 5), Float64Array.of(1, 0, 9, 4))]).toEqual([1, 2, 3, 0]);
  });
});

describe('span ids', () => {
  it('are found, whatever their bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), { maxLength: 300 }), (ids) => {
        const index = new SpanIdIndex(BigUint64Array.from(ids));
        for (const [i, id] of ids.entries()) expect(index.find(id)).toBe(i);
        expect(index.find(0n)).toBe(-1);
      }),
    );
  });
});

describe('the tree', () => {
  it('is that of a naive walk', () => {
    fc.assert(
      fc.property(anySpans(), (spans) => {
        const columns = columnsOf(spans);
        const tree = buildTraceTree(columns);
        expect([...tree.span].map((i) => spans[i]?.id)).toEqual(naiveWalk(spans));
      }),
    );
  });

  it('comes out the same when the spans arrive in two parts', () => {
    fc.assert(
      fc.property(anySpans(), fc.nat(60), (spans, cut) => {
        const whole = buildTraceTree(columnsOf(spans));
        const grown = appendColumns(columnsOf(spans.slice(0, cut)), columnsOf(spans.slice(cut)));
        const tree = buildTraceTree(grown);
        expect([...tree.span]).toEqual([...whole.span]);
        expect([...tree.selfNs]).toEqual([...whole.selfNs]);
        for (const [i, { name }] of spans.entries()) expect(nameOf(grown, i)).toBe(name);
      }),
    );
  });
});

/** Roots and children by start, then by duration; cycles entered at their earliest span. */
function naiveWalk(spans: readonly ColumnSpan[]): bigint[] {
  const sorted = [...spans].sort(
    (a, b) => a.start - b.start || b.end - b.start - (a.end - a.start) || spans.indexOf(a) - spans.indexOf(b),
  );
  const here = new Set(spans.map(({ id }) => id));
  const seen = new Set<bigint>();
  const walk = (span: ColumnSpan): void => {
    if (seen.has(span.id)) return;
    seen.add(span.id);
    for (const child of sorted) if (child.parent === span.id && child.id !== span.id) walk(child);
  };
  for (const span of sorted) if (!here.has(span.parent) || span.parent === span.id) walk(span);
  for (const span of sorted) walk(span);
  return [...seen];
}

describe('the flame graph', () => {
  it('merges spans of one call path and fits children under their parents', () => {
    const columns = drawnColumns(`
      root   0..100
        load 0..30
          sql 5..10
        load 10..60
          sql 20..40
        draw 70..90`);
    const { flame } = new TraceModel(columns).asSent;
    const nodes = [...flame.count.keys()].map((node) => {
      const name = columns.operations[flame.operation[node] as number]?.name;
      return `${name} x${flame.count[node]} ${(flame.totalNs[node] as number) / 1e6} ${(flame.workNs[node] as number) / 1e6}`;
    });
    expect(nodes).toEqual(['root x1 100 120', 'load x2 80 80', 'sql x2 25 25', 'draw x1 20 20']);
    expect(flame.widthNs).toBe(120e6);
  });

  it('is as wide as all self time, each node within its parent', () => {
    fc.assert(
      fc.property(anySpans(), (spans) => {
        const { flame, tree } = new TraceModel(columnsOf(spans)).asSent;
        expect(flame.widthNs).toBe(tree.selfNs.reduce((sum, ns) => sum + ns, 0));
        const place = new Map<number, [number, number]>();
        for (const [i, node] of flame.lanes.subject.entries()) {
          place.set(node, [flame.lanes.startNs[i] as number, flame.lanes.endNs[i] as number]);
        }
        for (let node = 0; node < flame.length; node++) {
          const parent = flame.parent[node] as number;
          if (parent < 0) continue;
          const [[left, right], [parentLeft, parentRight]] = [place.get(node), place.get(parent)] as [
            [number, number],
            [number, number],
          ];
          expect(left).toBeGreaterThanOrEqual(parentLeft);
          expect(right).toBeLessThanOrEqual(parentRight);
        }
      }),
    );
  });
});

describe('clock skew', () => {
  const shifts = (spans: ColumnSpan[], adjust = true) => {
    const model = new TraceModel(columnsOf(spans));
    const { columns } = model.look(adjust);
    return Object.fromEntries(spans.map(({ name }, i) => [name, boundsOf(columns, i).map((ns) => ns / 1e6)]));
  };
  const call: ColumnSpan[] = [
    { id: 1n, parent: 0n, name: 'call', start: 0, end: 100, service: 'web', kind: 'client' },
    { id: 2n, parent: 1n, name: 'serve', start: 500, end: 560, service: 'shop', kind: 'server' },
    { id: 3n, parent: 2n, name: 'query', start: 510, end: 520, service: 'shop', kind: 'client' },
  ];

  it('moves a server, and what runs on its clock, into the middle of the call', () => {
    expect(shifts(call)).toEqual({ call: [0, 100], serve: [20, 80], query: [30, 40] });
    expect(shifts(call, false)).toEqual({ call: [0, 100], serve: [500, 560], query: [510, 520] });
  });

  it('moves what agrees with the clock of a moved parent along with it', () => {
    const query: ColumnSpan = {
      id: 4n,
      parent: 3n,
      name: 'table',
      start: 512,
      end: 518,
      service: 'db',
      kind: 'server',
    };
    const late: ColumnSpan = {
      id: 5n,
      parent: 2n,
      name: 'mail',
      start: 900,
      end: 950,
      service: 'mail',
      kind: 'consumer',
    };
    expect(shifts([...call, query, late])).toMatchObject({ table: [32, 38], mail: [900, 950] });
  });

  it('leaves messages, local spans and servers within their calls alone', () => {
    const asSent = (spans: ColumnSpan[]) => expect(new TraceModel(columnsOf(spans)).skew).toBeNull();
    asSent(call.map((span) => (span.kind === 'server' ? { ...span, kind: 'consumer' as const } : span)));
    asSent(call.map((span) => ({ ...span, service: 'web' })));
    asSent(call.map((span) => ({ ...span, start: span.start % 100, end: span.end % 500 || 100 })));
  });
});

describe('statistics', () => {
  it('count, sum and rank by group', () => {
    const columns = drawnColumns(`
      root 0..100
        a  0..10 db
        a  10..30 db !no
        a  30..70 db`);
    const { tree, path } = new TraceModel(columns).asSent;
    const [root, a] = statisticsOf(columns, tree, path, 'operation', null).sort((x, y) => x.count - y.count);
    expect(root).toMatchObject({
      name: 'root',
      service: 'test',
      count: 1,
      selfNs: 30e6,
      totalNs: 100e6,
      criticalNs: 30e6,
    });
    expect(a).toMatchObject({ count: 3, errors: 1, totalNs: 70e6, minNs: 10e6, p50Ns: 20e6, p95Ns: 40e6, maxNs: 40e6 });
    expect(statisticsOf(columns, tree, path, 'service', null).map(({ name }) => name)).toEqual(['db', 'test']);
    expect(statisticsOf(columns, tree, path, 'status', null).map(({ name, count }) => [name, count])).toContainEqual([
      'error',
      1,
    ]);
  });
});

describe('the minimap', () => {
  it('shows every failed span', () => {
    fc.assert(
      fc.property(anySpans(), (spans) => {
        const { columns, tree, extent } = new TraceModel(columnsOf(spans)).asSent;
        const { pixels, width, height } = paintMinimap(columns, tree, extent, { width: 50, height: 12 }, () => 0);
        expect(pixels.length).toBe(width * height);
        for (const [i, { failed }] of spans.entries()) {
          if (!failed) continue;
          const line = Math.min(Math.floor(((tree.rowOf[i] as number) * height) / spans.length), height - 1);
          const near = pixels.subarray(Math.max(line - 1, 0) * width, (line + 2) * width);
          expect(near.includes(MINIMAP_ERROR)).toBe(true);
        }
      }),
    );
  });
});

describe('rows of the table', () => {
  it('come in the order of a column', () => {
    const columns = drawnColumns('b 0..50 web\n  c 10..20 db\n  a 30..70 web');
    const tree = buildTraceTree(columns);
    const names = (...order: [Parameters<typeof sortedRows>[2], boolean]) =>
      [...sortedRows(columns, tree, ...order, null)].map((row) => nameOf(columns, tree.span[row] as number)).join('');
    expect(names('name', false)).toBe('abc');
    expect(names('name', true)).toBe('cba');
    expect(names('duration', true)).toBe('bac');
    expect(names('start', false)).toBe('bca');
    expect(names('service', false)).toBe('cba');
  });
});

describe('a block of rows', () => {
  it('carries what a row shows, its lines of descent and its ancestors', () => {
    const columns = drawnColumns(`
      root  0..100
        a   0..50
          b 0..20 db !no
        c   60..90`);
    const look = new TraceModel(columns).asSent;
    const view = look.view({
      search: 'db',
      sort: 'tree',
      descending: false,
      onlyMatches: false,
      depth: null,
      services: [],
      toggled: new Set([columns.spanId[1] as bigint]),
    });
    expect(view.rows).toEqual(Uint32Array.of(0, 1, 3));
    const block = rowBlock(look, view, { from: 1, to: 9 }, 4, () => 0);
    expect(block).toMatchObject({ version: 4, total: 3, from: 1, length: 2 });
    expect(block.operations[block.operation[0] as number]).toMatchObject({ name: 'a', service: 'test' });
    expect([...block.depth]).toEqual([1, 1]);
    expect([...block.errorsBelow]).toEqual([1, 0]);
    expect([...block.guides]).toEqual([1, 0]);
    // Folded, and no match; the last neither.
    expect([...block.flags]).toEqual([4, 0]);
    expect(block.ancestors.map(({ position, depth, operation }) => [position, depth, operation.name])).toEqual([
      [0, 0, 'root'],
    ]);
  });
});

describe('compareTraces', () => {
  const compared = (before: string, after: string): string[] => {
    const [a, b] = [new TraceModel(drawnColumns(before)).asSent, new TraceModel(drawnColumns(after)).asSent];
    const rows = compareTraces(a, b);
    return Array.from({ length: rows.length }, (_, row) => {
      const [rowA, rowB] = [rows.a[row] as number, rows.b[row] as number];
      const [look, source] = rowA >= 0 ? [a, rowA] : [b, rowB];
      const sign = rowA < 0 ? '+' : rowB < 0 ? '-' : ' ';
      return `${sign}${'  '.repeat(rows.depth[row] as number)}${nameOf(look.columns, look.tree.span[source] as number)}`;
    });
  };

  it('aligns by operation under matched parents, in order', () => {
    expect(
      compared(
        `
        root   0..100
          a    0..10
          old  20..30
            x  21..22
          a    40..50`,
        `
        root   0..90
          a    0..10
          new  20..30
          a    40..50
            y  41..42
          a    60..70`,
      ),
    ).toEqual(
      [' root', ' \u0020 a', '+  new', '-  old', '-    x', '   a', '+    y', '+  a'].map((line) =>
        line.replace(' \u0020 a', '   a'),
      ),
    );
  });

  it('matches single roots whatever they are called', () => {
    expect(compared('old name 0..1', 'new name 0..2')).toEqual([' old name']);
  });

  it('has every span of both once', () => {
    fc.assert(
      fc.property(anySpans(30), anySpans(30), (before, after) => {
        const [a, b] = [new TraceModel(columnsOf(before)).asSent, new TraceModel(columnsOf(after)).asSent];
        const rows = compareTraces(a, b);
        const present = (side: Int32Array) => [...side].filter((row) => row >= 0).sort((x, y) => x - y);
        expect(present(rows.a)).toEqual([...before.keys()]);
        expect(present(rows.b)).toEqual([...after.keys()]);
      }),
    );
  });
});
