/** One dataset: the experiments on it, and its items. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { May } from '../../features/team/May';
import { useKeys } from '../../hooks/use-keys';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { DatasetItems } from './DatasetItems';
import { ExperimentForm } from './ExperimentForm';
import { ExperimentTable } from './ExperimentTable';

const PACE_MS = 3_000;

export function DatasetPage({ datasetId }: { readonly datasetId: string }) {
  const version = useConnection(({ version }) => version);
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [starting, setStarting] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['datasets'],
    queryFn: () => api.listDatasets(),
    enabled: version > 0,
    refetchOnMount: 'always',
  });
  useRefetchOn(useThrottled(version, PACE_MS), refetch);
  useKeys({ Escape: () => navigate('/datasets') });
  const dataset = data?.find(({ id }) => id === datasetId);
  const remove = (): void => {
    api.deleteDataset(datasetId).then(
      () => navigate('/datasets'),
      (problem: Error) => setFailure(problem.message),
    );
  };
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href="/datasets" className="text-secondary hover:text-accent">
          Datasets
        </Link>
        <span className="text-faint">/</span>
        <h1 className="min-w-0 truncate font-semibold" dir="auto">
          {dataset?.name}
        </h1>
        <span className="grow" />
        <May permission="notes:write">
          <Button onClick={remove}>Delete</Button>
          <Dialog.Root open={starting} onOpenChange={setStarting}>
            <Dialog.Trigger asChild>
              <Button look="primary" disabled={!dataset || dataset.itemCount === 0}>
                New experiment
              </Button>
            </Dialog.Trigger>
            <Dialog.Portal>
              <Dialog.Overlay className="fixed inset-0 bg-black/30" />
              <Dialog.Content
                aria-describedby={undefined}
                className="fixed top-1/2 left-1/2 max-h-[86vh] w-[560px] max-w-[92vw] -translate-1/2 overflow-y-auto rounded-lg border border-line-strong bg-panel p-5 shadow-xl"
              >
                <Dialog.Title className="mb-3 text-lg font-semibold">New experiment</Dialog.Title>
                <ExperimentForm
                  datasetId={datasetId}
                  onStarted={() => {
                    setStarting(false);
                    void queries.invalidateQueries({ queryKey: ['experiments', datasetId] });
                  }}
                />
              </Dialog.Content>
            </Dialog.Portal>
          </Dialog.Root>
        </May>
      </PageHeader>
      {(error || failure || (data && !dataset)) && (
        <Notice title={failure ? 'Not deleted.' : 'This dataset could not be opened.'}>
          {error?.message ?? failure ?? 'It may have been deleted.'}
        </Notice>
      )}
      {dataset && (
        <div className="min-h-0 grow overflow-y-auto bg-panel">
          <ExperimentTable datasetId={datasetId} />
          <DatasetItems datasetId={datasetId} />
        </div>
      )}
    </div>
  );
}
