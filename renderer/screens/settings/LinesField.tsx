/** A list of texts, one a line. */
import { useEffect, useState } from 'react';
import type { Draft } from './use-settings';

export function LinesField({
  draft,
  name,
  field,
  placeholder,
}: {
  readonly draft: Draft;
  readonly name: 'corsOrigins' | 'redaction.keys';
  readonly field: { readonly id: string; readonly hintId: string; readonly isLocked: boolean };
  readonly placeholder: string;
}) {
  const values = draft.values[name];
  const [text, setText] = useState(values.join('\n'));
  const joined = values.join('\n');
  // Saved, discarded, or changed in the file; an empty line that is being written stays.
  useEffect(() => setText((typed) => (linesOf(typed).join('\n') === joined ? typed : joined)), [joined]);
  return (
    <textarea
      id={field.id}
      aria-describedby={field.hintId}
      className="min-h-[64px] w-full rounded border border-line-strong bg-background px-1.5 py-1 font-mono disabled:opacity-60"
      rows={Math.min(12, Math.max(3, text.split('\n').length))}
      disabled={field.isLocked}
      spellCheck={false}
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        draft.set(name, linesOf(event.target.value));
      }}
    />
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
