import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { Page } from '../../../core/api/page';
import type { ApiKey, KeyScope, Me, NewKey, Project } from '../../../core/api/team';
import { formatAgo } from '../../../core/model/format';
import { teamCall } from '../../connection/team-session';
import { useChange } from '../../hooks/use-change';
import { useNow } from '../../hooks/use-now';
import { useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { FIELD } from '../../ui/field';
import { Notice } from '../../ui/Notice';
import { Quota } from './Quota';
import { Secret } from './Secret';

const GRID =
  'grid grid-cols-[minmax(0,1fr)_150px_minmax(0,140px)_150px_170px] items-center gap-x-4 border-t border-line px-3.5';

/** What a key may be made for. */
const SCOPES = {
  send: ['ingest'],
  read: ['read'],
  sync: ['ingest', 'read', 'notes'],
} as const satisfies Readonly<Record<string, readonly KeyScope[]>>;

export function Projects({ me }: { readonly me: Me }) {
  const { failure, change } = useChange('team');
  const mayChange = me.permissions.includes('projects:write');
  const projects = useQuery({
    queryKey: ['team', 'projects'],
    queryFn: () => teamCall<Page<Project>>('GET', '/v1/projects'),
    refetchOnMount: 'always',
  });
  return (
    <>
      {(projects.error || failure !== null) && (
        <Notice
          title={projects.error ? 'The projects could not be read.' : 'That was not changed.'}
          action={<Button onClick={() => void projects.refetch()}>Try again</Button>}
        >
          {projects.error?.message ?? failure}
        </Notice>
      )}
      <Quota workspace={me.workspace} />
      {mayChange && (
        <OneName
          label="Name of a project"
          placeholder="checkout"
          action="Add a project"
          className="border-b border-line bg-raised px-3.5 py-2"
          onName={(name) => change(teamCall('POST', '/v1/projects', { name }))}
        />
      )}
      {projects.data?.data.length === 0 && (
        <p className="px-3.5 py-6 text-secondary">Create a project above. Its keys let programs send traces.</p>
      )}
      {projects.data?.data.map((project) => (
        <ProjectKeys key={project.id} project={project} me={me} change={change} />
      ))}
    </>
  );
}

interface ProjectKeysProps {
  readonly project: Project;
  readonly me: Me;
  readonly change: (changing: Promise<unknown>) => void;
}

function ProjectKeys({ project, me, change }: ProjectKeysProps) {
  const now = useNow(30_000);
  const [, navigate] = useLocation();
  const [fresh, setFresh] = useState<NewKey | null>(null);
  const [may, setMay] = useState<keyof typeof SCOPES>('send');
  const { permissions } = me;
  const path = `/v1/projects/${project.id}`;
  const keys = useQuery({
    queryKey: ['team', 'keys', project.id],
    queryFn: () => teamCall<Page<ApiKey>>('GET', `${path}/api-keys`),
    enabled: permissions.includes('keys:read'),
    refetchOnMount: 'always',
  });
  const make = (making: Promise<NewKey>): void => change(making.then(setFresh));
  const isOpen = project.archivedAt === null;
  return (
    <section aria-label={project.name} className="border-b border-line">
      <h2 className="flex h-[40px] items-center gap-3 px-3.5">
        <span className="font-semibold" dir="auto">
          {project.name}
        </span>
        {!isOpen && <span className="text-secondary">archived: its keys are no longer accepted</span>}
        <span className="grow" />
        <Button
          look="ghost"
          aria-label={`Traces of ${project.name}`}
          onClick={() => {
            useTraceList.getState().setQuery(`{ resource.spoor.project.id = "${project.id}" }`);
            navigate('/traces');
          }}
        >
          Traces
        </Button>
        {isOpen && permissions.includes('projects:write') && (
          <Button
            look="ghost"
            aria-label={`Archive ${project.name}`}
            onClick={() => change(teamCall('POST', `${path}/actions/archive`, {}))}
          >
            Archive
          </Button>
        )}
      </h2>
      {fresh && (
        <Secret
          title={`The key ${fresh.name}`}
          text="It is shown only now. Send it as: authorization=Bearer KEY."
          secret={fresh.key}
          onDone={() => setFresh(null)}
        />
      )}
      {keys.data?.data.map((key) => (
        <div key={key.id} className={`${GRID} min-h-[34px] ${stateOf(key, now) === null ? '' : 'text-faint'}`}>
          <span className="truncate" dir="auto">
            {key.name}
          </span>
          <code className="truncate font-mono text-sm">{key.prefix}…</code>
          <span>{key.scopes.join(', ')}</span>
          <span className="text-secondary">
            {stateOf(key, now) ??
              (key.lastUsedAt === null ? 'never used' : `used ${formatAgo(Date.parse(key.lastUsedAt), now)}`)}
          </span>
          {permissions.includes('keys:write') && key.revokedAt === null && isOpen && (
            <span className="flex justify-end">
              <Button
                look="ghost"
                aria-label={`Rotate ${key.name}`}
                title="Replace the key; this one stays valid for one more day"
                onClick={() => make(teamCall<NewKey>('POST', `/v1/api-keys/${key.id}/actions/rotate`, {}))}
              >
                Rotate
              </Button>
              <Button
                look="ghost"
                aria-label={`Revoke ${key.name}`}
                onClick={() => change(teamCall('DELETE', `/v1/api-keys/${key.id}`))}
              >
                Revoke
              </Button>
            </span>
          )}
        </div>
      ))}
      {isOpen && permissions.includes('keys:write') && (
        <OneName
          label={`Name of a key for ${project.name}`}
          placeholder="collector"
          action="Make a key"
          className="border-t border-line px-3.5 py-1.5"
          onName={(name) => make(teamCall<NewKey>('POST', `${path}/api-keys`, { name, scopes: SCOPES[may] }))}
        >
          <select
            aria-label="Permissions of the key"
            className={FIELD}
            value={may}
            onChange={(event) => setMay(event.target.value as keyof typeof SCOPES)}
          >
            <option value="send">sends traces</option>
            <option value="read">reads traces</option>
            <option value="sync">syncs a desktop</option>
          </select>
        </OneName>
      )}
    </section>
  );
}

/** Null: it is taken. */
function stateOf({ revokedAt, expiresAt }: ApiKey, now: number): string | null {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return null;
  return Date.parse(expiresAt) <= now ? 'expired' : null;
}

interface OneNameProps {
  readonly label: string;
  readonly placeholder: string;
  readonly action: string;
  readonly className: string;
  readonly onName: (name: string) => void;
  readonly children?: ReactNode;
}

function OneName({ label, placeholder, action, className, onName, children }: OneNameProps) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onName(name.trim());
    setName('');
  };
  return (
    <form onSubmit={submit} className={`flex items-center gap-2 ${className}`}>
      <input
        required
        aria-label={label}
        placeholder={placeholder}
        className={`${FIELD} w-[220px]`}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {children}
      <Button type="submit" disabled={name.trim() === ''}>
        {action}
      </Button>
    </form>
  );
}
