import { Download } from 'lucide-react';
import { useState } from 'react';
import type { UsageBy, UsageMetrics } from '../../../core/api/usage';
import { Button } from '../../ui/Button';
import { saveCsv } from '../../ui/save-csv';
import { Choice } from './Choice';
import { seriesOf } from './chart-series';
import { MEASURE_NAMES, MEASURES, type Measure } from './measures';
import { StepTable } from './StepTable';
import { stepsOf } from './total';
import { UsageChart, valueText } from './UsageChart';
import { usageCsv } from './usage-csv';

interface UsageOverTimeProps {
  readonly usage: UsageMetrics;
  readonly by: UsageBy;
  readonly onOpen: (fromMs: number, toMs: number) => void;
}

const SHAPES = ['chart', 'table'] as const;
type Shape = (typeof SHAPES)[number];

/** What is measured, over time: as a chart, as a table, or as a file. */
export function UsageOverTime({ usage, by, onOpen }: UsageOverTimeProps) {
  const [measure, setMeasure] = useState<Measure>('cost');
  const [shape, setShape] = useState<Shape>('chart');
  const fromMs = Date.parse(usage.from);
  const stepMs = usage.stepSeconds * 1_000;
  const steps = stepsOf(usage);
  const series = seriesOf(usage, by, measure);
  const open = (step: number): void => onOpen(fromMs + step * stepMs, fromMs + (step + 1) * stepMs);
  const isPartial = measure === 'cost' && steps.some(({ costComplete }) => !costComplete);
  return (
    <section aria-label="Usage over time" className="py-3">
      <div className="flex flex-wrap items-center gap-3 px-3.5 pb-3">
        <h2 className="font-semibold">Over time</h2>
        <Choice
          label="What is measured"
          names={MEASURE_NAMES}
          chosen={measure}
          titleOf={(name) => MEASURES[name].title}
          onChoose={setMeasure}
        />
        <span className="grow" />
        <Choice
          label="How it shows"
          names={SHAPES}
          chosen={shape}
          titleOf={(name) => (name === 'chart' ? 'Chart' : 'Table')}
          onChoose={setShape}
        />
        <Button look="ghost" onClick={() => saveCsv(`usage-by-${by}`, usageCsv(usage, by))}>
          <Download size={13} aria-hidden /> Save as CSV
        </Button>
      </div>
      {shape === 'table' ? (
        <StepTable steps={steps} fromMs={fromMs} stepMs={stepMs} onOpen={open} />
      ) : (
        <div className="px-3.5">
          <UsageChart
            series={series}
            measure={measure}
            fromMs={fromMs}
            toMs={fromMs + steps.length * stepMs}
            stepMs={stepMs}
            onOpen={open}
          />
          <ul aria-label="Legend" className="flex flex-wrap gap-x-4 gap-y-1 pt-2 text-sm">
            {series.map(({ key, name, color, total }) => (
              <li key={key} className="flex min-w-0 items-center gap-1.5">
                <span className="size-2 shrink-0 rounded-sm" style={{ background: color }} />
                <span className="max-w-[240px] truncate" dir="auto">
                  {name}
                </span>
                <span className="font-mono text-secondary">{valueText(measure, total)}</span>
              </li>
            ))}
          </ul>
          {isPartial && (
            <p className="flex items-center gap-1.5 pt-1 text-sm text-secondary">
              <span className="size-2 shrink-0 rounded-sm bg-warning" />
              Bars marked at the foot leave out calls whose price or token count is unknown. The real cost is higher
              than the bar.
            </p>
          )}
        </div>
      )}
    </section>
  );
}
