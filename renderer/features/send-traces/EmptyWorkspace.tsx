import { isTeamPage } from '../../connection/team-session';
import { SendTraces } from './SendTraces';

/** Of a screen in a workspace in which nothing is stored yet. @param arrives what happens when something does */
export function EmptyWorkspace({ arrives }: { readonly arrives: string }) {
  return (
    <div className="min-h-0 grow overflow-y-auto p-6">
      <div className="mx-auto flex max-w-[820px] flex-col gap-1.5 pt-4">
        <h1 className="text-lg font-semibold">Waiting for the first trace</h1>
        <p className="mb-3 text-secondary">
          {arrives}
          {!isTeamPage() && ' Nothing leaves this machine.'}
        </p>
        <SendTraces />
      </div>
    </div>
  );
}
