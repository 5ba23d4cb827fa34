import type { RedMetrics } from '../../../core/api/service-metrics';
import { formatDuration, plural } from '../../../core/model/format';
import { TimeAxis } from '../../features/extent/TimeAxis';
import { clockTime } from '../../ui/clock-time';
import { type TimeBar, TimeBars } from '../../ui/TimeBars';

interface Step extends TimeBar {
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
        <TimeBars
          bars={steps}
          label="Requests over time"
          tip={({ atMs, ok, errors, p95Ns }) => (
            <>
              <div className="font-mono text-faint">{clockTime(atMs, toMs - fromMs)}</div>
              {plural(ok + errors, 'request')}
              {errors > 0 && <span className="text-error">, {plural(errors, 'error')}</span>}
              <div className="text-secondary">p95 {formatDuration(p95Ns)}</div>
            </>
          )}
        />
      </div>
      <TimeAxis fromMs={fromMs} toMs={toMs} />
    </section>
  );
}
