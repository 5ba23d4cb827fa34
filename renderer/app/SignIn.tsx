import { type FormEvent, useState } from 'react';
import { useConnection } from '../connection/connection-store';
import { rememberToken } from '../connection/token';
import { tokenRefused } from '../connection/websocket-transport';
import { Button } from '../ui/Button';

/** Without the token of the printed link a page may see nothing: any site can reach this port. */
export function SignIn() {
  const [token, setToken] = useState('');
  const [refused, setRefused] = useState(useConnection(({ tokenRefused }) => tokenRefused));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setRefused(false);
    if (await tokenRefused(token.trim())) {
      setRefused(true);
      return;
    }
    rememberToken(token);
    window.location.reload();
  };
  return (
    <main className="grid h-full place-items-center p-6">
      <form onSubmit={(event) => void submit(event)} className="flex w-full max-w-[420px] flex-col gap-3">
        <h1 className="text-lg font-semibold">Open Spoor with its link</h1>
        <p className="text-secondary">
          The terminal that runs Spoor printed a link that ends in <code className="font-mono">#token=…</code>. Open
          that link, or paste the token here.
        </p>
        <input
          // biome-ignore lint/a11y/noAutofocus: the one field of the page
          autoFocus
          aria-label="Token"
          type="password"
          autoComplete="off"
          className="h-8 rounded-md border border-line-strong bg-panel px-2 font-mono"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          aria-invalid={refused}
          aria-describedby={refused ? 'token-refused' : undefined}
        />
        {refused && (
          <p id="token-refused" role="alert" className="text-error">
            Spoor did not accept this token. Copy the link again from the terminal that runs Spoor here.
          </p>
        )}
        <Button type="submit" look="primary" className="self-start" disabled={token.trim() === ''}>
          Open
        </Button>
      </form>
    </main>
  );
}
