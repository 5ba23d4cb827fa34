/** A program asks to be signed in as whoever looks at this. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { teamCall } from '../../connection/team-session';
import { useMe } from '../../hooks/use-me';
import { Button } from '../../ui/Button';

/** @param typed the code in the address; empty: to be typed */
export function DevicePage({ typed }: { readonly typed: string }) {
  return (
    <div className="grid h-full place-items-center p-6">
      <div className="flex w-full max-w-[400px] flex-col gap-3">
        {typed === '' ? <CodeForm failure={null} /> : <Question key={typed} code={typed} />}
      </div>
    </div>
  );
}

function CodeForm({ failure }: { readonly failure: string | null }) {
  const [, navigate] = useLocation();
  const [code, setCode] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    navigate(`/device/${encodeURIComponent(code.trim())}`);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <h1 className="text-lg font-semibold">Sign in a device</h1>
      <p className="text-secondary">Enter the code that it shows.</p>
      <input
        required
        aria-label="Code"
        placeholder="BCDF-GHJK"
        autoComplete="off"
        className="h-8 rounded-md border border-line-strong bg-panel px-2 font-mono uppercase"
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <Button type="submit" look="primary" className="self-start">
        Continue
      </Button>
    </form>
  );
}

function Question({ code }: { readonly code: string }) {
  const me = useMe();
  const path = `/v1/auth/device/${encodeURIComponent(code)}`;
  const { data, error } = useQuery({
    queryKey: ['device', code],
    queryFn: () => teamCall<{ readonly clientName: string }>('GET', path),
  });
  const decide = useMutation({
    mutationFn: (action: 'allow' | 'deny') => teamCall<null>('POST', `${path}/actions/${action}`),
  });
  if (decide.isSuccess) {
    return (
      <p role="status">
        {decide.variables === 'allow'
          ? 'Signed in. You can close this page and return to the device.'
          : 'Sign-in denied. You can close this page.'}
      </p>
    );
  }
  if (error) return <CodeForm failure={error.message} />;
  if (!data || !me) return null;
  const workspace = me.workspaces.find(({ id }) => id === me.workspace)?.name;
  return (
    <>
      <h1 className="text-lg font-semibold">Sign in {data.clientName}?</h1>
      <p className="text-secondary">
        It will then have your permissions in <strong className="font-medium text-text">{workspace}</strong>, as{' '}
        {me.email}. Allow it only if you have just started this sign-in and it shows the same code:
      </p>
      <code className="font-mono text-lg">{code.toUpperCase()}</code>
      {decide.error && (
        <p role="alert" className="text-error">
          {decide.error.message}
        </p>
      )}
      <div className="flex gap-2">
        <Button look="primary" disabled={decide.isPending} onClick={() => decide.mutate('allow')}>
          Allow
        </Button>
        <Button disabled={decide.isPending} onClick={() => decide.mutate('deny')}>
          Do not allow
        </Button>
      </div>
    </>
  );
}
