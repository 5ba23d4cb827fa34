import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ExperimentSummary } from '../../../core/api/evaluation';
import { formatCost, formatCount, formatDuration } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Tag } from '../../ui/Tag';
import { meanText } from './mean-text';

const PACE_MS = 500;
const GRID =
  'grid grid-cols-[24px_minmax(0,200px)_minmax(0,160px)_minmax(0,1fr)_84px_84px_70px] items-center gap-x-4 px-3.5';

/** How the experiments went, newest first; two can be laid side by side. */
export function ExperimentTable({ datasetId }: { readonly datasetId: string }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [, navigate] = useLocation();
  const { data, error, refetch } = useQuery({
    queryKey: ['experiments', datasetId],
    queryFn: () => api.listExperiments(datasetId),
    refetchOnMount: 'always',
    // Every result of every experiment is read: only while one runs.
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === 'running') ? PACE_MS : false),
  });
  if (error) return <Notice title="The experiments could not be read.">{error.message}</Notice>;
  if (!data || data.length === 0) return null;
  const choose = (id: string): void =>
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-2));
  return (
    <section aria-label="Experiments">
      <div className={`${GRID} h-[33px] border-b border-line bg-raised text-sm font-medium text-secondary`}>
        <span />
        <span>Experiment</span>
        <span>Model</span>
        <span className="flex items-center gap-3">
          How well
          {chosen.length === 2 && (
            <Button onClick={() => navigate(`/experiments/${chosen[0]}/${chosen[1]}`)}>Compare the two</Button>
          )}
        </span>
        <span className="text-right">Cost</span>
        <span className="text-right">Mean time</span>
        <span />
      </div>
      {[...data].reverse().map((experiment) => (
        <Row
          key={experiment.id}
          experiment={experiment}
          chosen={chosen.includes(experiment.id)}
          onChoose={() => choose(experiment.id)}
          onEnd={() => {
            const { id, state } = experiment;
            const ending: Promise<unknown> = state === 'running' ? api.cancelExperiment(id) : api.deleteExperiment(id);
            void ending.catch(() => {}).then(() => refetch());
          }}
        />
      ))}
    </section>
  );
}

interface RowProps {
  readonly experiment: ExperimentSummary;
  readonly chosen: boolean;
  readonly onChoose: () => void;
  /** Cancels what runs, deletes what has run. */
  readonly onEnd: () => void;
}

function Row({ experiment, chosen, onChoose, onEnd }: RowProps) {
  const { id, name, target, state, message, doneCount, itemCount, errorCount, means, costUsd, durationNs } = experiment;
  return (
    <div className={`${GRID} min-h-[34px] border-b border-line py-1 hover:bg-raised`}>
      <input
        type="checkbox"
        aria-label={`Compare ${name}`}
        className="size-[14px] accent-(--accent)"
        checked={chosen}
        onChange={onChoose}
      />
      <span className="flex min-w-0 items-center gap-2">
        <Link href={`/experiments/${id}`} className="truncate font-semibold hover:underline" dir="auto">
          {name}
        </Link>
        {state === 'running' && <Tag tone="running">{`${formatCount(doneCount)} of ${formatCount(itemCount)}`}</Tag>}
        {state === 'cancelled' && <Tag>cancelled</Tag>}
        {state === 'failed' && (
          <span title={message ?? ''}>
            <Tag tone="error">failed</Tag>
          </span>
        )}
      </span>
      <span className="truncate font-mono text-sm text-secondary" title={target?.model}>
        {target?.model ?? 'as recorded'}
      </span>
      <span className="flex min-w-0 flex-wrap gap-x-4 gap-y-1 text-sm">
        {means.map((one) => (
          <span key={one.name}>
            {one.name} <span className="font-mono font-medium">{meanText(one.mean)}</span>
          </span>
        ))}
        {errorCount > 0 && <span className="text-error">{formatCount(errorCount)} without an answer</span>}
      </span>
      <span className="text-right font-mono text-sm text-secondary">{formatCost(costUsd)}</span>
      <span className="text-right font-mono text-sm text-secondary">{formatDuration(durationNs)}</span>
      <Button look="ghost" onClick={onEnd}>
        {state === 'running' ? 'Cancel' : 'Delete'}
      </Button>
    </div>
  );
}
