import { formatDuration } from '../../../core/model/format';
import { clockTime } from '../../ui/clock-time';
import { LineChart } from '../../ui/LineChart';
import { TimeAxis } from '../extent/TimeAxis';
import { type RequestsProps, untilNow } from './Requests';

const QUANTILES = [
  { name: 'p50', color: 'var(--series-0)' },
  { name: 'p95', color: 'var(--series-1)' },
  { name: 'p99', color: 'var(--series-3)' },
] as const;

/** How long requests took, over time. */
export function Latency({ red: { from, stepSeconds }, series }: Omit<RequestsProps, 'onOpen'>) {
  const fromMs = Date.parse(from);
  const steps = untilNow(series.steps, fromMs, stepSeconds * 1_000);
  const toMs = fromMs + steps.length * stepSeconds * 1_000;
  const lines = QUANTILES.map(({ name, color }) => ({ name, color, values: steps.map((step) => step[`${name}Ns`]) }));
  return (
    <section aria-label="Durations over time" className="min-w-0 grow basis-0 px-3.5 py-3">
      <h2 className="flex items-baseline gap-3 pb-2 font-semibold">
        Durations over time
        {lines.map(({ name, color }) => (
          <span key={name} className="flex items-center gap-1 text-sm font-normal text-secondary">
            <span className="h-[3px] w-3" style={{ background: color }} aria-hidden />
            {name}
          </span>
        ))}
      </h2>
      <div className="h-[110px]">
        <LineChart
          label="Durations over time"
          lines={lines}
          format={formatDuration}
          tip={(at) => (
            <>
              <div className="font-mono text-secondary">
                {clockTime(fromMs + at * stepSeconds * 1_000, toMs - fromMs)}
              </div>
              {lines.map(({ name, values }) => (
                <div key={name}>
                  {name} {formatDuration(values[at] ?? null)}
                </div>
              ))}
            </>
          )}
        />
      </div>
      <TimeAxis fromMs={fromMs} toMs={toMs} />
    </section>
  );
}
