/** How uPlot draws our charts. */
import type uPlot from 'uplot';
import { clockTime } from '../../ui/clock-time';
import { type ChartData, type ChartDot, seriesColors } from './chart-data';
import { axisText, bytesOf } from './unit-text';

const FONT = '11px "JetBrains Mono Variable", ui-monospace, monospace';
const DOT_PX = 3.5;

export function chartOptions(
  { fromMs, stepMs, steps, unit, series }: ChartData,
  hidden: ReadonlySet<number>,
  dots: readonly ChartDot[],
  color: (variable: string) => string,
): Pick<uPlot.Options, 'series' | 'axes' | 'scales' | 'legend' | 'cursor' | 'hooks' | 'padding'> {
  const axis = {
    stroke: color('--faint'),
    font: FONT,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1, size: 4 },
  };
  const colors = seriesColors(series);
  const rangeMs = steps * stepMs;
  const values = series.flatMap(({ values }, i) => (hidden.has(i) ? [] : values));
  const known = values.filter((value) => value !== null);
  const isAboveZero = known.every((value) => value >= 0);
  return {
    legend: { show: false },
    // On the right half of the last time has its place.
    padding: [10, 30, 0, 0],
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: [fromMs / 1_000, (fromMs + rangeMs) / 1_000] },
      // From zero, so that a small change does not look like a large one.
      y: {
        range: (_, min, max) => {
          const highest = Math.max(max, ...dots.map(({ value }) => value));
          const top = Number.isFinite(highest) && highest > 0 ? highest * 1.06 : highest < 0 ? 0 : 1;
          return [isAboveZero ? 0 : min - Math.abs(min) * 0.06, top];
        },
      },
    },
    axes: [
      {
        ...axis,
        size: 30,
        space: 90,
        values: (_, splits) => splits.map((second) => clockTime(second * 1_000, rangeMs)),
      },
      { ...axis, ...stepsOf(unit), size: 74, values: (_, splits) => splits.map((value) => axisText(value, unit)) },
    ],
    series: [
      {},
      ...series.map(({ label }, i): uPlot.Series => {
        const stroke = color(colors[i] ?? '');
        return {
          label,
          show: !hidden.has(i),
          stroke,
          width: 1.6,
          spanGaps: false,
          ...(i >= 12 && { dash: [5, 3] }),
          // A value between two gaps is no line.
          points: {
            show: true,
            size: 4,
            fill: stroke,
            filter: (plot, at) => alone(plot.data[at] ?? []),
          },
        };
      }),
    ],
    hooks: {
      draw: [(plot) => drawDots(plot, dots, color)],
    },
  };
}

/** Bytes read in steps of 1,024: decimal ones would stand at 238 MiB and 477 MiB. */
function stepsOf(unit: string): { readonly incrs: number[] } | null {
  const bytes = bytesOf(unit);
  return bytes === null ? null : { incrs: Array.from({ length: 60 }, (_, i) => 2 ** i / bytes) };
}

function alone(values: ArrayLike<number | null | undefined>): number[] {
  return Array.from(values, (_, i) => i).filter(
    (i) => values[i] != null && values[i - 1] == null && values[i + 1] == null,
  );
}

function drawDots(plot: uPlot, dots: readonly ChartDot[], color: (variable: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = color('--panel');
  ctx.strokeStyle = color('--accent');
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const { timeMs, value } of dots) {
    ctx.beginPath();
    ctx.arc(
      plot.valToPos(timeMs / 1_000, 'x', true),
      plot.valToPos(value, 'y', true),
      DOT_PX * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}
