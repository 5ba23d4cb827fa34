import type { UsageValues } from '../../../core/api/usage';
import { formatCount } from '../../../core/model/format';
import { timeText } from '../../ui/clock-time';
import { costHint, costText } from '../../ui/cost-text';

const GRID =
  'grid grid-cols-[minmax(200px,1fr)_110px_80px_80px_110px_110px_110px] items-center gap-x-4 px-3.5 text-right font-mono text-sm';
const TITLES = ['Cost', 'Calls', 'Failed', 'Tokens in', 'From cache', 'Tokens out'];

interface StepTableProps {
  readonly steps: readonly UsageValues[];
  readonly fromMs: number;
  readonly stepMs: number;
  readonly onOpen: (step: number) => void;
}

/** The chart as a table: all calls, step by step. */
export function StepTable({ steps, fromMs, stepMs, onOpen }: StepTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it by keys
    <section tabIndex={0} aria-label="Usage step by step" className="max-h-[300px] overflow-auto border-y border-line">
      <div role="table" aria-label="Usage over time" className="min-w-[940px]">
        <div
          role="row"
          className={`${GRID} sticky top-0 h-[29px] border-b border-line bg-raised font-sans font-medium text-secondary`}
        >
          <span role="columnheader" className="text-left">
            From
          </span>
          {TITLES.map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
        </div>
        {steps.map((step, i) => {
          const atMs = fromMs + i * stepMs;
          return (
            <div key={atMs} role="row" className={`${GRID} h-[28px] border-b border-line last:border-b-0`}>
              <span role="rowheader" className="text-left">
                {step.calls === 0 ? (
                  <span className="text-faint">{timeText(atMs)}</span>
                ) : (
                  <button
                    type="button"
                    className="hover:underline"
                    title="Show the traces with calls in this step"
                    onClick={() => onOpen(i)}
                  >
                    {timeText(atMs)}
                  </button>
                )}
              </span>
              <span role="cell" title={step.calls === 0 ? undefined : costHint(step)}>
                {step.calls === 0 ? '—' : costText(step.costUsd, step.costComplete)}
              </span>
              <span role="cell">{formatCount(step.calls)}</span>
              <span role="cell" className={step.errors > 0 ? 'text-error' : ''}>
                {formatCount(step.errors)}
              </span>
              <span role="cell">{formatCount(step.inputTokens)}</span>
              <span role="cell">{formatCount(step.cacheReadTokens)}</span>
              <span role="cell">{formatCount(step.outputTokens)}</span>
            </div>
          );
        })}
      </div>
    </section>
  );
}
