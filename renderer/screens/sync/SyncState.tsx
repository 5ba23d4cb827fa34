import { Dialog } from 'radix-ui';
import { useState } from 'react';
import type { SyncReport } from '../../../core/api/sync-state';
import { formatAgo, formatBytes, formatCount, plural } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { kindName, waitingText } from '../../features/sync/sync-text';
import { useNow } from '../../hooks/use-now';
import { useSyncAction } from '../../hooks/use-sync';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';

/** How it goes: what waits, how fast it goes, what is in the way, and the ways on. */
export function SyncState({ report }: { readonly report: SyncReport }) {
  const { link, state, problem, queue, lastSyncedAt, live } = report;
  const { run, busy, failure } = useSyncAction();
  const now = useNow(5_000);
  if (!link) return null;
  const who = link.account ? `as ${link.account.name}, ${link.role}` : 'with an API key';
  return (
    <>
      {problem && (
        <Notice title={problem.message} action={<Button onClick={() => run(() => api.syncNow())}>Try now</Button>}>
          {problem.retryAt === null
            ? 'What is stored here stays here, and what you write is kept until it can be sent.'
            : `Tried again ${whenText(problem.retryAt, now)}.`}
        </Notice>
      )}
      {failure && <Notice title={failure} />}
      <section
        aria-label="State"
        className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line px-3.5 py-2"
      >
        <Fact label="Workspace">
          {link.workspace.name} <span className="text-secondary">{who}</span>
        </Fact>
        <Fact label="Server">
          <span className="font-mono">{new URL(link.server).host}</span>
        </Fact>
        <Fact label="Waiting">{state === 'paused' ? 'paused' : (waitingText(queue) ?? 'nothing')}</Fact>
        <Fact label="Sending">
          {report.bytesPerSecond > 0
            ? `${plural(report.spansPerSecond, 'span')}/s, ${formatBytes(report.bytesPerSecond)}/s`
            : '—'}
        </Fact>
        <Fact label="Last in step">
          {lastSyncedAt === null ? '—' : formatAgo(Date.parse(lastSyncedAt), now)}
          <span className="text-secondary">{live ? ', live updates' : ', checking periodically'}</span>
        </Fact>
        <span className="grow" />
        <Button disabled={busy} onClick={() => run(() => api.pauseSync(!link.paused))}>
          {link.paused ? 'Resume' : 'Pause'}
        </Button>
        <Leave report={report} />
      </section>
      {queue.refused.length > 0 && (
        <section aria-label="Not taken" className="border-b border-line px-3.5 py-2">
          <h2 className="flex items-center gap-3 font-semibold">
            Not accepted by the server
            <Button look="ghost" onClick={() => run(() => api.syncNow())}>
              Try again
            </Button>
          </h2>
          <ul>
            {queue.refused.map(({ kind, id, message }) => (
              <li key={id} className="text-secondary">
                <span className="text-text">{kindName(kind)}</span>: {message} It stays here.
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <div className="text-sm text-secondary">{label}</div>
      <div>{children}</div>
    </div>
  );
}

/** Disconnecting keeps everything here; what was shared can be taken back first. */
function Leave({ report: { link } }: { readonly report: SyncReport }) {
  const [open, setOpen] = useState(false);
  const [gone, setGone] = useState<number | null>(null);
  const { run, busy, failure } = useSyncAction();
  if (!link) return null;
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <Button>Disconnect</Button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-20 bg-black/30" />
        <Dialog.Content className="fixed top-[18%] left-1/2 z-20 flex w-[440px] max-w-[92vw] -translate-x-1/2 flex-col gap-3 rounded-lg border border-line-strong bg-panel p-4 shadow-xl">
          <Dialog.Title className="font-semibold">Disconnect from {link.workspace.name}</Dialog.Title>
          <Dialog.Description className="text-secondary">
            Everything that is stored here stays here. What you shared stays with the team, unless you withdraw it.
          </Dialog.Description>
          {gone !== null && (
            <p role="status">
              {formatCount(gone)} {gone === 1 ? 'trace was' : 'traces were'} withdrawn. Sync is paused.
            </p>
          )}
          {failure && (
            <p role="alert" className="text-error">
              {failure}
            </p>
          )}
          <div className="flex flex-wrap justify-end gap-2">
            <Button
              disabled={busy || gone !== null}
              onClick={() => run(() => api.withdrawShared().then(({ traces }) => setGone(traces)))}
            >
              <span className="text-error">Withdraw what I shared</span>
            </Button>
            <Dialog.Close asChild>
              <Button>Stay</Button>
            </Dialog.Close>
            <Button
              look="primary"
              disabled={busy}
              onClick={() => run(() => api.disconnectSync().finally(() => setOpen(false)))}
            >
              Disconnect
            </Button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function whenText(time: string, now: Date | number): string {
  const seconds = Math.max(0, Math.round((Date.parse(time) - Number(now)) / 1_000));
  return seconds < 2 ? 'in a moment' : `in ${seconds} s`;
}
