/** The agents that ran: how often, how many runs failed, how long they took, at what cost. */
import { useLocation } from 'wouter';
import type { AgentSummary } from '../../../core/api/agents';
import {
  formatAgo,
  formatCompact,
  formatCount,
  formatDuration,
  formatShare,
  formatTokens,
} from '../../../core/model/format';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { ModelTable } from '../../features/models/ModelTable';
import { useNow } from '../../hooks/use-now';
import { useQuestion } from '../../hooks/use-question';
import { useThrottled } from '../../hooks/use-throttled';
import { inExtent, isEverything } from '../../stores/time-range';
import { useExtent, useTraceList } from '../../stores/trace-list-store';
import { CountedAt } from '../../ui/CountedAt';
import { costHint, costText } from '../../ui/cost-text';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';

/** Every run is counted again. */
const PACE_MS = 10_000;
const GRID = 'grid grid-cols-[minmax(160px,1fr)_64px_96px_80px_80px_72px_120px_84px_90px] items-center gap-x-4 px-3.5';
const TITLES = ['Runs', 'Failed', 'p50', 'p95', 'Calls', 'Tokens', 'Cost', 'Last run'];

export function AgentsPage() {
  const version = useConnection(({ version }) => version);
  const extent = useExtent();
  const now = useNow(10_000);
  const question = useQuestion({
    key: ['agents', extent],
    ask: async () => answerFrom(await api.listAgents(inExtent(extent)), true),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld, failure } = question;
  const data = answer?.state === 'complete' ? answer.whole : null;
  const paced = useThrottled(version, PACE_MS);
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Agents</h1>
        {data && !isOld && <span className="text-secondary">{formatCount(data.named)}</span>}
        <CountedAt asOf={data?.asOf} countedSince={data?.countedSince} />
        <span className="grow" />
        <ExtentPicker />
      </PageHeader>
      {(failure !== null || !data) && <QuestionNote question={question} what="the agents" looking="Counting runs …" />}
      {data?.data.length === 0 && !isOld && (
        <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
          {isEverything(extent)
            ? 'No agent has run yet. Point its OpenTelemetry exporter at this machine: “Send traces” has the configuration for each framework.'
            : `No agent ran in this time range${Object.keys(extent.deployment).length > 0 ? ' and with this filter' : ''}.`}
        </p>
      )}
      {data && data.data.length > 0 && (
        <div aria-busy={isOld} className={`min-h-0 grow overflow-auto bg-panel ${isOld ? 'opacity-60' : ''}`}>
          <div role="table" aria-label="Agents" className="min-w-[940px]">
            <div
              role="row"
              className={`${GRID} sticky top-0 z-10 h-[29px] border-b border-line bg-raised text-sm font-medium text-secondary`}
            >
              <span role="columnheader">Agent</span>
              {TITLES.map((title) => (
                <span key={title} role="columnheader" className="text-right">
                  {title}
                </span>
              ))}
            </div>
            {data.data.map((agent) => (
              <Row key={agent.name ?? ''} agent={agent} now={now} />
            ))}
            {data.total > data.data.length && (
              <p className="px-3.5 py-2 text-secondary">and {formatCount(data.total - data.data.length)} more agents</p>
            )}
          </div>
          <ModelTable extent={extent} version={paced} />
        </div>
      )}
    </div>
  );
}

function Row({ agent, now }: { readonly agent: AgentSummary; readonly now: number }) {
  const [, navigate] = useLocation();
  const { name, runs, failedRuns, models, calls } = agent;
  const open = (): void => {
    useTraceList.getState().setQuery(`agent:${JSON.stringify(name)}`);
    navigate('/traces');
  };
  return (
    <div role="row" className={`${GRID} relative h-[32px] border-b border-line hover:bg-raised`}>
      <span role="rowheader" className="flex min-w-0 items-baseline gap-2">
        {name === null ? (
          <span className="shrink-0 text-secondary" title="Model calls whose agent is unknown">
            no agent named
          </span>
        ) : (
          <button
            type="button"
            className="min-w-0 truncate text-left font-semibold after:absolute after:inset-0"
            dir="auto"
            title="Show its runs"
            onClick={open}
          >
            {name}
          </button>
        )}
        <span className="min-w-0 truncate text-sm text-faint" title={models.join(', ')}>
          {models.slice(0, 3).join(', ')}
        </span>
      </span>
      <Cell>{runs === 0 ? '—' : formatCount(runs)}</Cell>
      <Cell tone={failedRuns > 0 ? 'text-error' : 'text-faint'}>
        {runs === 0 ? '—' : failedRuns === 0 ? '0' : `${formatCount(failedRuns)} · ${formatShare(failedRuns, runs)}`}
      </Cell>
      <Cell>{formatDuration(agent.p50Ns)}</Cell>
      <Cell>{formatDuration(agent.p95Ns)}</Cell>
      <Cell hint={agent.failedCalls > 0 ? `${formatCount(agent.failedCalls)} of them failed` : undefined}>
        {formatCount(calls)}
      </Cell>
      <Cell hint={`${formatCompact(agent.cacheReadTokens)} of those that went in came from a cache`}>
        {formatTokens(agent.inputTokens, agent.outputTokens)}
      </Cell>
      <Cell hint={costHint(agent)}>{calls === 0 ? '—' : costText(agent.costUsd, agent.costComplete)}</Cell>
      <span role="cell" className="text-right text-secondary">
        {agent.lastSeen === null ? '—' : formatAgo(Date.parse(agent.lastSeen), now)}
      </span>
    </div>
  );
}

interface CellProps {
  readonly children: string;
  readonly tone?: string;
  readonly hint?: string | undefined;
}

function Cell({ children, tone = '', hint }: CellProps) {
  return (
    <span role="cell" className={`text-right font-mono text-sm ${tone}`} title={hint}>
      {children}
    </span>
  );
}
