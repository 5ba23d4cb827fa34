import type { Histogram } from '../../../core/api/contract';
import { formatCount, plural } from '../../../core/model/format';
import { TimeAxis } from '../../features/extent/TimeAxis';
import { useBrush } from '../../hooks/use-brush';
import { partOf, type TimeRange } from '../../stores/time-range';
import { clockTime } from '../../ui/clock-time';
import { TimeBars } from '../../ui/TimeBars';

interface TracesHistogramProps {
  readonly histogram: Histogram;
  readonly onSelect: (range: TimeRange) => void;
}

/** Traces over time, those with errors on top in red. A drag across it selects that time. */
export function TracesHistogram({ histogram, onSelect }: TracesHistogramProps) {
  const fromMs = Date.parse(histogram.from);
  const bucketMs = histogram.bucketNs / 1e6;
  const buckets = histogram.counts.map((count, i) => ({
    atMs: fromMs + i * bucketMs,
    ok: count - (histogram.errors[i] ?? 0),
    errors: histogram.errors[i] ?? 0,
  }));
  const toMs = fromMs + buckets.length * bucketMs;
  const spanMs = toMs - fromMs;
  const brush = useBrush((area) => onSelect(partOf(fromMs, toMs, area)));
  return (
    <div>
      <div className="relative h-[56px] cursor-crosshair touch-none select-none" {...brush.handlers}>
        {brush.selected && (
          <div
            className="pointer-events-none absolute inset-y-0 z-10 border-x border-accent bg-accent/15"
            style={{
              left: `${100 * brush.selected.left}%`,
              width: `${100 * (brush.selected.right - brush.selected.left)}%`,
            }}
          />
        )}
        <TimeBars
          bars={buckets}
          label={`${histogram.of === 'traces' ? 'Traces' : 'Spans'} over time`}
          tip={({ atMs, ok, errors }) => (
            <>
              <div className="font-mono text-faint">{clockTime(atMs, spanMs)}</div>
              <div>{plural(ok + errors, histogram.of === 'traces' ? 'trace' : 'span')}</div>
              {errors > 0 && <div className="text-error">{formatCount(errors)} with errors</div>}
            </>
          )}
        />
      </div>
      <TimeAxis fromMs={fromMs} toMs={toMs} />
    </div>
  );
}
