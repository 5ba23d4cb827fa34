import type { LogHistogram } from '../../../core/api/logs';
import { formatCompact, formatDuration, plural } from '../../../core/model/format';
import { LOG_LEVELS } from '../../../core/model/log-level';
import { useBrush } from '../../hooks/use-brush';
import { partOf, type TimeRange } from '../../stores/time-range';
import { clockTime } from '../../ui/clock-time';
import { TimeAxis } from '../extent/TimeAxis';
import { LEVEL_COLORS } from './level-color';

interface LogsHistogramProps {
  /** To another question: dimmed until this one is answered. */
  readonly isOld: boolean;
  readonly histogram: LogHistogram;
  readonly onSelect: (range: TimeRange) => void;
}

const PLACE = 'h-[111px] shrink-0 border-b border-line bg-panel px-3.5 py-2';

/** Keeps the place of the chart, so that the logs do not move when they are counted. */
export function UncountedLogs() {
  return (
    <p role="status" className={`${PLACE} text-sm text-secondary`}>
      Counting …
    </p>
  );
}

/** Logs over time, stacked by level with the gravest on top. A drag across it selects that time. */
export function LogsHistogram({ histogram, isOld, onSelect }: LogsHistogramProps) {
  const fromMs = Date.parse(histogram.from);
  const bucketMs = histogram.bucketNs / 1e6;
  const count = histogram.counts.info.length;
  const spanMs = count * bucketMs;
  const totals = Array.from({ length: count }, (_, i) =>
    LOG_LEVELS.reduce((sum, level) => sum + (histogram.counts[level][i] ?? 0), 0),
  );
  const highest = Math.max(1, ...totals);
  const brush = useBrush((area) => onSelect(partOf(fromMs, fromMs + spanMs, area)));
  return (
    <div className={`${PLACE} ${isOld ? 'opacity-50' : ''}`}>
      <p className="h-[22px] text-sm text-secondary">
        at most {formatCompact(highest)} in {formatDuration(histogram.bucketNs)}
      </p>
      <div className="relative h-[56px] cursor-crosshair touch-none select-none" {...brush.handlers}>
        {brush.selected && (
          <div
            className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
            style={{
              left: `${100 * brush.selected.left}%`,
              width: `${100 * (brush.selected.right - brush.selected.left)}%`,
            }}
          />
        )}
        <svg
          role="img"
          aria-label="Logs over time by level"
          width="100%"
          height="100%"
          viewBox={`0 0 ${100 * count} ${highest}`}
          preserveAspectRatio="none"
        >
          {totals.map((total, i) => {
            let below = 0;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: buckets have no other name than their place
              <g key={i}>
                <title>{`${clockTime(fromMs + i * bucketMs, spanMs)}: ${plural(total, 'log')}`}</title>
                {LOG_LEVELS.map((level) => {
                  const height = histogram.counts[level][i] ?? 0;
                  below += height;
                  return (
                    <rect
                      key={level}
                      x={i * 100 + 6}
                      width={88}
                      y={highest - below}
                      height={height}
                      fill={LEVEL_COLORS[level]}
                      fillOpacity={level === 'info' ? 0.55 : 1}
                    />
                  );
                })}
              </g>
            );
          })}
        </svg>
      </div>
      <TimeAxis fromMs={fromMs} toMs={fromMs + spanMs} />
    </div>
  );
}
