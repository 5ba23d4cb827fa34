/** What a rule would share, before it does. */
import { useQuery } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import type { SyncLink, SyncRule } from '../../../core/api/sync-state';
import { questions } from '../../connection/connection';
import { SharePreview } from '../../features/sync/SharePreview';
import { Button } from '../../ui/Button';

interface RuleDialogProps {
  readonly link: SyncLink;
  readonly rule: SyncRule;
  readonly onShare: () => void;
  readonly onClose: () => void;
}

export function RuleDialog({ link, rule, onShare, onClose }: RuleDialogProps) {
  const { data: preview, error } = useQuery({
    queryKey: ['rule-preview', rule, link.redactsEmails, link.redactedKeys],
    queryFn: () => questions.previewRule(rule),
    staleTime: 0,
  });
  const project = link.projects.find(({ id }) => id === link.projectId)?.name;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-20 bg-black/30" />
        <Dialog.Content className="fixed top-[12%] left-1/2 z-20 flex max-h-[76vh] w-[600px] max-w-[94vw] -translate-x-1/2 flex-col gap-3 overflow-y-auto rounded-lg border border-line-strong bg-panel p-4 shadow-xl">
          <Dialog.Title className="font-semibold">
            Share with {link.workspace.name}: {whatText(rule)}
          </Dialog.Title>
          <Dialog.Description className="text-secondary">
            {project === undefined
              ? 'This leaves this machine once you choose a project for it. Later matches do too.'
              : `This goes to the project ${project}. Later matches do too.`}
          </Dialog.Description>
          {preview ? (
            <SharePreview preview={preview} />
          ) : (
            !error && <p className="text-secondary">Looking through it…</p>
          )}
          {error && (
            <p role="alert" className="text-error">
              {error.message}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Dialog.Close asChild>
              <Button>Cancel</Button>
            </Dialog.Close>
            <Button look="primary" disabled={!preview} onClick={onShare}>
              Share
            </Button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function whatText(rule: SyncRule): string {
  switch (rule.kind) {
    case 'everything':
      return 'everything';
    case 'errors':
      return 'traces with errors';
    case 'service':
      return `traces of ${rule.service}`;
    case 'session':
      return `the session ${rule.sessionId}`;
  }
}
