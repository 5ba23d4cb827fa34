import { clockTime } from '../../ui/clock-time';

/** The times at both ends of a chart and in the middle. */
export function TimeAxis({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) {
  const spanMs = toMs - fromMs;
  return (
    <div className="flex justify-between font-mono text-xs text-faint">
      {[fromMs, fromMs + spanMs / 2, toMs].map((ms, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: three fixed places
        <span key={i}>{clockTime(ms, spanMs)}</span>
      ))}
    </div>
  );
}
