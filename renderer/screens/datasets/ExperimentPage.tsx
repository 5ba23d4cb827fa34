/** What was answered, item by item; of two experiments side by side. */
import { useQueries, useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { DatasetItem, Experiment, ExperimentResult } from '../../../core/api/evaluation';
import { formatCost, formatDuration } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useKeys } from '../../hooks/use-keys';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { askedIn, saidIn } from './item-text';
import { meanText } from './mean-text';

const PACE_MS = 500;
const MAX_ITEMS = 100;

export function ExperimentPage({ ids }: { readonly ids: readonly string[] }) {
  const version = useConnection(({ version }) => version);
  const [, navigate] = useLocation();
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['experiment', id],
      queryFn: () => api.getExperiment(id),
      enabled: version > 0,
      refetchInterval: ({ state }: { state: { data: Experiment | undefined } }) =>
        state.data?.state === 'running' ? PACE_MS : false,
    })),
  });
  const experiments = answers.flatMap(({ data }) => data ?? []);
  const datasetId = experiments[0]?.datasetId ?? null;
  const { data: items } = useQuery({
    queryKey: ['dataset-items', datasetId, 'first'],
    queryFn: () => api.listDatasetItems({ datasetId: datasetId ?? '', limit: MAX_ITEMS }),
    enabled: datasetId !== null,
  });
  useKeys({
    Escape: () => {
      if (datasetId !== null) navigate(`/dataset/${datasetId}`);
    },
  });
  const failure = answers.find(({ error }) => error)?.error;
  const resultsOf = (item: DatasetItem) =>
    experiments.map(({ results }) => results.find(({ itemId }) => itemId === item.id) ?? null);
  const shown = (items?.data ?? []).filter((item) => !onlyDifferent || differs(resultsOf(item)));
  const columns = {
    gridTemplateColumns: `minmax(0, 0.8fr) repeat(${Math.max(1, experiments.length)}, minmax(0, 1fr))`,
  };
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link
          href={datasetId === null ? '/datasets' : `/dataset/${datasetId}`}
          className="text-secondary hover:text-accent"
        >
          Dataset
        </Link>
        <span className="text-faint">/</span>
        <h1 className="min-w-0 truncate font-semibold" dir="auto">
          {experiments.map(({ name }) => name).join(' and ')}
        </h1>
        <span className="grow" />
        {experiments.length > 1 && (
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              className="accent-(--accent)"
              checked={onlyDifferent}
              onChange={() => setOnlyDifferent(!onlyDifferent)}
            />
            Only where they differ
          </label>
        )}
      </PageHeader>
      {failure && <Notice title="The experiment could not be opened.">{failure.message}</Notice>}
      <div role="table" aria-label="Results" className="min-h-0 grow overflow-y-auto bg-panel">
        <div
          role="row"
          style={columns}
          className="sticky top-0 z-10 grid items-center gap-x-4 border-b border-line bg-raised px-3.5 py-1.5 text-sm font-medium text-secondary"
        >
          <span role="columnheader">Asked, expected</span>
          {experiments.map((experiment) => (
            <Head key={experiment.id} experiment={experiment} />
          ))}
        </div>
        {shown.map((item) => (
          <div
            key={item.id}
            role="row"
            style={columns}
            className="grid items-start gap-x-4 border-b border-line px-3.5 py-2.5"
          >
            <div role="rowheader" className="min-w-0">
              <p className="line-clamp-6 break-words whitespace-pre-wrap" dir="auto">
                {askedIn(item)}
              </p>
              {item.expected !== '' && (
                <p className="mt-1 line-clamp-3 break-words whitespace-pre-wrap text-secondary" dir="auto">
                  <span className="text-faint">expected </span>
                  {item.expected}
                </p>
              )}
            </div>
            {resultsOf(item).map((result, i) => (
              <Answer key={experiments[i]?.id} result={result} />
            ))}
          </div>
        ))}
        {items && shown.length === 0 && (
          <p className="px-3.5 py-6 text-secondary">
            {onlyDifferent ? 'Both score the same on every item.' : 'The dataset no longer has any items.'}
          </p>
        )}
        {items?.pagination.hasMore && (
          <p className="px-3.5 py-2.5 text-sm text-secondary">
            The first {MAX_ITEMS} items are shown; the means cover all of them. The HTTP API has every result.
          </p>
        )}
      </div>
    </div>
  );
}

function Head({ experiment: { name, target, evaluators, results } }: { readonly experiment: Experiment }) {
  const names = [...new Set(results.flatMap(({ verdicts }) => verdicts.map((verdict) => verdict.name)))];
  const meanOf = (of: string): number | null => {
    const values = results.flatMap(({ verdicts }) =>
      verdicts.flatMap((verdict) => (verdict.name === of && verdict.value !== null ? [verdict.value] : [])),
    );
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return (
    <span role="columnheader" className="min-w-0">
      <span className="block truncate font-semibold text-text" dir="auto">
        {name} <span className="font-mono font-normal text-secondary">{target?.model ?? ''}</span>
      </span>
      <span className="flex flex-wrap gap-x-3 font-normal">
        {names.map((one) => (
          <span key={one}>
            {one} <span className="font-mono font-medium text-text">{meanText(meanOf(one))}</span>
          </span>
        ))}
        {evaluators.length === 0 && 'no evaluators'}
      </span>
    </span>
  );
}

function Answer({ result }: { readonly result: ExperimentResult | null }) {
  if (!result) {
    return (
      <span role="cell" className="text-faint">
        not yet
      </span>
    );
  }
  const { answer, verdicts } = result;
  return (
    <div role="cell" className="min-w-0">
      <p
        className={clsx('line-clamp-6 break-words whitespace-pre-wrap', answer.error !== null && 'text-error')}
        dir="auto"
      >
        {saidIn(answer)}
      </p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-sm">
        {verdicts.map(({ name, value, comment }) => (
          <span
            key={name}
            title={comment}
            className={value === null ? 'text-faint' : value < 0.5 ? 'text-error' : 'text-ok'}
          >
            {name} <span className="font-mono">{value === null ? '—' : Math.round(value * 100) / 100}</span>
          </span>
        ))}
        <span className="font-mono text-faint">
          {formatDuration(answer.durationNs)} · {formatCost(answer.costUsd)}
        </span>
      </p>
    </div>
  );
}

/** Whether some evaluator says other things of them. */
function differs(results: readonly (ExperimentResult | null)[]): boolean {
  const said = results.map((result) =>
    JSON.stringify(result?.verdicts.map(({ name, value }) => [name, value]) ?? null),
  );
  return new Set(said).size > 1;
}
