import { formatDuration } from '../../../core/model/format';
import { clockTime } from '../../ui/clock-time';
import { LineChart } from '../../ui/LineChart';
import { TimeAxis } from '../extent/TimeAxis';
import { type RequestsProps, untilNow } from './Requests';

/** The highest is drawn first and widest: where they are the same, all still show. */
const QUANTILES = [
  { name: 'p50', color: 'var(--code-name)', widthPx: 1.25 },
  { name: 'p95', color: 'var(--code-keyword)', widthPx: 2.25 },
  { name: 'p99', color: 'var(--code-number)', widthPx: 3.25 },
] as const;

/** How long requests took, over time. */
export function Latency({ red: { from, stepSeconds }, series }: Omit<RequestsProps, 'onOpen'>) {
  const fromMs = Date.parse(from);
  const steps = untilNow(series.steps, fromMs, stepSeconds * 1_000);
  const toMs = fromMs + steps.length * stepSeconds * 1_000;
  const lines = QUANTILES.map((line) => ({ ...line, values: steps.map((step) => step[`${line.name}Ns`]) }));
  const most = Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  return (
    <section aria-label="Durations over time" className="min-w-0 grow basis-0 px-3.5 py-3">
      <h2 className="flex items-center gap-3 pb-2 font-semibold">
        Durations over time
        {most > 0 && (
          <span className="text-sm font-normal text-secondary max-lg:hidden">at most {formatDuration(most)}</span>
        )}
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
          lines={lines.toReversed()}
          highest={most}
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
