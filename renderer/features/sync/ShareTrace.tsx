/** Shares a trace, or its session, after a look at what would leave. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Share2 } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ShareTarget, SyncLink } from '../../../core/api/sync-state';
import { api, questions } from '../../connection/connection';
import { useSync, useSyncAction } from '../../hooks/use-sync';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { SharePreview } from './SharePreview';

interface ShareTraceProps {
  readonly traceId: string;
  /** Null: it is of none. */
  readonly sessionId: string | null;
}

const LABELS = { local: 'Share', waiting: 'Sharing', shared: 'Shared', theirs: 'From the team' } as const;

export function ShareTrace({ traceId, sessionId }: ShareTraceProps) {
  const [open, setOpen] = useState(false);
  const { data: report } = useSync();
  const { data: sharing } = useQuery({
    queryKey: ['trace-sharing', traceId],
    queryFn: () => api.traceSharing(traceId),
    enabled: report?.link != null,
    refetchInterval: 2_000,
  });
  if (!report) return null;
  const state = sharing?.state ?? 'local';
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <Button title={sharing?.sharedBy ? `Shared by ${sharing.sharedBy}` : 'Share with your team'}>
          <Share2 size={13} aria-hidden /> {LABELS[state]}
        </Button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-20 bg-black/30" />
        <Dialog.Content className="fixed top-[12%] left-1/2 z-20 flex max-h-[76vh] w-[600px] max-w-[94vw] -translate-x-1/2 flex-col gap-3 overflow-y-auto rounded-lg border border-line-strong bg-panel p-4 shadow-xl">
          {report.link ? (
            <Share
              link={report.link}
              traceId={traceId}
              sessionId={sessionId}
              state={state}
              url={sharing?.url ?? null}
              onDone={() => setOpen(false)}
            />
          ) : (
            <>
              <Dialog.Title className="font-semibold">Share with your team</Dialog.Title>
              <Dialog.Description className="text-secondary">
                This machine is not connected to a team server yet.
              </Dialog.Description>
              <div className="flex justify-end gap-2">
                <Link
                  href="/sync"
                  className="inline-flex h-[26px] items-center rounded-md bg-accent px-2.5 font-medium text-panel"
                >
                  Connect
                </Link>
              </div>
            </>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface ShareProps extends ShareTraceProps {
  readonly link: SyncLink;
  readonly state: keyof typeof LABELS;
  readonly url: string | null;
  readonly onDone: () => void;
}

function Share({ link, traceId, sessionId, state, url, onDone }: ShareProps) {
  const [ofSession, setOfSession] = useState(false);
  const client = useQueryClient();
  const { run, busy, failure } = useSyncAction();
  const target: ShareTarget =
    ofSession && sessionId !== null ? { traceId: null, sessionId } : { traceId, sessionId: null };
  const { data: preview, error } = useQuery({
    queryKey: ['share-preview', target],
    queryFn: () => questions.previewShare(target),
    staleTime: 0,
  });
  const done = (doing: Promise<void>): Promise<void> =>
    doing.then(() => {
      void client.invalidateQueries({ queryKey: ['trace-sharing'] });
      onDone();
    });
  const isShared = state === 'shared' || state === 'waiting';
  return (
    <>
      <Dialog.Title className="font-semibold">Share with {link.workspace.name}</Dialog.Title>
      <Dialog.Description className="text-secondary">
        {isShared
          ? 'This trace is shared. Spans that arrive later are sent too.'
          : 'This is what leaves this machine. Spans that arrive later are sent too.'}
      </Dialog.Description>
      {sessionId !== null && (
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={ofSession}
            onChange={({ target: { checked } }) => setOfSession(checked)}
          />
          Its whole session, including later traces
        </label>
      )}
      {preview && <SharePreview preview={preview} />}
      {url !== null && (
        <p className="flex min-w-0 items-center gap-2">
          <a
            href={url}
            target="_blank"
            rel="noreferrer"
            className="min-w-0 truncate font-mono text-accent hover:underline"
          >
            {url}
          </a>
          <CopyButton text={url} label="Copy the team's link" />
        </p>
      )}
      {(failure ?? error) && (
        <p role="alert" className="text-error">
          {failure ?? error?.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        {isShared && (
          <Button disabled={busy} onClick={() => run(() => done(api.unshare(target)))}>
            <span className="text-error">Take it back</span>
          </Button>
        )}
        <Dialog.Close asChild>
          <Button>Close</Button>
        </Dialog.Close>
        {(!isShared || ofSession) && (
          <Button look="primary" disabled={busy || !preview} onClick={() => run(() => done(api.share(target)))}>
            Share
          </Button>
        )}
      </div>
    </>
  );
}
