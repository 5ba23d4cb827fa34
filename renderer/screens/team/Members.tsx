import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Page } from '../../../core/api/page';
import { type Invitation, type Me, type Member, ROLES, type Role } from '../../../core/api/team';
import { teamCall } from '../../connection/team-session';
import { useChange } from '../../hooks/use-change';
import { Button } from '../../ui/Button';
import { dayText } from '../../ui/clock-time';
import { FIELD } from '../../ui/field';
import { Notice } from '../../ui/Notice';
import { Secret } from './Secret';

const GRID =
  'grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_120px_100px] items-center gap-x-4 border-b border-line px-3.5';
type Invited = Invitation & { readonly token: string };

export function Members({ me }: { readonly me: Me }) {
  const path = `/v1/workspaces/${me.workspace}`;
  const mayChange = me.permissions.includes('members:write');
  const [invited, setInvited] = useState<Invited | null>(null);
  const { failure, change } = useChange('team');
  const members = useQuery({
    queryKey: ['team', 'members'],
    queryFn: () => teamCall<Page<Member>>('GET', `${path}/members`),
    refetchOnMount: 'always',
  });
  const invitations = useQuery({
    queryKey: ['team', 'invitations'],
    queryFn: () => teamCall<Page<Invitation>>('GET', `${path}/invitations`),
    enabled: mayChange,
    refetchOnMount: 'always',
  });
  const error = members.error ?? invitations.error;
  // Nobody gives away more than they have.
  const roles = ROLES.slice(0, ROLES.indexOf(me.role) + 1);
  return (
    <>
      {(error || failure !== null) && (
        <Notice
          title={error ? 'The members could not be read.' : 'That was not changed.'}
          action={<Button onClick={() => void members.refetch()}>Try again</Button>}
        >
          {error?.message ?? failure}
        </Notice>
      )}
      {mayChange && (
        <Invite
          roles={roles}
          onInvite={(email, role) =>
            change(teamCall<Invited>('POST', `${path}/invitations`, { email, role }).then(setInvited))
          }
        />
      )}
      {invited && (
        <Secret
          title={`Invitation link for ${invited.email}`}
          text="Anyone who opens it joins as that address. It works once, expires in seven days, and is shown only now. Spoor sends no e-mail, so send the link yourself."
          secret={`${window.location.origin}/#/invitation/${invited.token}`}
          onDone={() => setInvited(null)}
        />
      )}
      <ul aria-label="Members">
        {members.data?.data.map(({ accountId, name, email, role, version }) => (
          <li key={accountId} className={`${GRID} min-h-[36px]`}>
            <span className="truncate font-medium" dir="auto">
              {name}
              {accountId === me.id && <span className="font-normal text-secondary"> (you)</span>}
            </span>
            <span className="truncate text-secondary">{email}</span>
            {mayChange && roles.includes(role) ? (
              <select
                aria-label={`Role of ${name}`}
                className={FIELD}
                value={role}
                onChange={(event) =>
                  change(teamCall('PATCH', `${path}/members/${accountId}`, { role: event.target.value, version }))
                }
              >
                {roles.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            ) : (
              <span>{role}</span>
            )}
            {mayChange && accountId !== me.id && roles.includes(role) && (
              <Button
                look="ghost"
                aria-label={`Remove ${name}`}
                onClick={() => change(teamCall('DELETE', `${path}/members/${accountId}`))}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      {(invitations.data?.data.length ?? 0) > 0 && (
        <ul aria-label="Invited">
          {invitations.data?.data.map(({ id, email, role, expiresAt }) => (
            <li key={id} className={`${GRID} min-h-[36px] text-secondary`}>
              <span>Invited, until {dayText(expiresAt)}</span>
              <span className="truncate">{email}</span>
              <span>{role}</span>
              <Button
                look="ghost"
                aria-label={`Revoke the invitation for ${email}`}
                onClick={() => change(teamCall('DELETE', `${path}/invitations/${id}`))}
              >
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface InviteProps {
  readonly roles: readonly Role[];
  readonly onInvite: (email: string, role: Role) => void;
}

function Invite({ roles, onInvite }: InviteProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onInvite(email.trim(), role);
    setEmail('');
  };
  return (
    <form onSubmit={submit} className="flex items-center gap-2 border-b border-line bg-raised px-3.5 py-2">
      <input
        type="email"
        required
        aria-label="E-mail address to invite"
        placeholder="name@example.com"
        className={`${FIELD} w-[260px]`}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <select
        aria-label="Role"
        className={FIELD}
        value={role}
        onChange={(event) => setRole(event.target.value as Role)}
      >
        {roles.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <Button type="submit" look="primary">
        Invite
      </Button>
      <span className="truncate text-secondary max-md:hidden">{WHAT[role]}</span>
    </form>
  );
}

const WHAT: Readonly<Record<Role, string>> = {
  viewer: 'Reads everything.',
  member: 'Reads, and writes notes, scores, views and datasets.',
  admin: 'Also manages members, keys and rules, and deletes traces.',
  owner: 'Also deletes the workspace.',
};
