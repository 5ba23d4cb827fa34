import { isTeamPage } from '../../connection/team-session';
import { SendTraces } from '../../features/send-traces/SendTraces';
import { useFirstTrace } from '../../features/send-traces/use-first-trace';
import { useStatus } from '../../hooks/use-status';
import { PageHeader } from '../../ui/PageHeader';
import { OpenFile } from './OpenFile';

export function ConnectPage() {
  const status = useStatus();
  useFirstTrace(status?.counts.traces === 0);
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Send traces</h1>
      </PageHeader>
      <div className="min-h-0 grow overflow-y-auto p-6">
        <div className="max-w-[820px]">
          <SendTraces />
          {/* Not before what stands above it. */}
          {status && !isTeamPage() && <OpenFile />}
        </div>
      </div>
    </div>
  );
}
