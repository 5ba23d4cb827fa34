import { type FormEvent, useState } from 'react';
import { GUARDRAIL_KINDS, type GuardrailEdit, type GuardrailKind } from '../../../core/api/guardrail';
import { describeRule, KIND_TITLES } from '../../features/guardrails/kinds';
import { Button } from '../../ui/Button';

const FIELD = 'h-[27px] w-full rounded border border-line-strong bg-background px-1.5';

interface RuleFormProps {
  readonly failure: string | null;
  readonly onSave: (edit: GuardrailEdit) => void;
}

export function RuleForm({ failure, onSave }: RuleFormProps) {
  const [kind, setKind] = useState<GuardrailKind>('pattern');
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const edit = editOf(name, kind, value);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (edit) onSave(edit);
  };
  const asks = ASKS[kind];
  return (
    <form className="flex flex-col gap-2.5" onSubmit={submit}>
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        What it looks for
        <select className={FIELD} value={kind} onChange={(event) => setKind(event.target.value as GuardrailKind)}>
          {GUARDRAIL_KINDS.map((one) => (
            <option key={one} value={one}>
              {KIND_TITLES[one]}
            </option>
          ))}
        </select>
      </label>
      {asks ? (
        <label className="flex flex-col gap-0.5 text-sm text-secondary">
          {asks.label}
          <input
            className={`${FIELD} font-mono`}
            value={value}
            placeholder={asks.placeholder}
            onChange={(event) => setValue(event.target.value)}
          />
        </label>
      ) : (
        <p className="text-secondary">{describeRule({ ...EMPTY, kind })}</p>
      )}
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        Name
        <input
          className={FIELD}
          value={name}
          placeholder={KIND_TITLES[kind]}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <Button type="submit" look="primary" disabled={edit === null} className="justify-center">
        Add the rule
      </Button>
    </form>
  );
}

const EMPTY: GuardrailEdit = { name: '', kind: 'secrets', enabled: true, pattern: null, tools: null, maxUsd: null };

const ASKS: Partial<Record<GuardrailKind, { readonly label: string; readonly placeholder: string }>> = {
  pattern: { label: 'Regular expression, regardless of case', placeholder: 'project\\s+bluebird' },
  tool: { label: 'Tool names, separated by commas; * matches anything', placeholder: 'shell*, delete_*' },
  budget: { label: 'Highest cost of one trace in US dollars', placeholder: '0.50' },
};

/** Null: not to be saved yet. */
function editOf(name: string, kind: GuardrailKind, value: string): GuardrailEdit | null {
  const text = value.trim();
  const edit = { ...EMPTY, kind, name: name.trim() || KIND_TITLES[kind] };
  if (kind === 'pattern') return text === '' ? null : { ...edit, pattern: text };
  if (kind === 'budget') {
    const maxUsd = Number(text);
    return text === '' || !(maxUsd >= 0) ? null : { ...edit, maxUsd };
  }
  if (kind !== 'tool') return edit;
  const tools = text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  return tools.length === 0 ? null : { ...edit, tools };
}
