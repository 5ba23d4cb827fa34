import { Bar, BarChart, ResponsiveContainer, Tooltip, YAxis } from 'recharts';
import type { RedMetrics } from '../../../core/api/service-metrics';
import { formatDuration, plural } from '../../../core/model/format';
import { TimeAxis } from '../../features/extent/TimeAxis';
import { clockTime } from '../../ui/clock-time';

interface Step {
  readonly atMs: number;
  readonly ok: number;
  readonly errors: number;
  readonly p95Ns: number | null;
}

/** Requests over time, those that failed on top. */
export function Requests({ red: { from, stepSeconds, total } }: { readonly red: RedMetrics }) {
  const fromMs = Date.parse(from);
  const stepMs = stepSeconds * 1_000;
  const steps = total.steps.map(({ spans, errors, p95Ns }, i): Step => {
    return { atMs: fromMs + i * stepMs, ok: spans - errors, errors, p95Ns };
  });
  const toMs = fromMs + steps.length * stepMs;
  return (
    <section aria-label="Requests over time" className="border-b border-line px-3.5 py-3">
      <h2 className="pb-2 font-semibold">Requests over time</h2>
      <div className="h-[110px]">
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={steps} barCategoryGap={1} margin={{ top: 2, right: 0, bottom: 0, left: 0 }}>
            <YAxis hide domain={[0, 'dataMax']} />
            <Tooltip
              cursor={{ fill: 'var(--raised)' }}
              content={<StepTip spanMs={toMs - fromMs} />}
              isAnimationActive={false}
            />
            <Bar dataKey="ok" stackId="requests" fill="var(--accent)" fillOpacity={0.55} isAnimationActive={false} />
            <Bar dataKey="errors" stackId="requests" fill="var(--error)" isAnimationActive={false} />
          </BarChart>
        </ResponsiveContainer>
      </div>
      <TimeAxis fromMs={fromMs} toMs={toMs} />
    </section>
  );
}

interface StepTipProps {
  readonly spanMs: number;
  readonly payload?: readonly { readonly payload?: Step }[];
}

function StepTip({ spanMs, payload }: StepTipProps) {
  const step = payload?.[0]?.payload;
  if (!step) return null;
  return (
    <div className="rounded border border-line-strong bg-panel px-2 py-1 text-sm shadow-md">
      <div className="font-mono">{clockTime(step.atMs, spanMs)}</div>
      {plural(step.ok + step.errors, 'request')}
      {step.errors > 0 && <span className="text-error">, {plural(step.errors, 'error')}</span>}
      <div className="text-secondary">p95 {formatDuration(step.p95Ns)}</div>
    </div>
  );
}
