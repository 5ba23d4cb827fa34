import { Bar, BarChart, ResponsiveContainer, Tooltip, YAxis } from 'recharts';
import type { Histogram } from '../../../core/api/contract';
import { plural } from '../../../core/model/format';
import { TimeAxis } from '../../features/extent/TimeAxis';
import type { TimeRange } from '../../stores/time-range';
import { clockTime } from '../../ui/clock-time';
import { useBrush } from './use-brush';

interface Bucket {
  readonly atMs: number;
  readonly ok: number;
  readonly errors: number;
}

interface TracesHistogramProps {
  readonly histogram: Histogram;
  readonly onSelect: (range: TimeRange) => void;
}

/** Traces over time, those with errors on top in red. A drag across it selects that time. */
export function TracesHistogram({ histogram, onSelect }: TracesHistogramProps) {
  const fromMs = Date.parse(histogram.from);
  const bucketMs = histogram.bucketNs / 1e6;
  const buckets: Bucket[] = histogram.counts.map((count, i) => ({
    atMs: fromMs + i * bucketMs,
    ok: count - (histogram.errors[i] ?? 0),
    errors: histogram.errors[i] ?? 0,
  }));
  const toMs = fromMs + buckets.length * bucketMs;
  const spanMs = toMs - fromMs;
  const brush = useBrush(({ left, right }) => {
    const at = (share: number): number => Math.round(fromMs + share * spanMs);
    onSelect({ kind: 'between', fromMs: at(left), toMs: Math.max(at(right), at(left) + 1) });
  });
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
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={buckets} barCategoryGap={1} margin={{ top: 2, right: 0, bottom: 0, left: 0 }}>
            <YAxis hide domain={[0, 'dataMax']} />
            <Tooltip
              cursor={{ fill: 'var(--raised)' }}
              content={<BucketTip spanMs={spanMs} noun={histogram.of === 'traces' ? 'trace' : 'span'} />}
              isAnimationActive={false}
            />
            <Bar dataKey="ok" stackId="traces" fill="var(--accent)" fillOpacity={0.55} isAnimationActive={false} />
            <Bar dataKey="errors" stackId="traces" fill="var(--error)" isAnimationActive={false} />
          </BarChart>
        </ResponsiveContainer>
      </div>
      <TimeAxis fromMs={fromMs} toMs={toMs} />
    </div>
  );
}

interface BucketTipProps {
  readonly spanMs: number;
  readonly noun: string;
  readonly active?: boolean;
  readonly payload?: readonly { readonly payload: Bucket }[];
}

function BucketTip({ spanMs, noun, active, payload }: BucketTipProps) {
  const bucket = payload?.[0]?.payload;
  if (!active || !bucket) return null;
  return (
    <div className="rounded-md border border-line-strong bg-panel px-2 py-1 text-sm shadow-md">
      <div className="font-mono text-faint">{clockTime(bucket.atMs, spanMs)}</div>
      <div>{plural(bucket.ok + bucket.errors, noun)}</div>
      {bucket.errors > 0 && <div className="text-error">{bucket.errors} with errors</div>}
    </div>
  );
}
