import clsx from 'clsx';
import type { TimelineRemark } from '../../../core/api/timeline';
import { useTraceView } from '../../stores/trace-view-store';
import { BetweenWords } from '../../ui/BetweenWords';

/** "This trace" in the navigation: what is remarkable, each a click from its span. */
export function Remarks({ remarks }: { readonly remarks: readonly TimelineRemark[] }) {
  const select = useTraceView(({ select }) => select);
  if (remarks.length === 0) return null;
  return (
    <section aria-label="This trace" className="mt-5 flex flex-col px-2">
      <h2 className="pb-1.5 text-sm text-faint">This trace</h2>
      {remarks.map(({ kind, text, spanId }) => (
        <button
          key={text}
          type="button"
          className={clsx(
            'py-0.5 text-left font-medium break-words hover:underline',
            kind === 'error' ? 'text-error' : 'text-secondary',
          )}
          onClick={() => select(spanId)}
        >
          <BetweenWords name={text} />
        </button>
      ))}
    </section>
  );
}
