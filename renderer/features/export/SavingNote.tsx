import type { Saving } from './use-export';

/** What is being saved, and how to give it up; what went wrong. */
export function SavingNote({ saving: { text, failure, cancel } }: { readonly saving: Saving }) {
  if (text !== null) {
    return (
      <span role="status" className="flex min-w-0 shrink items-center gap-2 text-sm text-secondary">
        <span className="truncate">{text}</span>
        <button type="button" className="text-accent hover:underline" onClick={cancel}>
          Cancel
        </button>
      </span>
    );
  }
  if (failure === null) return null;
  return (
    <span role="alert" className="max-w-[240px] truncate text-error" title={failure}>
      {failure}
    </span>
  );
}
