import type { RedSeries, RedValues } from '../../../core/api/service-metrics';
import { formatCompact, formatDuration, plural } from '../../../core/model/format';
import { clockTime } from '../../ui/clock-time';
import { type TimeBar, TimeBars } from '../../ui/TimeBars';
import { TimeAxis } from '../extent/TimeAxis';

export interface RequestsProps {
  readonly red: { readonly from: string; readonly stepSeconds: number };
  readonly series: RedSeries;
  /** Shows the traces of a step. */
  readonly onOpen?: (fromMs: number, toMs: number) => void;
}

interface Step extends TimeBar {
  readonly p95Ns: number | null;
}

/** Requests over time, those that failed on top. */
export function Requests({ red: { from, stepSeconds }, series, onOpen }: RequestsProps) {
  const fromMs = Date.parse(from);
  const stepMs = stepSeconds * 1_000;
  const steps = untilNow(series.steps, fromMs, stepMs).map(({ spans, errors, p95Ns }, i): Step => {
    return { atMs: fromMs + i * stepMs, ok: spans - errors, errors, p95Ns };
  });
  const toMs = fromMs + steps.length * stepMs;
  const most = Math.max(0, ...series.steps.map(({ spans }) => spans));
  return (
    <section aria-label="Requests over time" className="min-w-0 grow basis-0 px-3.5 py-3">
      <h2 className="flex items-baseline gap-3 pb-2 font-semibold">
        Requests over time
        <span className="text-sm font-normal text-secondary">
          at most {formatCompact(most)} in {stepText(stepSeconds)}
        </span>
      </h2>
      <div className="h-[110px]">
        <TimeBars
          bars={steps}
          label="Requests over time"
          {...(onOpen && { onOpen: ({ atMs }: Step) => onOpen(atMs, atMs + stepMs) })}
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

function stepText(seconds: number): string {
  return seconds % 3_600 === 0 ? plural(seconds / 3_600, 'hour') : plural(Math.round(seconds / 60), 'minute');
}

/** Without steps at the end that are still to come; those with spans of clocks that are ahead stay. */
export function untilNow(steps: readonly RedValues[], fromMs: number, stepMs: number): readonly RedValues[] {
  const past = Math.max(1, Math.ceil((Date.now() - fromMs) / stepMs));
  return steps.slice(0, Math.max(past, steps.findLastIndex(({ spans }) => spans > 0) + 1));
}
