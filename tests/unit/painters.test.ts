import { describe, expect, it } from 'vitest';
import { lanesInWindow } from '../../core/timeline/lane-window';
import { rowBlock } from '../../core/timeline/row-block';
import type { RowBlock } from '../../core/timeline/rows';
import { TraceModel } from '../../core/timeline/trace-model';
import { canvasRectPainter } from '../../renderer/timeline/canvas-rect-painter';
import type { PaintColors } from '../../renderer/timeline/colors';
import { paintWaterfall, type WaterfallFrame } from '../../renderer/timeline/paint-waterfall';
import { STYLE_DIM, STYLE_ERROR, stylesOf } from '../../renderer/timeline/rect-painter';
import { TextFit } from '../../renderer/timeline/text-fit';
import { canvasLog } from '../fixtures/canvas-log';
import { drawnColumns } from '../fixtures/columns';

const COLORS: PaintColors = {
  panel: '#panel',
  raised: '#raised',
  line: '#line',
  lineStrong: '#strong',
  text: '#text',
  secondary: '#secondary',
  faint: '#faint',
  accent: '#accent',
  accentGround: '#ground',
  error: '#error',
  warning: '#warning',
  series: ['#s0', '#s1', '#s2', '#s3', '#s4', '#s5', '#s6'],
};

function blockOf(drawing: string, search = '', fold: number | null = null): RowBlock {
  const look = new TraceModel(drawnColumns(drawing)).asSent;
  const view = look.view({
    search,
    sort: 'tree',
    descending: false,
    onlyMatches: false,
    depth: fold,
    services: [],
    toggled: new Set(),
  });
  return rowBlock(look, view, { from: 0, to: 100 }, 1, () => 0);
}

function painted(block: RowBlock, change: Partial<WaterfallFrame> = {}) {
  const { context, calls } = canvasLog();
  const slots = Uint8Array.of(0, 1, 2);
  const scale = { window: { startNs: 0, endNs: 100e6 }, leftPx: 300, widthPx: 500 };
  paintWaterfall(context, new TextFit(context), {
    widthPx: 800,
    heightPx: 400,
    namesPx: 300,
    scale,
    colors: COLORS,
    slots,
    firstRow: 0,
    offsetPx: 0,
    rowAt: (k) => (k < block.length ? { block, k } : null),
    total: block.total,
    selected: null,
    hovered: -1,
    searching: false,
    showCritical: true,
    sticky: [],
    annotations: new Map(),
    marksOf: () => [],
    ...change,
  });
  const texts = calls.filter(({ call }) => call === 'fillText').map(({ args }) => String(args[0]));
  return { calls, texts };
}

