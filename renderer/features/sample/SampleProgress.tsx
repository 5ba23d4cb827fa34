import type { SampleReport } from '../../../core/api/sample';

/** How far loading or removing it is. */
export function SampleProgress({ report: { activity, done, total } }: { readonly report: SampleReport }) {
  const text = activity === 'removing' ? 'Removing the sample' : 'Loading the sample';
  return (
    <span className="flex items-center gap-2 text-secondary">
      <progress
        aria-label={text}
        className="h-1.5 w-32 accent-accent"
        {...(total > 0 && { value: done, max: total })}
      />
      <span role="status">{text} …</span>
    </span>
  );
}
