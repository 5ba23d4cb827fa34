import { useQuery } from '@tanstack/react-query';
import type { SignInMethods, SignInProblem } from '../../../core/api/team';
import { signIn } from '../../connection/team-session';
import { Entrance, EntranceField } from './Entrance';

const PROBLEMS: Readonly<Record<SignInProblem, string>> = {
  expired: 'Signing in took too long or began in another browser. Try again.',
  refused: 'Signing in there did not work. Try again, or ask whoever runs this server.',
  unverified: 'Your e-mail address is not verified there. Verify it, then sign in again.',
  uninvited: 'This e-mail address has no invitation. Ask an admin of your team for an invitation.',
};

/** Where the server sends a browser that came back from the provider in vain. */
export function problemOfAddress(hash: string): SignInProblem | null {
  const name = /^#\/sign-in\/(\w+)$/.exec(hash)?.[1];
  return name !== undefined && name in PROBLEMS ? (name as SignInProblem) : null;
}

export function TeamSignIn() {
  const { data: methods } = useQuery({
    queryKey: ['sign-in-methods'],
    queryFn: async () => (await fetch('/v1/auth/methods')).json() as Promise<SignInMethods>,
  });
  const problem = problemOfAddress(window.location.hash);
  return (
    <Entrance
      title="Sign in to Spoor"
      text={`Your team's traces at ${window.location.host}.`}
      action="Sign in"
      problem={problem && PROBLEMS[problem]}
      onSubmit={async ({ email = '', password = '' }) => {
        await signIn(email.trim(), password);
        if (problem) window.location.hash = '';
        // To what was asked for.
        window.location.reload();
      }}
    >
      {methods?.oidc && (
        <>
          <a
            href="/v1/auth/oidc"
            className="inline-flex h-8 items-center justify-center rounded-md border border-line-strong bg-panel font-medium hover:bg-raised"
          >
            Continue with {methods.oidc.name}
          </a>
          <p className="text-center text-sm text-secondary">or with a password</p>
        </>
      )}
      <EntranceField name="email" label="E-mail" type="email" autoComplete="username" autoFocus />
      <EntranceField name="password" label="Password" type="password" autoComplete="current-password" />
    </Entrance>
  );
}
