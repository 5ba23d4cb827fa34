import { signIn } from '../../connection/team-session';
import { Entrance, EntranceField } from './Entrance';

export function TeamSignIn() {
  return (
    <Entrance
      title="Sign in to Spoor"
      text={`Your team's traces at ${window.location.host}.`}
      action="Sign in"
      onSubmit={async ({ email = '', password = '' }) => {
        await signIn(email.trim(), password);
        // To what was asked for.
        window.location.reload();
      }}
    >
      <EntranceField name="email" label="E-mail" type="email" autoComplete="username" autoFocus />
      <EntranceField name="password" label="Password" type="password" autoComplete="current-password" />
    </Entrance>
  );
}
