/** What calls of models took and cost over time, by whose they are: beside the period before, and with the way to the traces. */
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { NEWEST_FIRST } from '../../../core/api/trace-list-query';
import { USAGE_BY, type UsageBy } from '../../../core/api/usage';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { beforeText } from '../../features/red/change';
import { isEverything, type TimeRange } from '../../stores/time-range';
import { useExtent, useTraceList } from '../../stores/trace-list-store';
import { CountedAt } from '../../ui/CountedAt';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';
import { Choice } from './Choice';
import { GROUPINGS, MODEL_CALLS_QUERY } from './measures';
import { UsageFigures } from './UsageFigures';
import { UsageOverTime } from './UsageOverTime';
import { UsageTable } from './UsageTable';
import { useUsage } from './use-usage';

export function UsagePage() {
  const extent = useExtent();
  const [by, setBy] = useState<UsageBy>('model');
  const question = useUsage(extent, by);
  const { answer, isOld, failure } = question;
  const data = answer?.state === 'complete' ? answer.whole : null;
  const [, navigate] = useLocation();
  const open = (query: string, range?: TimeRange): void => {
    const { range: chosen, deployment, columns, chart, explore } = useTraceList.getState();
    explore({ query, range: range ?? chosen, deployment, groupBy: null, sort: NEWEST_FIRST, columns, chart });
    navigate('/traces');
  };
  const isEmpty = data !== null && data.total.calls === 0;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Usage</h1>
        <CountedAt asOf={data?.usage.asOf} countedSince={data?.usage.countedSince} />
        {data?.before && (
          <span className="min-w-0 truncate text-secondary max-lg:hidden">
            compared with {beforeText(extent.range)}
          </span>
        )}
        <span className="grow" />
        <ExtentPicker />
      </PageHeader>
      {(failure !== null || !data) && (
        <QuestionNote question={question} what="usage" looking="Counting model calls …" />
      )}
      {isEmpty && !isOld && (
        <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
          {isEverything(extent) ? (
            <>
              No model has been called yet. Point an agent’s OpenTelemetry exporter at this machine:{' '}
              <Link href="/connect" className="text-accent underline">
                Send traces
              </Link>{' '}
              has the configuration for it.
            </>
          ) : (
            `No model was called in this time range${Object.keys(extent.deployment).length > 0 ? ' and with this filter' : ''}. Choose a longer one.`
          )}
        </p>
      )}
      {data && !isEmpty && (
        <div aria-busy={isOld} className={`min-h-0 grow overflow-auto bg-panel ${isOld ? 'opacity-60' : ''}`}>
          <UsageFigures now={data.total} before={data.totalBefore} since={beforeText(extent.range)} />
          <div className="flex items-center gap-3 px-3.5 pt-3">
            <span className="text-sm text-secondary">By</span>
            <Choice
              label="Whose usage"
              names={USAGE_BY}
              chosen={by}
              titleOf={(name) => GROUPINGS[name].title}
              onChoose={setBy}
            />
          </div>
          {/* Until the answer for another grouping is there, what shows is still of the one before. */}
          <UsageOverTime
            usage={data.usage}
            by={data.by}
            onOpen={(fromMs, toMs) => open(MODEL_CALLS_QUERY, { kind: 'between', fromMs, toMs })}
          />
          <UsageTable data={data} onOpen={(name) => open(GROUPINGS[data.by].query(name))} />
        </div>
      )}
    </div>
  );
}
