/** A setting: its name, its field, and where its value comes from. */
import { type ReactNode, useId } from 'react';
import type { SettingKey } from '../../../core/api/settings';
import { FIELD } from '../../ui/field';
import type { Draft } from './use-settings';

interface SettingRowProps {
  readonly draft: Draft;
  readonly name: SettingKey;
  readonly title: string;
  readonly hint?: ReactNode;
  /** @param isLocked it cannot be changed here */
  readonly children: (field: { readonly id: string; readonly hintId: string; readonly isLocked: boolean }) => ReactNode;
}

export function SettingRow({ draft, name, title, hint, children }: SettingRowProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const state = draft.stateOf(name);
  const isForced = state?.source === 'command line' || state?.source === 'environment';
  const isLocked = isForced || !draft.isEditable;
  return (
    <div className="grid grid-cols-[180px_minmax(0,1fr)] gap-x-5 gap-y-1 border-b border-line py-3 max-md:grid-cols-1">
      <label htmlFor={id} className="pt-1 font-medium">
        {title}
      </label>
      <div className="flex min-w-0 flex-col gap-1.5">
        {children({ id, hintId, isLocked })}
        <div id={hintId} className="flex flex-col gap-0.5 text-sm text-secondary">
          {hint !== undefined && <span>{hint}</span>}
          {isForced && (
            <span>
              Set by the {state.source}, which overrides the file{state.isOverridden ? ', where another value is' : ''}.
            </span>
          )}
          {state?.pending === 'restart' && <span className="text-warning">Takes effect when Spoor starts again.</span>}
          {state?.pending === 'apply' && <span className="text-warning">Changed in the file, not applied yet.</span>}
          {!isForced && draft.isEditable && !draft.isDefault(name) && (
            <button
              type="button"
              className="self-start text-accent hover:underline"
              aria-label={`Use the default for ${title}`}
              onClick={() => draft.resetToDefault(name)}
            >
              Use the default
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

type LimitKey = 'retention.days' | 'retention.gigabytes' | 'retention.spans';

/** A number above 0; left empty: no limit. */
export function LimitField({
  draft,
  name,
  unit,
  field,
}: {
  readonly draft: Draft;
  readonly name: LimitKey;
  readonly unit: string;
  readonly field: { readonly id: string; readonly hintId: string; readonly isLocked: boolean };
}) {
  const value = draft.values[name];
  const text = draft.written[name] ?? (value === null ? '' : String(value));
  const isWrong = numberOf(text) === undefined;
  return (
    <span className="flex items-center gap-2">
      <input
        id={field.id}
        aria-describedby={field.hintId}
        aria-invalid={isWrong}
        inputMode="decimal"
        className={`${FIELD} w-28 text-right font-mono disabled:opacity-60 ${isWrong ? 'border-error' : ''}`}
        disabled={field.isLocked}
        placeholder="no limit"
        value={text}
        onChange={({ target }) => draft.write(name, target.value, numberOf(target.value))}
      />
      <span className="text-secondary">{unit}</span>
      {isWrong && <span className="text-error">A number above 0, or empty for no limit.</span>}
    </span>
  );
}

/** Null: no limit; undefined: not a limit. */
function numberOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const number = Number(text.replaceAll(',', ''));
  return number > 0 ? number : undefined;
}
