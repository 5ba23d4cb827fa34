import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Page } from '../../../core/api/page';
import { type Me, type NewWebhook, TOLD_TYPES, type Webhook } from '../../../core/api/team';
import { formatAgo } from '../../../core/model/format';
import { teamCall } from '../../connection/team-session';
import { useChange } from '../../hooks/use-change';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';
import { FIELD } from '../../ui/field';
import { Notice } from '../../ui/Notice';
import { DeadLetters } from './DeadLetters';
import { Secret } from './Secret';

/** What an address may be told of, by what a person would ask for. */
const CHOICES: readonly { readonly name: string; readonly kinds: readonly string[] }[] = [
  { name: 'Alerts', kinds: ['alert.'] },
  { name: 'Guardrail hits', kinds: ['guardrail.hit.'] },
  { name: 'Notes and scores', kinds: ['annotation.', 'score.'] },
  {
    name: 'Rules, views, dashboards and datasets',
    kinds: [
      'alert-rule.',
      'guardrail.created',
      'guardrail.updated',
      'guardrail.deleted',
      'saved-view.',
      'dashboard.',
      'dataset.',
      'endpoint.',
    ],
  },
  { name: 'Deleted traces', kinds: ['trace.'] },
  { name: 'Projects and members', kinds: ['project.', 'member.'] },
];

export function Webhooks({ me }: { readonly me: Me }) {
  const now = useNow(30_000);
  const { failure, change } = useChange('team');
  const [fresh, setFresh] = useState<NewWebhook | null>(null);
  const mayChange = me.permissions.includes('webhooks:write');
  const { data, error, refetch } = useQuery({
    queryKey: ['team', 'webhooks'],
    queryFn: () => teamCall<Page<Webhook>>('GET', '/v1/webhooks'),
    refetchOnMount: 'always',
    refetchInterval: 5_000,
  });
  return (
    <>
      {(error || failure !== null) && (
        <Notice
          title={error ? 'The webhooks could not be read.' : 'That was not changed.'}
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error?.message ?? failure}
        </Notice>
      )}
      {mayChange && (
        <AddWebhook
          onAdd={(url, types) => change(teamCall<NewWebhook>('POST', '/v1/webhooks', { url, types }).then(setFresh))}
        />
      )}
      {fresh && (
        <Secret
          title={`The secret of ${new URL(fresh.url).host}`}
          text="It signs what is sent, as Standard Webhooks has it, so that the receiver knows it is from here. It is shown this once."
          secret={fresh.secret}
          onDone={() => setFresh(null)}
        />
      )}
      {data?.data.length === 0 && (
        <p className="px-3.5 py-6 text-secondary">
          Each webhook receives events as JSON over POST: a chat, a pager or your own program.
        </p>
      )}
      <ul aria-label="Webhooks">
        {data?.data.map((webhook) => (
          <Row key={webhook.id} webhook={webhook} now={now} change={mayChange ? change : null} />
        ))}
      </ul>
      {me.permissions.includes('jobs:read') && <DeadLetters mayChange={me.permissions.includes('jobs:write')} />}
    </>
  );
}

interface RowProps {
  readonly webhook: Webhook;
  readonly now: number;
  /** Null: who looks may not. */
  readonly change: ((changing: Promise<unknown>) => void) | null;
}

function Row({ webhook: { id, url, types, enabled, version, last }, now, change }: RowProps) {
  const path = `/v1/webhooks/${id}`;
  const failed = last !== null && last.error !== null;
  return (
    <li className="grid min-h-[36px] grid-cols-[minmax(0,1fr)_minmax(0,220px)_minmax(0,260px)_230px] items-center gap-x-4 border-b border-line px-3.5">
      <span className={`truncate font-mono text-sm ${enabled ? '' : 'text-faint'}`} title={url}>
        {url}
      </span>
      <span className="truncate text-secondary" title={types.join('\n')}>
        {namesOf(types)}
      </span>
      <span
        className={`truncate ${failed && enabled ? 'text-error' : 'text-secondary'}`}
        title={last?.error ?? undefined}
      >
        {enabled ? said(last, now) : 'off'}
      </span>
      {change && (
        <span className="flex justify-end">
          <Button
            look="ghost"
            aria-label={`Send a test to ${url}`}
            disabled={!enabled}
            onClick={() => change(teamCall('POST', `${path}/actions/test`, {}))}
          >
            Test
          </Button>
          <Button
            look="ghost"
            aria-label={`Turn ${enabled ? 'off' : 'on'} ${url}`}
            onClick={() => change(teamCall('PATCH', path, { url, types, enabled: !enabled, version }))}
          >
            {enabled ? 'Turn off' : 'Turn on'}
          </Button>
          <Button look="ghost" aria-label={`Delete ${url}`} onClick={() => change(teamCall('DELETE', path))}>
            Delete
          </Button>
        </span>
      )}
    </li>
  );
}

function said(last: Webhook['last'], now: number): string {
  if (last === null) return 'told nothing yet';
  const ago = formatAgo(Date.parse(last.time), now);
  return last.error === null ? `took the last, ${ago}` : `${last.error.replace(/\.$/, '')}, ${ago}`;
}

function typesOf({ kinds }: (typeof CHOICES)[number]): string[] {
  return TOLD_TYPES.filter((type) => kinds.some((kind) => type.startsWith(kind)));
}

function namesOf(types: readonly string[]): string {
  const names = CHOICES.filter((choice) => typesOf(choice).some((type) => types.includes(type))).map(
    ({ name }) => name,
  );
  return names.length === CHOICES.length ? 'Everything' : names.join(', ');
}

function AddWebhook({ onAdd }: { readonly onAdd: (url: string, types: readonly string[]) => void }) {
  const [url, setUrl] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>(['Alerts', 'Guardrail hits']);
  const types = CHOICES.filter(({ name }) => chosen.includes(name)).flatMap(typesOf);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onAdd(url.trim(), types);
    setUrl('');
  };
  return (
    <form onSubmit={submit} className="border-b border-line bg-raised px-3.5 py-2">
      <div className="flex items-center gap-2">
        <input
          required
          type="url"
          aria-label="Webhook address"
          placeholder="https://hooks.example.com/…"
          className={`${FIELD} w-[360px]`}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
        <Button type="submit" disabled={url.trim() === '' || types.length === 0}>
          Add a webhook
        </Button>
      </div>
      <fieldset className="mt-2 flex flex-wrap gap-x-4 gap-y-1">
        <legend className="sr-only">Events to send</legend>
        {CHOICES.map(({ name }) => (
          <label key={name} className="flex items-center gap-1.5 text-secondary">
            <input
              type="checkbox"
              className="accent-accent"
              checked={chosen.includes(name)}
              onChange={() =>
                setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name])
              }
            />
            {name}
          </label>
        ))}
      </fieldset>
    </form>
  );
}
