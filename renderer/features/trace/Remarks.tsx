import clsx from 'clsx';
import type { Remark } from '../../../core/timeline/remarks';
import { useTraceView } from '../../stores/trace-view-store';
import type { LoadedTrace } from './use-trace';

/** "This trace" in the navigation: what is remarkable, each a click from its span. */
export function Remarks({ trace, remarks }: { readonly trace: LoadedTrace; readonly remarks: readonly Remark[] }) {
  const select = useTraceView(({ select }) => select);
  if (remarks.length === 0) return null;
  return (
    <section aria-label="This trace" className="mt-5 flex flex-col px-2">
      <h2 className="pb-1.5 text-sm text-faint">This trace</h2>
      {remarks.map(({ kind, text, row }) => (
        <button
          key={text}
          type="button"
          className={clsx(
            'py-0.5 text-left font-medium break-words hover:underline',
            kind === 'error' ? 'text-error' : 'text-secondary',
          )}
          onClick={() => select(trace.columns.spanId[trace.tree.span[row] as number] as bigint)}
        >
          {text}
        </button>
      ))}
    </section>
  );
}
