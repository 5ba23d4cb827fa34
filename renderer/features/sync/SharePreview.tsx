import type { SharePreview as Preview } from '../../../core/api/sync-state';
import { formatBytes, formatCount, plural } from '../../../core/model/format';
import { type Answer, foundIn } from '../../connection/answer';

/** How much would leave, what is taken out of it first, and what it looks like. */
export function SharePreview({ preview }: { readonly preview: Answer<Preview> }) {
  const { traces, lookedThrough, spans, bytes, redacted, sample } = foundIn(preview);
  const taken = Object.entries(redacted);
  const where = lookedThrough < traces ? `the newest ${formatCount(lookedThrough)} traces` : 'it';
  return (
    <>
      <p>
        {plural(spans, 'span')}
        {traces !== 1 && ` in ${plural(traces, 'trace')}`}, {lookedThrough < traces && 'about '}
        {formatBytes(bytes)} before packing.{' '}
        {taken.length === 0
          ? `No secrets were found in ${where}.`
          : `Taken out of ${where} first: ${taken.map(([rule, count]) => `${rule} ${formatCount(count)} ×`).join(', ')}.`}
      </p>
      {sample !== '' && (
        <details>
          <summary className="cursor-pointer text-secondary">
            {preview.state === 'complete' ? 'All of it, as it will be sent' : 'The first spans, as they will be sent'}
          </summary>
          <pre className="mt-1 max-h-[260px] overflow-auto rounded border border-line bg-background p-2 font-mono text-xs">
            {sample}
          </pre>
        </details>
      )}
    </>
  );
}
