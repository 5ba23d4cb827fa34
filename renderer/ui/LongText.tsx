import { useState } from 'react';
import { formatBytes } from '../../core/model/format';

/** What is shown of a long value at first: a prompt of megabytes must not stop the page. */
const PREVIEW_CHARS = 1_200;
const MAX_SHOWN_CHARS = 400_000;

interface LongTextProps {
  readonly text: string;
  readonly className?: string;
  readonly title?: string;
}

/** Hostile text as text: never markup, wrapped, and cut where it is long. */
export function LongText({ text, className = '', title }: LongTextProps) {
  const [open, setOpen] = useState(false);
  const shown = text.slice(0, open ? MAX_SHOWN_CHARS : PREVIEW_CHARS);
  const cut = text.length - shown.length;
  return (
    <span className={`break-words whitespace-pre-wrap ${className}`} title={title} dir="auto">
      {shown}
      {(cut > 0 || open) && (
        <button type="button" className="ml-1 font-sans text-accent hover:underline" onClick={() => setOpen(!open)}>
          {open ? (cut > 0 ? `… ${formatBytes(cut)} more: copy to see all` : 'less') : `… ${formatBytes(cut)} more`}
        </button>
      )}
    </span>
  );
}