describe('the waterfall on a canvas', () => {
  const drawing = 'root 0..100\n  load 10..50 db !timeout\n  draw 60..70';

  it('draws names, durations and bars where time says', () => {
    const { calls, texts } = painted(blockOf(drawing));
    expect(texts).toEqual(expect.arrayContaining(['root', 'load', 'draw', '100 ms', '40 ms', '10 ms', '!']));
    const bars = calls.filter(
      ({ call, args }) => call === 'roundRect' && (args[0] as number) >= 300 && (args[3] as number) === 13,
    );
    expect(bars.map(({ args, fill }) => [args[0], args[2], fill])).toEqual([
      [300, 500, '#s0'],
      [350, 200, '#s1'],
      [600, 50, '#s0'],
    ]);
    // The critical path lies under what the trace waited for: root, load, root, draw, root.
    const critical = calls.filter(({ call, args, fill }) => call === 'fillRect' && fill === '#text' && args[3] === 2);
    expect(critical.map(({ args }) => [args[0], args[2]])).toEqual([
      [300, 50],
      [550, 50],
      [650, 150],
      [350, 200],
      [600, 50],
    ]);
  });

  it('says of times in doubt that they are, in place of a duration', () => {
    const { calls, texts } = painted(blockOf(drawing), {
      marksOf: (spanId) => (spanId === 2n ? [{ spanId, kind: 'clock', atNs: null, name: 'clock off' }] : []),
    });
    expect(texts).not.toContain('40 ms');
    expect(calls.find(({ args }) => args[0] === 'clock off')?.fill).toBe('#warning');
  });

  it('frames what failed, dims what a search leaves, and says what a fold hides', () => {
    const { calls } = painted(blockOf(drawing, 'draw'), { searching: true });
    expect(calls.some(({ call, fill }) => call === 'stroke' && fill === '#error')).toBe(true);
    expect(calls.find(({ args }) => args[0] === 'load')?.alpha).toBeLessThan(0.5);
    expect(calls.find(({ args }) => args[0] === 'draw')?.alpha).toBe(1);
    expect(painted(blockOf(drawing, '', 0)).texts).toEqual(expect.arrayContaining(['+ 2 spans', '1 error inside']));
  });

  it('keeps a place for rows that are on their way, and says where bars off screen are', () => {
    const { calls } = painted(blockOf(drawing), { rowAt: () => null });
    expect(calls.filter(({ call }) => call === 'fillText')).toEqual([]);
    expect(calls.filter(({ fill }) => fill === '#raised')).toHaveLength(3);
    const scale = { window: { startNs: 55e6, endNs: 56e6 }, leftPx: 300, widthPx: 500 };
    expect(painted(blockOf(drawing), { scale }).texts).toEqual(expect.arrayContaining(['\u2039', '\u203a']));
  });

  it('cuts names to their column, hostile ones first, and never in the middle of an emoji', () => {
    const { context } = canvasLog();
    const fit = new TextFit(context);
    expect(fit.fit('short', 100)).toBe('short');
    expect(fit.fit('a long name indeed', 70)).toBe('a long na\u2026');
    expect(fit.fit('\u{1f468}\u{1f469}\u{1f467}\u{1f466}', 21)).toBe('\u{1f468}\u{1f469}\u2026');
    expect(fit.fit('x'.repeat(1_000_000), 70)).toHaveLength(10);
    expect(fit.fit('anything', 3)).toBe('');
    const operation = { name: 'two\n\nlines', service: 'a', kind: 'internal', color: 0 } as const;
    const { texts } = painted({ ...blockOf('root 0..100'), operations: [operation] });
    expect(texts).toContain('two lines');
  });
});

describe('rectangles on a canvas', () => {
  const look = new TraceModel(drawnColumns('a 0..50 web\nb 60..61 web !no\nc 70..100 db')).asSent;
  const rects = lanesInWindow(look.lanes('service').lanes, {
    fromNs: 0,
    toNs: 100e6,
    stepNs: 1e6,
    firstLane: 0,
    endLane: 9,
  });
  const view = { originPx: 0, pxPerStep: 4, topPx: 0, lanePx: 18, barPx: 15 };

  function drawn(styles: Uint8Array, change: Partial<typeof view> = {}) {
    const { canvas, calls } = canvasLog();
    const painter = canvasRectPainter(canvas);
    painter?.resize(400, 100, 1);
    painter?.setColors(COLORS);
    painter?.setRects(rects, styles);
    painter?.draw({ ...view, ...change });
    return calls.map(({ args, fill, alpha }) => [...args, fill, alpha]);
  }

  it('have the colour of their service, a gap to the next, and red where a thin one failed', () => {
    expect(drawn(stylesOf(rects, Uint8Array.of(3, 5)))).toEqual([
      [0, 0, 199, 15, '#s3', 1],
      [280, 18, 119, 15, '#s5', 1],
      [240, 0, 4, 15, '#error', 1],
    ]);
  });

  it('stay visible as an error however thin, and are dim where a search leaves them', () => {
    expect(drawn(Uint8Array.of(0, STYLE_ERROR, STYLE_DIM), { pxPerStep: 0.01 })).toContainEqual([
      1,
      0,
      2,
      15,
      '#error',
      1,
    ]);
    expect(
      drawn(Uint8Array.of(0, 0, STYLE_DIM))
        .at(-1)
        ?.at(-1),
    ).toBeLessThan(0.5);
  });

  it('are left out where they are off screen', () => {
    expect(drawn(Uint8Array.of(0, 0, 0), { originPx: -1_000 })).toEqual([]);
    expect(drawn(Uint8Array.of(0, 0, 0), { topPx: -18 })).toHaveLength(1);
  });
});
