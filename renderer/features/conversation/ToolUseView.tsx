import clsx from 'clsx';
import { Wrench } from 'lucide-react';
import type { ToolUse } from '../../../core/agent-run/tool-use';
import { formatDuration } from '../../../core/model/format';
import { Value } from './Value';

interface ToolUseViewProps {
  readonly use: ToolUse;
  /** Whether what came back, or that nothing did, is to be said. */
  readonly tellsResult: boolean;
  readonly onSpan: (spanId: string) => void;
}

/** A call of a tool with what came back, and the way to its span. */
export function ToolUseView({ use, tellsResult, onSpan }: ToolUseViewProps) {
  const { spanId } = use;
  return (
    <section
      aria-label={`Tool ${use.name}`}
      className={clsx('rounded-md border', use.failed ? 'border-error' : 'border-line')}
    >
      <header className="flex h-[27px] items-center gap-2 border-b border-line px-2">
        <Wrench size={12} className="shrink-0 text-faint" aria-hidden />
        <span className="truncate font-mono text-sm font-semibold">{use.name}</span>
        {use.failed && <span className="text-sm font-medium text-error">failed</span>}
        <span className="grow" />
        {use.durationNs !== null && (
          <span className="font-mono text-sm text-secondary">{formatDuration(use.durationNs)}</span>
        )}
        {spanId !== null && (
          <button type="button" className="text-sm text-accent hover:underline" onClick={() => onSpan(spanId)}>
            Span
          </button>
        )}
      </header>
      <div className="flex flex-col gap-1.5 p-2">
        {use.arguments !== null && <Value value={use.arguments} />}
        {tellsResult && use.result === null && (
          <p className="text-sm text-faint">{use.failed ? 'No result.' : 'No result is stored.'}</p>
        )}
        {use.result !== null && (
          <>
            <p className="text-sm text-secondary">Result</p>
            <Value value={use.result} />
          </>
        )}
      </div>
    </section>
  );
}
