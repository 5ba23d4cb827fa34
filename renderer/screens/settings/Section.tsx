/** A section of the settings: fields, and at the end what to do with changes. */
import { Check } from 'lucide-react';
import type { FormEvent, ReactNode } from 'react';
import { Button } from '../../ui/Button';
import type { Draft } from './use-settings';

interface SectionProps {
  readonly title: string;
  /** What it is about, in a sentence or two. */
  readonly about: ReactNode;
  /** Left out: what is set here is set at once. */
  readonly draft?: Draft;
  /** What saving does that cannot be undone. */
  readonly warning?: string | null;
  readonly children: ReactNode;
}

export function Section({ title, about, draft, warning = null, children }: SectionProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    draft?.save();
  };
  return (
    <form aria-label={title} className="flex max-w-[720px] min-w-0 flex-col" onSubmit={submit}>
      <h2 className="text-lg font-semibold">{title}</h2>
      <p className="border-b border-line pt-1 pb-3 text-secondary">{about}</p>
      {children}
      {draft && (
        <div className="flex flex-wrap items-center gap-2 py-3">
          <Button
            type="submit"
            look="primary"
            disabled={!draft.isChanged || !draft.isValid || draft.isSaving || !draft.isEditable}
          >
            Save
          </Button>
          {draft.isChanged && <Button onClick={draft.discard}>Discard</Button>}
          <span role="status" className="flex items-center gap-1 text-secondary">
            {draft.isSaved && (
              <>
                <Check size={13} aria-hidden /> Saved
              </>
            )}
          </span>
          {draft.isChanged && warning !== null && <p className="basis-full text-warning">{warning}</p>}
          {draft.failure !== null && (
            <p role="alert" className="basis-full text-error">
              {draft.failure}
            </p>
          )}
        </div>
      )}
    </form>
  );
}

/** A name with what is known of it. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[180px_minmax(0,1fr)] gap-x-5 border-b border-line py-2 max-md:grid-cols-1">
      <dt className="text-secondary">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

/** On or off. */
export function Switch({
  id,
  hintId,
  isLocked,
  checked,
  onChange,
}: {
  readonly id: string;
  readonly hintId: string;
  readonly isLocked: boolean;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <input
      id={id}
      type="checkbox"
      aria-describedby={hintId}
      className="mt-1.5 size-[15px] shrink-0 accent-(--accent) disabled:opacity-60"
      disabled={isLocked}
      checked={checked}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}
