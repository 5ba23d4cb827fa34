/** What stands before the app: a form in the middle of the page. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../../ui/Button';

interface EntranceProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  /** What went wrong before; null: nothing. */
  readonly problem?: string | null;
  readonly children: ReactNode;
  /** The page is left when it resolves. */
  readonly onSubmit: (fields: Readonly<Record<string, string>>) => Promise<void>;
}

export function Entrance({ title, text, action, problem = null, children, onSubmit }: EntranceProps) {
  const [failure, setFailure] = useState(problem);
  const [isBusy, setBusy] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    const fields = Object.fromEntries(
      [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]),
    );
    onSubmit(fields).catch((error: Error) => {
      setFailure(error.message);
      setBusy(false);
    });
  };
  return (
    <main className="grid h-full place-items-center p-6">
      <form onSubmit={submit} className="flex w-full max-w-[360px] flex-col gap-3">
        <h1 className="text-lg font-semibold">{title}</h1>
        <p className="text-secondary">{text}</p>
        {children}
        {failure && (
          <p role="alert" className="text-error">
            {failure}
          </p>
        )}
        <Button type="submit" look="primary" className="h-8 justify-center" disabled={isBusy}>
          {action}
        </Button>
      </form>
    </main>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly autoComplete: string;
  readonly autoFocus?: boolean;
  readonly isRequired?: boolean;
  readonly minLength?: number;
}

export function EntranceField({ name, label, type = 'text', autoFocus, isRequired = true, ...rest }: FieldProps) {
  return (
    <label className="flex flex-col gap-1 font-medium">
      {label}
      <input
        name={name}
        type={type}
        required={isRequired}
        // biome-ignore lint/a11y/noAutofocus: the first field of a page that is nothing but a form
        autoFocus={autoFocus}
        className="h-8 rounded-md border border-line-strong bg-panel px-2 font-normal"
        {...rest}
      />
    </label>
  );
}
