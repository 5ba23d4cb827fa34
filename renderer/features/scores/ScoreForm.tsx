import { type FormEvent, useState } from 'react';
import type { ScoreValue } from '../../../core/api/score';
import { Button } from '../../ui/Button';

const FIELD = 'h-[27px] w-full rounded border border-line-strong bg-background px-1.5';

/** A score by hand: a number, a label, or both. */
export function ScoreForm({ onSave }: { readonly onSave: (value: ScoreValue) => void }) {
  const [name, setName] = useState('');
  const [number, setNumber] = useState('');
  const [label, setLabel] = useState('');
  const [comment, setComment] = useState('');
  const value = number.trim() === '' ? null : Number(number);
  const isNumber = value === null || Number.isFinite(value);
  const isValid = name.trim() !== '' && isNumber && (value !== null || label.trim() !== '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isValid) return;
    onSave({ name: name.trim(), value, label: label.trim() || null, comment: comment.trim(), source: 'human' });
  };
  return (
    <form className="flex flex-col gap-2" onSubmit={submit}>
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        What is scored
        <input className={FIELD} value={name} placeholder="correct" onChange={(event) => setName(event.target.value)} />
      </label>
      <div className="flex gap-2">
        <label className="flex min-w-0 grow flex-col gap-0.5 text-sm text-secondary">
          Number
          <input
            className={`${FIELD} font-mono`}
            inputMode="decimal"
            value={number}
            aria-invalid={!isNumber}
            placeholder="0.8"
            onChange={(event) => setNumber(event.target.value)}
          />
        </label>
        <label className="flex min-w-0 grow flex-col gap-0.5 text-sm text-secondary">
          Label
          <input
            className={FIELD}
            value={label}
            placeholder="pass"
            onChange={(event) => setLabel(event.target.value)}
          />
        </label>
      </div>
      {!isNumber && <p className="text-sm text-error">This is not a number.</p>}
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        Why
        <textarea
          rows={2}
          className="w-full resize-y rounded border border-line-strong bg-background px-1.5 py-1"
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <Button type="submit" look="primary" disabled={!isValid} className="justify-center">
        Save the score
      </Button>
    </form>
  );
}
