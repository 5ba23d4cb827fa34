/** One session: its turns in order, each with what was asked and answered, and what it took. */

import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { SessionSummary } from '../../../core/api/session';
import { formatCost, formatCount, formatDuration, formatTokens } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { Comments } from '../../features/comments/Comments';
import { TagList } from '../../features/comments/TagList';
import { ScoreBar } from '../../features/scores/ScoreBar';
import { useKeys } from '../../hooks/use-keys';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { dayAndZone, secondText } from '../../ui/clock-time';
import { costHint, costText } from '../../ui/cost-text';
import { Figure } from '../../ui/Figure';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { Tag } from '../../ui/Tag';
import { TurnList } from './TurnList';

const PACE_MS = 1_000;

export function SessionPage({ sessionId }: { readonly sessionId: string }) {
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const [, navigate] = useLocation();
  const { data, error, refetch } = useQuery({
    queryKey: ['session', sessionId],
    queryFn: () => api.getSession(sessionId),
    enabled: version > 0,
    refetchOnMount: 'always',
  });
  useRefetchOn(version, refetch);
  useKeys({ Escape: () => navigate('/sessions') });
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href="/sessions" className="text-secondary hover:text-accent">
          Sessions
        </Link>
        <span className="text-faint">/</span>
        <h1 className="min-w-0 truncate font-mono font-medium" title={sessionId}>
          {sessionId}
        </h1>
        <CopyButton text={sessionId} label="Copy the session id" />
        {data && data.failedTraces > 0 && (
          <Tag tone="error">{`${formatCount(data.failedTraces)} of ${formatCount(data.traceCount)} turns failed`}</Tag>
        )}
      </PageHeader>
      {error && (
        <Notice
          title="This session could not be opened."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      )}
      {!data && !error && (
        <p role="status" className="p-4 text-secondary">
          Reading the session …
        </p>
      )}
      {data && !error && (
        <>
          <Summary session={data} />
          <TurnList sessionId={sessionId} count={data.traceCount} version={version} />
          <details className="max-h-[45%] shrink-0 overflow-y-auto border-t border-line bg-panel">
            <summary className="cursor-pointer px-3.5 py-1.5 font-medium">Comments and tags</summary>
            <div className="px-3.5">
              <TagList about={{ traceId: null, spanId: null, sessionId }} />
            </div>
            <Comments about={{ traceId: null, spanId: null, sessionId, viewId: null }} />
          </details>
        </>
      )}
    </div>
  );
}

function Summary({ session }: { readonly session: SessionSummary }) {
  const { traceCount, busyNs, startTime, endTime, inputTokens, outputTokens, agentNames } = session;
  const spanNs = (Date.parse(endTime) - Date.parse(startTime)) * 1e6;
  return (
    <section
      aria-label="Summary"
      className="flex shrink-0 items-center gap-6 overflow-hidden border-b border-line bg-panel px-3.5 py-2"
    >
      <Figure value={formatCount(traceCount)} label={traceCount === 1 ? 'turn' : 'turns'} />
      <Figure value={formatDuration(busyNs)} label="at work" hint="Total duration of its traces" />
      <Figure value={formatDuration(spanNs)} label="from first to last" />
      {(inputTokens !== null || outputTokens !== null) && (
        <Figure value={formatTokens(inputTokens, outputTokens)} label="tokens in → out" />
      )}
      {(session.costUsd !== null || inputTokens !== null || outputTokens !== null) && (
        <Figure
          value={costText(session.costUsd, session.costComplete)}
          label={session.reportedCostUsd === null ? 'cost' : `cost; ${formatCost(session.reportedCostUsd)} as reported`}
          hint={costHint(session)}
        />
      )}
      <Figure value={secondText(startTime)} label={dayAndZone(startTime)} />
      <span className="grow" />
      <ScoreBar target={{ traceId: null, spanId: null, sessionId: session.sessionId }} what="session" />
      {agentNames.length > 0 && (
        <span className="min-w-0 truncate text-secondary max-md:hidden" dir="auto">
          {agentNames.join(', ')}
        </span>
      )}
    </section>
  );
}
