import { post, signIn } from '../../connection/team-session';
import { Entrance, EntranceField } from './Entrance';

/** The address of an invitation is its secret. */
const ADDRESS = /^#\/invitation\/([\w-]+)$/;

/** Null: the page was opened for something else. */
export function invitationOfAddress(hash: string): string | null {
  return ADDRESS.exec(hash)?.[1] ?? null;
}

export function AcceptInvitation({ token }: { readonly token: string }) {
  return (
    <Entrance
      title="Join your team on Spoor"
      text="If you already have an account here, enter its password. Your name stays as it is."
      action="Join"
      onSubmit={async ({ name = '', password = '' }) => {
        const accepted = await post<{ readonly email: string; readonly workspace: string }>(
          '/v1/invitations/actions/accept',
          { token, password, ...(name.trim() !== '' && { name: name.trim() }) },
        );
        await signIn(accepted.email, password, accepted.workspace);
        window.location.replace('/');
      }}
    >
      <EntranceField name="name" label="Your name" autoComplete="name" autoFocus isRequired={false} />
      <EntranceField
        name="password"
        label="Password, at least 12 characters"
        type="password"
        autoComplete="new-password"
        minLength={12}
      />
    </Entrance>
  );
}
