import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

const CONFIRM_MS = 1_200;

/** Copies `text`, and says that it did. */
export function CopyButton({
  text,
  label = 'Copy',
  showLabel = false,
}: {
  readonly text: string;
  readonly label?: string;
  readonly showLabel?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className="inline-flex items-center gap-1 rounded px-1 text-xs text-secondary hover:text-accent"
      onClick={(event) => {
        event.stopPropagation();
        void navigator.clipboard.writeText(text).then(() => setCopied(true));
      }}
    >
      {copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
      {showLabel && (copied ? 'Copied' : label)}
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}
