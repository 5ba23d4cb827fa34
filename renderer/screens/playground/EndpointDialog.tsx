import { Plus, Settings } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import type { Endpoint, KeyPlace } from '../../../core/api/playground';
import { api } from '../../connection/connection';
import { Button } from '../../ui/Button';

const FIELD = 'h-[27px] w-full rounded border border-line-strong bg-background px-1.5';

const KEY_PLACES: Readonly<Record<NonNullable<KeyPlace>, string>> = {
  keychain: 'The key is stored in the keychain of this machine.',
  memory: 'The key is kept until Spoor closes, because this machine has no keychain.',
  environment: 'The key comes from the environment that Spoor was started in.',
  server: 'The key is stored on the team server and is never shown.',
};

interface EndpointDialogProps {
  /** Null: a new one. */
  readonly endpoint: Endpoint | null;
  readonly onChanged: () => void;
}

export function EndpointDialog({ endpoint, onChanged }: EndpointDialogProps) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <button
          type="button"
          aria-label={endpoint ? `Change ${endpoint.name}` : 'Add an endpoint'}
          title={endpoint ? 'Change this endpoint' : 'Add an endpoint'}
          className="grid size-[27px] shrink-0 place-items-center rounded-md text-secondary hover:bg-raised hover:text-text"
        >
          {endpoint ? <Settings size={14} /> : <Plus size={14} />}
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 bg-black/30" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-1/2 left-1/2 w-[460px] max-w-[92vw] -translate-1/2 rounded-lg border border-line-strong bg-panel p-5 shadow-xl"
        >
          <Dialog.Title className="mb-3 text-lg font-semibold">
            {endpoint ? 'Change the endpoint' : 'Add an endpoint'}
          </Dialog.Title>
          <EndpointForm
            endpoint={endpoint}
            onDone={() => {
              setOpen(false);
              onChanged();
            }}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function EndpointForm({ endpoint, onDone }: { readonly endpoint: Endpoint | null; readonly onDone: () => void }) {
  const [name, setName] = useState(endpoint?.name ?? '');
  const [baseUrl, setBaseUrl] = useState(endpoint?.baseUrl ?? '');
  const [model, setModel] = useState(endpoint?.model ?? '');
  const [key, setKey] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const isValid = /^https?:\/\/\S+$/.test(baseUrl.trim());
  const attempt = (doing: Promise<unknown>): void => {
    doing.then(onDone, (error: Error) => setFailure(error.message));
  };
  const save = async (): Promise<void> => {
    const edit = { name: name.trim() || new URL(baseUrl.trim()).host, baseUrl: baseUrl.trim(), model: model.trim() };
    const saved = endpoint
      ? await api.updateEndpoint(endpoint.id, endpoint.version, edit)
      : await api.createEndpoint(edit);
    if (key.trim() !== '') await api.setEndpointKey(saved.id, key.trim());
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isValid) attempt(save());
  };
  return (
    <form className="flex flex-col gap-2.5" onSubmit={submit}>
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        Base URL of an OpenAI-compatible API
        <input
          className={`${FIELD} font-mono`}
          value={baseUrl}
          placeholder="http://127.0.0.1:11434/v1"
          onChange={(event) => setBaseUrl(event.target.value)}
        />
      </label>
      <div className="flex gap-2">
        <label className="flex grow flex-col gap-0.5 text-sm text-secondary">
          Name
          <input
            className={FIELD}
            value={name}
            placeholder="Ollama"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="flex grow flex-col gap-0.5 text-sm text-secondary">
          Model, where none is said
          <input
            className={`${FIELD} font-mono`}
            value={model}
            placeholder="qwen3"
            onChange={(event) => setModel(event.target.value)}
          />
        </label>
      </div>
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        API key, if required
        <input
          className={`${FIELD} font-mono`}
          type="password"
          autoComplete="off"
          value={key}
          placeholder={endpoint?.keyIn ? 'unchanged' : ''}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      {endpoint?.keyIn && (
        <p className="flex items-center gap-2 text-secondary">
          {KEY_PLACES[endpoint.keyIn]}
          {endpoint.keyIn !== 'environment' && (
            <Button look="ghost" onClick={() => attempt(api.setEndpointKey(endpoint.id, null))}>
              Forget it
            </Button>
          )}
        </p>
      )}
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={!isValid} className="grow justify-center">
          {endpoint ? 'Save' : 'Add the endpoint'}
        </Button>
        {endpoint && <Button onClick={() => attempt(api.deleteEndpoint(endpoint.id))}>Delete</Button>}
      </div>
    </form>
  );
}
