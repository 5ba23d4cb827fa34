import { type FormEvent, useState } from 'react';
import { api } from '../../connection/connection';
import { useSyncAction } from '../../hooks/use-sync';
import { Button } from '../../ui/Button';
import { FIELD, LABEL } from '../../ui/field';

/** With which server: somebody signs in in a browser, or a key does. */
export function ConnectForm({ server: known }: { readonly server: string | null }) {
  const [server, setServer] = useState(known ?? '');
  const [apiKey, setApiKey] = useState<string | null>(null);
  const { run, busy, failure } = useSyncAction();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(() => api.connectSync({ server, apiKey }));
  };
  return (
    <form className="flex max-w-[460px] flex-col gap-3" onSubmit={submit}>
      <label className={LABEL}>
        Address of your team's server
        <input
          required
          spellCheck={false}
          placeholder="https://spoor.example.com"
          className={`${FIELD} font-mono`}
          value={server}
          onChange={(event) => setServer(event.target.value)}
        />
      </label>
      {apiKey !== null && (
        <label className={LABEL}>
          API key, with the scopes ingest, read and notes
          <input
            required
            type="password"
            autoComplete="off"
            className={`${FIELD} font-mono`}
            value={apiKey}
            onChange={(event) => setApiKey(event.target.value)}
          />
        </label>
      )}
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <div className="flex items-center gap-2">
        <Button type="submit" look="primary" disabled={busy}>
          {apiKey === null ? 'Sign in with the browser' : 'Connect'}
        </Button>
        <Button look="ghost" onClick={() => setApiKey(apiKey === null ? '' : null)}>
          {apiKey === null ? 'Use an API key' : 'Sign in with the browser instead'}
        </Button>
      </div>
    </form>
  );
}
