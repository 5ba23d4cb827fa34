import { ChevronRight, Ellipsis } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { api } from '../../connection/connection';
import { shareableLink } from '../../connection/shareable-link';
import { isTeamPage } from '../../connection/team-session';
import { ExportChoices } from '../../features/export/ExportChoices';
import { SavingNote } from '../../features/export/SavingNote';
import { useExport } from '../../features/export/use-export';
import { saveSpoorFile } from '../../features/sync/spoor-file';
import { May } from '../../features/team/May';
import { useRemoved } from '../../stores/removed-store';
import { useTraceList } from '../../stores/trace-list-store';
import { foldSpans } from '../../stores/trace-view-store';
import { useAgentRun } from './agent-run/use-agent-run';
import type { OpenTimeline } from './use-timeline';

/** What is done to a trace seldom. */
export function TraceMenu({ timeline }: { readonly timeline: OpenTimeline }) {
  const { traceId, info } = timeline;
  const foldable = useAgentRun(timeline)?.foldable ?? [];
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const saving = useExport();
  const remove = (): void => {
    api.deleteTrace(traceId).then(
      () => {
        useRemoved.getState().set({ traceId, name: info.summary.rootName });
        useTraceList.getState().forget(traceId);
        navigate('/traces');
      },
      (error: Error) => setFailure(`Not deleted: ${error.message}`),
    );
  };
  return (
    <>
      {failure && (
        <span role="alert" className="max-w-[240px] truncate text-error" title={failure}>
          {failure}
        </span>
      )}
      <SavingNote saving={saving} />
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          aria-label="More"
          className="grid h-[26px] w-[30px] shrink-0 place-items-center rounded-md border border-line-strong bg-panel hover:bg-raised"
        >
          <Ellipsis size={14} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            className="z-20 min-w-[180px] rounded-md border border-line-strong bg-panel p-1 shadow-xl"
          >
            <Item onSelect={() => void navigator.clipboard.writeText(traceId)}>Copy trace id</Item>
            <Item onSelect={() => void navigator.clipboard.writeText(shareableLink())}>Copy link</Item>
            {isTeamPage() && (
              <Item onSelect={() => window.location.assign(`spoor://app/#/trace/${traceId}`)}>Open in the desktop</Item>
            )}
            <DropdownMenu.Sub>
              <DropdownMenu.SubTrigger className="flex h-7 cursor-pointer items-center rounded px-2 outline-none data-[highlighted]:bg-accent-ground">
                <span className="grow">Export as</span>
                <ChevronRight size={13} className="text-faint" aria-hidden />
              </DropdownMenu.SubTrigger>
              <DropdownMenu.Portal>
                <DropdownMenu.SubContent className="z-20 min-w-[180px] rounded-md border border-line-strong bg-panel p-1 shadow-xl">
                  <ExportChoices
                    onChoose={(format) => saving.save(format, { traceIds: traceId }, `trace-${traceId}`)}
                  />
                </DropdownMenu.SubContent>
              </DropdownMenu.Portal>
            </DropdownMenu.Sub>
            {!isTeamPage() && (
              <Item
                onSelect={() => {
                  saveSpoorFile({ traceId, sessionId: null }).catch((error: Error) =>
                    setFailure(`Not saved: ${error.message}`),
                  );
                }}
              >
                Save as a .spoor file
              </Item>
            )}
            {foldable.length > 0 && (
              <Item onSelect={() => foldSpans(foldable.map((spanId) => BigInt(`0x${spanId}`)))}>
                Fold infrastructure
              </Item>
            )}
            <May permission="telemetry:delete">
              <Item onSelect={remove}>
                <span className="text-error">Delete trace</span>
              </Item>
            </May>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  );
}

function Item({ onSelect, children }: { readonly onSelect: () => void; readonly children: ReactNode }) {
  return (
    <DropdownMenu.Item
      className="flex h-7 cursor-pointer items-center rounded px-2 outline-none data-[highlighted]:bg-accent-ground"
      onSelect={onSelect}
    >
      {children}
    </DropdownMenu.Item>
  );
}
