/** One service: what it served over time, what it does, who calls it and whom it calls, what fails, and what is slow. */
import { Link, useLocation } from 'wouter';
import type { RedMetrics } from '../../../core/api/service-metrics';
import { formatCompact, formatCount, formatDuration, formatShare } from '../../../core/model/format';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { beforeText, changeOf } from '../../features/red/change';
import { Latency } from '../../features/red/Latency';
import { Requests } from '../../features/red/Requests';
import { useKeys } from '../../hooks/use-keys';
import { useQuestion } from '../../hooks/use-question';
import { useThrottled } from '../../hooks/use-throttled';
import { openTraces } from '../../stores/open-traces';
import { useExtent } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { Figure } from '../../ui/Figure';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';
import { serviceColor } from '../../ui/series';
import { boundsBeside } from './bounds';
import { EdgeTable } from './EdgeTable';
import { Operations } from './Operations';
import { ServiceErrors } from './ServiceErrors';
import { SlowestTraces } from './SlowestTraces';
import { StepTable } from './StepTable';
import { MAP } from './service-address';
import { minutesOf, rateText } from './service-rows';
import { useEdges } from './use-edges';
import { Versions } from './Versions';

const PACE_MS = 10_000;

export function ServicePage({ service }: { readonly service: string }) {
  const version = useConnection(({ version }) => version);
  const extent = useExtent();
  const paced = useThrottled(version, PACE_MS);
  const [, navigate] = useLocation();
  useKeys({ m: () => navigate(MAP), Escape: () => navigate('/services') });
  const question = useQuestion({
    key: ['service', service, extent],
    ask: async () => {
      const { now, before } = boundsBeside(extent);
      const [red, operations, then] = await Promise.all([
        api.redMetrics({ ...now, service }),
        api.redMetrics({ ...now, service, groupBy: 'operation' }),
        before && api.redMetrics({ ...before, service }),
      ]);
      return answerFrom({ red, operations, before: then }, true);
    },
    version,
    paceMs: PACE_MS,
  });
  const edges = useEdges(extent, version);
  const { answer, isOld, failure } = question;
  const data = answer?.state === 'complete' ? answer.whole : null;
  const calls = edges.answer?.state === 'complete' ? edges.answer.whole : null;
  const query = `service:${JSON.stringify(service)}`;
  const openStep = (fromMs: number, toMs: number): void =>
    openTraces({ query, range: { kind: 'between', fromMs, toMs } }, navigate);
  const part = { service, extent, version: paced };
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href="/services" className="shrink-0 text-secondary hover:underline">
          Services
        </Link>
        <span className="size-2 shrink-0 rounded-sm" style={{ background: serviceColor(service) }} aria-hidden />
        <h1 className="min-w-0 truncate font-semibold" dir="auto">
          {service || 'unnamed'}
        </h1>
        <span className="grow" />
        <Button onClick={() => openTraces({ query }, navigate)}>Traces</Button>
        <ExtentPicker />
      </PageHeader>
      {(failure !== null || !data) && (
        <QuestionNote question={question} what="the figures" looking="Counting requests …" />
      )}
      {data && (
        <div aria-busy={isOld} className={`min-h-0 grow overflow-auto bg-panel ${isOld ? 'opacity-60' : ''}`}>
          <Figures red={data.red} before={data.before} since={beforeText(extent.range)} />
          <div className="flex flex-col border-b border-line md:flex-row">
            <Requests red={data.red} series={data.red.total} onOpen={openStep} />
            <Latency red={data.red} series={data.red.total} />
          </div>
          <StepTable red={data.red} onOpen={openStep} />
          <Operations service={service} red={data.operations} />
          {edges.failure !== null && <QuestionNote question={edges} what="the calls" looking="" />}
          {calls && (
            <div className="grid lg:grid-cols-2">
              <EdgeTable
                label="Called by"
                ends={['caller']}
                edges={calls.edges.filter(({ callee }) => callee === service)}
                minutes={minutesOf(data.red)}
                left={calls.left}
                none="No other service that sends spans calls it."
              />
              <EdgeTable
                label="Calls"
                ends={['callee']}
                edges={calls.edges.filter(({ caller }) => caller === service)}
                minutes={minutesOf(data.red)}
                left={calls.left}
                none="It calls no other service that sends spans."
              />
            </div>
          )}
          <ServiceErrors {...part} />
          <SlowestTraces {...part} />
          <Versions {...part} />
        </div>
      )}
    </div>
  );
}

interface FiguresProps {
  readonly red: RedMetrics;
  readonly before: RedMetrics | null;
  readonly since: string;
}

function Figures({ red, before, since }: FiguresProps) {
  const { spans, errors, p50Ns, p95Ns, p99Ns } = red.total;
  const changed = (now: number | null, then: number | null | undefined): string => {
    const text = before && changeOf(now, then ?? null)?.text;
    return text ? `${text} (${since})` : '';
  };
  return (
    <div className="flex flex-wrap gap-x-9 gap-y-3 border-b border-line px-3.5 py-3">
      <Figure
        value={formatCompact(spans)}
        label={label('requests', changed(spans, before?.total.spans))}
        hint={formatCount(spans)}
      />
      <Figure value={spans === 0 ? '—' : rateText(spans / minutesOf(red))} label="rate" />
      <Figure
        value={<span className={errors > 0 ? 'text-error' : ''}>{spans === 0 ? '—' : formatShare(errors, spans)}</span>}
        label={label('failed', changed(errors, before?.total.errors))}
        hint={`${formatCount(errors)} requests failed`}
      />
      <Figure value={formatDuration(p50Ns)} label="p50" />
      <Figure value={formatDuration(p95Ns)} label={label('p95', changed(p95Ns, before?.total.p95Ns))} />
      <Figure value={formatDuration(p99Ns)} label="p99" />
    </div>
  );
}

function label(name: string, change: string): string {
  return change === '' ? name : `${name}, ${change}`;
}
