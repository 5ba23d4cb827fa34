/** How it goes at a glance: requests, failures, latency, what models cost, each beside the period before. */
import { useLocation } from 'wouter';
import { formatCompact, formatCount, formatDuration } from '../../../core/model/format';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { ModelTable } from '../../features/models/ModelTable';
import { beforeText, changeOf, pointsOf } from '../../features/red/change';
import { Requests } from '../../features/red/Requests';
import { EmptyWorkspace } from '../../features/send-traces/EmptyWorkspace';
import { useFirstTrace } from '../../features/send-traces/use-first-trace';
import { openTraces } from '../../stores/open-traces';
import { isEverything } from '../../stores/time-range';
import { useExtent, useTraceList } from '../../stores/trace-list-store';
import { CountedAt } from '../../ui/CountedAt';
import { costHint, costText } from '../../ui/cost-text';
import { Kpi, Kpis } from '../../ui/Kpi';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';
import { FailedTraces } from './FailedTraces';
import { ServiceTable } from './ServiceTable';
import { type Figures, isEmpty, useHome } from './use-figures';

export function HomePage() {
  const extent = useExtent();
  const { range } = extent;
  const { question, version } = useHome(extent);
  const { answer, isOld } = question;
  const data = answer?.state === 'complete' ? answer.whole : undefined;
  const [, navigate] = useLocation();
  const open = (service: string, failed: boolean): void => {
    useTraceList.getState().setQuery(`service:${JSON.stringify(service)}${failed ? ' status:failed' : ''}`);
    navigate('/traces');
  };
  const nothing = data !== undefined && !isOld && isEmpty(data);
  const nothingAtAll = nothing && isEverything(extent);
  useFirstTrace(nothingAtAll);
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Home</h1>
        <CountedAt asOf={data?.now.asOf} countedSince={data?.now.countedSince} />
        {data?.before && (
          <span className="min-w-0 truncate text-secondary max-md:hidden">compared with {beforeText(range)}</span>
        )}
        <span className="grow" />
        <ExtentPicker />
      </PageHeader>
      {(question.failure !== null || !data) && (
        <QuestionNote question={question} what="the figures" looking="Counting …" />
      )}
      {nothingAtAll && <EmptyWorkspace arrives="It opens here as soon as it arrives." />}
      {nothing && !nothingAtAll && (
        <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
          {`Nothing arrived in this time range${Object.keys(extent.deployment).length > 0 ? ' and with this filter' : ''}.`}
        </p>
      )}
      {data && !nothing && (
        <div aria-busy={isOld} className={`min-h-0 grow overflow-auto bg-panel ${isOld ? 'opacity-60' : ''}`}>
          <HomeFigures now={data.now} before={data.before} since={beforeText(range)} />
          <div className="flex border-b border-line">
            <Requests
              red={data.red}
              series={data.red.total}
              onOpen={(fromMs, toMs) => openTraces({ query: '', range: { kind: 'between', fromMs, toMs } }, navigate)}
            />
          </div>
          <div className="flex flex-wrap">
            <div className="min-w-[min(620px,100%)] grow-[2] basis-0 overflow-x-auto border-line lg:border-r">
              <ServiceTable groups={data.red.groups} other={data.red.other} onOpen={open} />
            </div>
            <FailedTraces extent={extent} version={version} />
          </div>
          <ModelTable extent={extent} version={version} />
        </div>
      )}
    </div>
  );
}

interface HomeFiguresProps {
  readonly now: Figures;
  readonly before: Figures | null;
  readonly since: string;
}

function HomeFigures({ now, before, since }: HomeFiguresProps) {
  const change = (key: 'requests' | 'p95Ns' | 'costUsd' | 'tokens' | 'agents') =>
    before && changeOf(now[key], before[key]);
  const { successRate, costUsd, costComplete } = now;
  const succeeded = before && pointsOf(successRate, before.successRate);
  const slowed = change('p95Ns');
  // What is known of some calls cannot be compared with what is known of others.
  const cost = costComplete && before?.costComplete === true ? change('costUsd') : null;
  return (
    <Kpis label="Figures">
      <Kpi
        label="Requests"
        value={formatCompact(now.requests)}
        hint={formatCount(now.requests)}
        note={change('requests')?.text}
        since={since}
      />
      <Kpi
        label="Success rate"
        value={successRate === null ? '—' : `${floorTo2(successRate * 100)} %`}
        note={succeeded?.text}
        since={since}
        isBad={succeeded?.direction === -1}
      />
      <Kpi
        label="p95"
        value={formatDuration(now.p95Ns)}
        note={slowed?.text}
        since={since}
        isBad={slowed?.direction === 1}
      />
      <Kpi
        label="Model cost"
        value={now.calls === 0 ? '—' : costText(costUsd, costComplete)}
        hint={now.calls === 0 ? undefined : costHint({ costUsd, costComplete, reportedCostUsd: null })}
        note={cost?.text}
        since={since}
      />
      <Kpi
        label="Tokens"
        value={now.tokens === 0 ? '—' : formatCompact(now.tokens)}
        hint={now.tokens === 0 ? undefined : formatCount(now.tokens)}
        note={change('tokens')?.text}
        since={since}
      />
      <Kpi label="Active agents" value={formatCount(now.agents)} note={change('agents')?.text} since={since} />
    </Kpis>
  );
}

/** 99.999 is not all. */
function floorTo2(percent: number): string {
  return String(Math.floor(percent * 100) / 100);
}
