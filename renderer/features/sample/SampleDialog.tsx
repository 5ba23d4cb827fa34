import { Dialog } from 'radix-ui';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import type { StatusReport } from '../../../core/api/contract';
import { SAMPLE_ATTRIBUTE, SAMPLE_QUERY } from '../../../core/samples/sample-mark';
import { useStatus } from '../../hooks/use-status';
import { openTraces } from '../../stores/open-traces';
import { ALL_TIME } from '../../stores/time-range';
import { Button } from '../../ui/Button';
import { SampleProgress } from './SampleProgress';
import { useSampleDialog } from './sample-dialog-store';
import { useSample } from './use-sample';

/** Loads the sample after saying what it is and where it goes, or removes it. */
export function SampleDialog() {
  const { isOpen, setOpen } = useSampleDialog();
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 bg-black/30" />
        <Dialog.Content className="fixed top-1/2 left-1/2 w-[460px] max-w-[92vw] -translate-1/2 rounded-lg border border-line-strong bg-panel p-5 shadow-xl">
          <Content onDone={() => setOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Content({ onDone }: { readonly onDone: () => void }) {
  const status = useStatus();
  const { report, isBusy, load, remove } = useSample();
  const [, navigate] = useLocation();
  const show = (): void => {
    openTraces({ query: SAMPLE_QUERY, range: ALL_TIME }, navigate);
    onDone();
  };
  // Not what was begun elsewhere: a dialog that somebody opens meanwhile stays.
  const beganHere = useRef(false);
  useEffect(() => {
    const isLoaded = report?.activity === 'none' && report.isStored && report.failure === null;
    if (beganHere.current && !load.isPending && isLoaded) show();
  });
  const failure = load.error?.message ?? remove.error?.message ?? report?.failure;
  const isStored = report?.isStored === true;
  const warnings = isStored ? [] : warningsOf(status);
  return (
    <>
      <Dialog.Title className="mb-2 text-lg font-semibold">Sample data</Dialog.Title>
      <Dialog.Description className="mb-3">
        {isStored
          ? 'The sample is in this workspace. Removing it deletes its traces with their notes and scores, its logs and its metrics, and nothing else.'
          : 'A web shop of six services, agents with a session, a batch job of 10,000 spans, logs, metrics, and a clock that is off.'}{' '}
        <span className="text-secondary">
          All of it has the resource attribute <code className="font-mono">{SAMPLE_ATTRIBUTE}</code>, so you can filter
          for it.
        </span>
      </Dialog.Description>
      {warnings.map((warning) => (
        <p key={warning} className="mb-3 text-warning">
          {warning}
        </p>
      ))}
      {failure && (
        <p role="alert" className="mb-3 text-error">
          {failure}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        {report && report.activity !== 'none' ? (
          <SampleProgress report={report} />
        ) : isStored ? (
          <>
            <Button look="primary" disabled={isBusy} onClick={() => remove.mutate()}>
              Remove sample
            </Button>
            <Button onClick={show}>Show its traces</Button>
          </>
        ) : (
          <Button
            look="primary"
            disabled={isBusy || report === null || report.isStored === null}
            onClick={() => {
              beganHere.current = true;
              load.mutate({ beside: warnings.length > 0 });
            }}
          >
            {warnings.length > 0 ? 'Load it anyway' : 'Load sample'}
          </Button>
        )}
        <span className="grow" />
        <Dialog.Close asChild>
          <Button>Close</Button>
        </Dialog.Close>
      </div>
    </>
  );
}

/** What loading it means here, where that is more than it seems. */
function warningsOf(status: StatusReport | null): string[] {
  if (!status) return [];
  const { counts, forwarding } = status;
  const warnings: string[] = [];
  if ([counts.traces, counts.logs, counts.metricPoints].some((count) => count !== null && count > 0)) {
    warnings.push(
      'This workspace already has data. The sample is added to it and counts in figures, services and usage until you remove it.',
    );
  }
  if (forwarding) warnings.push(`Spoor forwards what it receives to ${forwarding.url}, including the sample.`);
  return warnings;
}
