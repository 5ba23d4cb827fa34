import type { SyncSignIn } from '../../../core/api/sync-state';
import { api } from '../../connection/connection';
import { useSyncAction } from '../../hooks/use-sync';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';

/** Until somebody has said yes in a browser. */
export function SignInCode({ signIn }: { readonly signIn: SyncSignIn }) {
  const { run } = useSyncAction();
  return (
    <div className="flex max-w-[460px] flex-col gap-3">
      <p>Open this page, sign in, and allow this machine to share as you. This window continues by itself.</p>
      <p className="flex items-center gap-2">
        <a
          href={signIn.verificationUriComplete}
          target="_blank"
          rel="noreferrer"
          className="min-w-0 truncate font-mono text-accent hover:underline"
        >
          {signIn.verificationUri}
        </a>
        <CopyButton text={signIn.verificationUriComplete} label="Copy the address" />
      </p>
      <p className="text-secondary">
        The code there must be <strong className="font-mono text-lg font-semibold text-text">{signIn.userCode}</strong>
      </p>
      <div>
        <Button onClick={() => run(() => api.cancelSyncSignIn())}>Cancel</Button>
      </div>
    </div>
  );
}
