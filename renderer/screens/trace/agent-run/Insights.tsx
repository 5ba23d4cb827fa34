import clsx from 'clsx';
import type { Insight } from '../../../../core/agent-run/insights';
import type { TimelineRemark } from '../../../../core/api/timeline';
import { useTraceView } from '../../../stores/trace-view-store';

const TONES: Readonly<Record<Insight['severity'], string>> = {
  error: 'text-error',
  warning: 'text-warning',
  note: 'text-secondary',
};

/** "This run" in the navigation: what is remarkable about it, each a click from its span. */
export function Insights({ insights }: { readonly insights: readonly Insight[] }) {
  const select = useTraceView(({ select }) => select);
  if (insights.length === 0) return null;
  return (
    <section aria-label="This run" className="mt-5 flex flex-col px-2">
      <h2 className="pb-1.5 text-sm text-faint">This run</h2>
      {insights.map(({ title, explanation, severity, spanIds }) => (
        <button
          key={title}
          type="button"
          title={explanation}
          className={clsx('py-0.5 text-left font-medium break-words hover:underline', TONES[severity])}
          onClick={() => select(BigInt(`0x${spanIds[0]}`))}
        >
          {title}
        </button>
      ))}
    </section>
  );
}

/** The same with what is behind each, above the conversation. */
export function InsightList({ insights }: { readonly insights: readonly Insight[] }) {
  const select = useTraceView(({ select }) => select);
  if (insights.length === 0) return null;
  return (
    <ul aria-label="What is remarkable" className="flex max-w-[860px] flex-col gap-1.5">
      {insights.map(({ title, explanation, severity, spanIds }) => (
        <li key={title}>
          <button
            type="button"
            className={clsx('mr-2 text-left font-medium hover:underline', TONES[severity])}
            onClick={() => select(BigInt(`0x${spanIds[0]}`))}
          >
            {title}
          </button>
          <span className="text-secondary">{explanation}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the run has already said of a span is not said again. */
export function ownRemarks(
  remarks: readonly TimelineRemark[] | undefined,
  insights: readonly Insight[] | undefined,
): readonly TimelineRemark[] {
  const told = new Set(insights?.flatMap(({ spanIds }) => spanIds));
  return (remarks ?? []).filter(({ spanId }) => !told.has(spanId.toString(16).padStart(16, '0')));
}
