/** Who calls whom: services in layers, with rate, errors and p95 on each call; the same as a table below. */
import { ZoomIn, ZoomOut } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { formatCount } from '../../../core/model/format';
import { useConnection } from '../../connection/connection-store';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { useKeys } from '../../hooks/use-keys';
import { boundsOf } from '../../stores/time-range';
import { useExtent } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { Kbd } from '../../ui/Kbd';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';
import { EdgeTable } from './EdgeTable';
import { around, busiest, layOutServices } from './lay-out-services';
import { ServiceMap } from './ServiceMap';
import { useEdges } from './use-edges';

/** More cannot be read at once. */
const DRAWN = 60;
const ZOOM = 1.25;

export function MapPage() {
  const version = useConnection(({ version }) => version);
  const extent = useExtent();
  const { range } = extent;
  const [, navigate] = useLocation();
  const [focus, setFocus] = useState<string | null>(null);
  const [scale, setScale] = useState(1);
  const zoom = (by: number): void => setScale((now) => Math.min(2, Math.max(0.3, now * by)));
  useKeys({
    m: () => navigate('/services'),
    '+': () => zoom(ZOOM),
    '-': () => zoom(1 / ZOOM),
    Escape: () => setFocus(null),
  });
  const question = useEdges(extent, version);
  const { answer, isOld, failure } = question;
  const data = answer?.state === 'complete' ? answer.whole : null;
  const edges = data?.edges;
  const all = useMemo(() => [...new Set(edges?.flatMap(({ caller, callee }) => [caller, callee]))].sort(), [edges]);
  const drawn = useMemo(() => {
    if (!edges) return null;
    const near = focus === null ? null : around(focus, edges);
    const services = near ? near.services : busiest(DRAWN, edges);
    const shown = new Set(services);
    const calls = edges.filter(({ caller, callee }) => shown.has(caller) && shown.has(callee));
    return { map: layOutServices(services, calls), left: near ? 0 : all.length - services.length };
  }, [edges, focus, all]);
  const { from, to } = boundsOf(range);
  const minutes = from ? Math.max(1, ((to ? Date.parse(to) : Date.now()) - Date.parse(from)) / 60_000) : null;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href="/services" className="flex items-center gap-1.5 text-accent hover:underline">
          Services <Kbd>m</Kbd>
        </Link>
        <h1 className="font-semibold">Map</h1>
        <span className="grow" />
        <label className="flex min-w-0 items-center gap-1.5 text-secondary">
          Around
          <select
            value={focus ?? ''}
            onChange={(event) => setFocus(event.target.value === '' ? null : event.target.value)}
            className="h-[26px] max-w-[200px] min-w-0 rounded border border-line-strong bg-background px-1 text-text"
          >
            <option value="">all services</option>
            {all.map((service) => (
              <option key={service} value={service}>
                {service}
              </option>
            ))}
          </select>
        </label>
        <Button aria-label="Zoom out" onClick={() => zoom(1 / ZOOM)}>
          <ZoomOut size={13} aria-hidden />
        </Button>
        <Button aria-label="Zoom in" onClick={() => zoom(ZOOM)}>
          <ZoomIn size={13} aria-hidden />
        </Button>
        <ExtentPicker />
      </PageHeader>
      {(failure !== null || !data) && <QuestionNote question={question} what="the calls" looking="Counting calls …" />}
      {data && (
        <div aria-busy={isOld} className={`flex min-h-0 grow flex-col bg-panel ${isOld ? 'opacity-60' : ''}`}>
          {drawn && drawn.left > 0 && (
            <p className="px-3.5 pt-2.5 text-secondary">
              The services with the most frequent calls; {formatCount(drawn.left)} more appear when you focus on one of
              them, and in the table.
            </p>
          )}
          {drawn && drawn.map.nodes.length > 0 && (
            <p className="px-3.5 pt-2.5 text-sm text-secondary">
              On an arrow: {minutes === null ? 'calls' : 'call rate'}, the share with an error, the 95th percentile of
              the duration. Click it to see its traces.
            </p>
          )}
          {drawn && drawn.map.nodes.length > 0 && (
            <ServiceMap drawn={drawn.map} scale={scale} minutes={minutes} focus={focus} onFocus={setFocus} />
          )}
          <div className="min-h-0 grow overflow-auto">
            <EdgeTable
              label="Calls between services"
              ends={['caller', 'callee']}
              edges={focus === null ? data.edges : around(focus, data.edges).edges}
              minutes={minutes}
              left={data.left}
              none={
                range.kind === 'all'
                  ? 'No calls between services that both send spans yet. The map appears with the first one.'
                  : 'No calls between services that both send spans in this time range. Choose a longer one.'
              }
            />
          </div>
        </div>
      )}
    </div>
  );
}
