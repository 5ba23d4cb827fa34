/** Prompts gathered to be asked again. */
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { formatAgo, formatCount } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { May } from '../../features/team/May';
import { useNow } from '../../hooks/use-now';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';

const GRID = 'grid grid-cols-[minmax(0,1fr)_90px_120px] items-center gap-x-4 px-3.5';

export function DatasetsPage() {
  const version = useConnection(({ version }) => version);
  const now = useNow(10_000);
  const [failure, setFailure] = useState<string | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['datasets'],
    queryFn: () => api.listDatasets(),
    enabled: version > 0,
    refetchOnMount: 'always',
  });
  useRefetchOn(version, refetch);
  const create = (name: string): void => {
    api.createDataset({ name, description: '' }).then(
      () => {
        setFailure(null);
        void refetch();
      },
      (problem: Error) => setFailure(problem.message),
    );
  };
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Datasets</h1>
        <span className="grow" />
        <May permission="notes:write">
          <NewDataset onCreate={create} />
        </May>
      </PageHeader>
      {(error || failure) && (
        <Notice
          title={error ? 'The datasets could not be read.' : 'The dataset was not created.'}
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error?.message ?? failure}
        </Notice>
      )}
      {data?.length === 0 && (
        <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
          A dataset holds prompts with expected answers, so that you can test a change on all of them. Name one above,
          then add recorded model calls to it from the messages of a span.
        </p>
      )}
      {data && data.length > 0 && (
        <div role="table" aria-label="Datasets" className="min-h-0 grow overflow-y-auto bg-panel">
          <div
            role="row"
            className={`${GRID} h-[29px] border-b border-line bg-raised text-sm font-medium text-secondary`}
          >
            <span role="columnheader">Dataset</span>
            <span role="columnheader" className="text-right">
              Items
            </span>
            <span role="columnheader" className="text-right">
              Made
            </span>
          </div>
          {data.map(({ id, name, itemCount, createdAt }) => (
            <div key={id} role="row" className={`${GRID} relative h-[32px] border-b border-line hover:bg-raised`}>
              <span role="rowheader" className="min-w-0">
                <Link
                  href={`/dataset/${id}`}
                  className="block truncate font-semibold after:absolute after:inset-0"
                  dir="auto"
                >
                  {name}
                </Link>
              </span>
              <span role="cell" className="text-right font-mono text-sm">
                {formatCount(itemCount)}
              </span>
              <span role="cell" className="text-right text-secondary">
                {formatAgo(Date.parse(createdAt), now)}
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function NewDataset({ onCreate }: { readonly onCreate: (name: string) => void }) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    onCreate(name.trim());
    setName('');
  };
  return (
    <form className="flex gap-1.5" onSubmit={submit}>
      <input
        aria-label="Name of the new dataset"
        placeholder="Name of a new dataset"
        className="h-[27px] w-[220px] rounded-md border border-line-strong bg-background px-2"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={name.trim() === ''}>
        Make it
      </Button>
    </form>
  );
}
