/** Sharing with a team: with whom, what, how it goes. */

import { useSync } from '../../hooks/use-sync';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { Conflicts } from './Conflicts';
import { ConnectForm } from './ConnectForm';
import { Projects } from './Projects';
import { SignInCode } from './SignInCode';
import { SyncChoices } from './SyncChoices';
import { SyncState } from './SyncState';
import { TeamEvents } from './TeamEvents';

export function SyncPage() {
  const { data: report, error, refetch } = useSync();
  const link = report?.link ?? null;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Team sync</h1>
        <span className="min-w-0 truncate text-secondary max-md:hidden">
          Works offline. Shares what you choose with your team's Spoor server.
        </span>
      </PageHeader>
      {error && (
        <Notice title="Sync is not responding." action={<Button onClick={() => void refetch()}>Try again</Button>}>
          {error.message}
        </Notice>
      )}
      {report && (
        <div className="min-h-0 grow overflow-y-auto">
          <SyncState report={report} />
          {!link && report.problem && <Notice title={report.problem.message} />}
          <div className="flex flex-wrap gap-x-16 gap-y-6 px-3.5 py-4">
            <div className="flex max-w-[520px] min-w-[300px] grow flex-col gap-6">
              {report.signIn ? (
                <SignInCode signIn={report.signIn} />
              ) : (
                (!link || report.problem?.code === 'signed-out') && <ConnectForm server={link?.server ?? null} />
              )}
              {link && <SyncChoices link={link} />}
              {!link && !report.signIn && (
                <ul className="list-disc pl-4 text-secondary">
                  <li>Nothing is shared until you choose it: a trace, a session, or everything that matches a rule.</li>
                  <li>You see what will leave this machine before it does. Secrets are redacted.</li>
                  <li>You can work offline. What you write is sent when the server is reachable.</li>
                  <li>
                    Teams host the server themselves: <code className="font-mono">npm run server</code>
                  </li>
                </ul>
              )}
            </div>
            {link && (
              <div className="flex max-w-[620px] min-w-[300px] grow flex-col gap-6">
                <Projects link={link} />
                <Conflicts count={report.queue.conflicts} />
                <TeamEvents />
              </div>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
