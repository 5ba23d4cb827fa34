/** The drawing of the map. A service leads to its page, a call to its traces. */
import { Focus } from 'lucide-react';
import { useLocation } from 'wouter';
import { formatCompact, formatDuration, formatShare, plural } from '../../../core/model/format';
import { openTraces } from '../../stores/open-traces';
import { serviceColor } from '../../ui/series';
import { ofTimed } from './EdgeTable';
import { type DrawnCall, type DrawnMap, NODE_HEIGHT_PX } from './lay-out-services';
import { callsBetween } from './searches';
import { addressOfService } from './service-address';
import { rateText } from './service-rows';

/** Heads of arrows, in the colours of their lines. */
const FINE = { id: 'call-end', color: 'var(--faint)' };
const FAILING = { id: 'failing-call-end', color: 'var(--error)' };
const ENDS = [FINE, FAILING];

interface ServiceMapProps {
  readonly drawn: DrawnMap;
  readonly scale: number;
  /** Of the range; null: of all time there is no rate. */
  readonly minutes: number | null;
  readonly focus: string | null;
  readonly onFocus: (service: string | null) => void;
}

export function ServiceMap({ drawn, scale, minutes, focus, onFocus }: ServiceMapProps) {
  const { widthPx, heightPx, nodeWidthPx, nodes, calls } = drawn;
  const [, navigate] = useLocation();
  return (
    <section
      aria-label="Map of services"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer pans it by keys
      tabIndex={0}
      className="max-h-[60%] shrink-0 overflow-auto border-b border-line p-3"
    >
      <div style={{ width: widthPx * scale, height: heightPx * scale }}>
        <div
          className="relative origin-top-left"
          style={{ width: widthPx, height: heightPx, transform: `scale(${scale})` }}
        >
          <svg width={widthPx} height={heightPx} className="absolute inset-0" aria-hidden="true">
            <defs>
              {ENDS.map(({ id, color }) => (
                <marker
                  key={id}
                  id={id}
                  viewBox="0 0 8 8"
                  refX="7"
                  refY="4"
                  markerWidth="7"
                  markerHeight="7"
                  orient="auto"
                >
                  <path d="M0 0.5 L7.5 4 L0 7.5 z" fill={color} />
                </marker>
              ))}
            </defs>
            {calls.map(({ edge, path }) => {
              const { id, color } = edge.errors > 0 ? FAILING : FINE;
              return (
                <path
                  key={JSON.stringify([edge.caller, edge.callee])}
                  d={path}
                  fill="none"
                  stroke={color}
                  strokeWidth={1.25}
                  markerEnd={`url(#${id})`}
                />
              );
            })}
          </svg>
          {calls.map((call) => (
            <CallLabel
              key={JSON.stringify([call.edge.caller, call.edge.callee])}
              call={call}
              minutes={minutes}
              onOpen={() => openTraces({ query: callsBetween(call.edge.caller, call.edge.callee) }, navigate)}
            />
          ))}
          {nodes.map(({ service, leftPx, topPx }) => (
            <div
              key={service}
              className={`absolute flex items-center rounded-md border bg-background ${service === focus ? 'border-accent' : 'border-line-strong'}`}
              style={{ left: leftPx, top: topPx, width: nodeWidthPx, height: NODE_HEIGHT_PX }}
            >
              <button
                type="button"
                className="flex h-full min-w-0 grow items-center gap-2 pl-3 text-left font-semibold hover:underline"
                title={`Open ${service}`}
                onClick={() => navigate(addressOfService(service))}
              >
                <span
                  className="size-2 shrink-0 rounded-sm"
                  style={{ background: serviceColor(service) }}
                  aria-hidden
                />
                <span className="truncate" dir="auto">
                  {service || 'unnamed'}
                </span>
              </button>
              <button
                type="button"
                aria-pressed={service === focus}
                aria-label={`Focus on ${service}`}
                title="Focus on it"
                className="grid h-full w-8 shrink-0 place-items-center text-secondary hover:text-accent aria-pressed:text-accent"
                onClick={() => onFocus(service === focus ? null : service)}
              >
                <Focus size={13} aria-hidden />
              </button>
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}

interface CallLabelProps {
  readonly call: DrawnCall;
  readonly minutes: number | null;
  readonly onOpen: () => void;
}

function CallLabel({ call: { edge, label }, minutes, onOpen }: CallLabelProps) {
  const { caller, callee, calls, errors, p95Ns } = edge;
  const rate = minutes === null ? `${formatCompact(calls)}×` : rateText(calls / minutes);
  const p95 = formatDuration(p95Ns);
  const failed = errors > 0 ? formatShare(errors, calls) : '';
  const said = `${caller} calls ${callee}: ${plural(calls, 'call')}, ${plural(errors, 'error')}, p95 ${p95}`;
  const unknown = ofTimed(edge);
  return (
    <button
      type="button"
      title={`${said}. ${unknown === '' ? '' : `${unknown}. `}Show their traces`}
      className="absolute -translate-x-1/2 -translate-y-1/2 rounded bg-panel px-1 font-mono text-xs whitespace-nowrap text-secondary hover:text-text"
      style={{ left: label.x, top: label.y }}
      onClick={onOpen}
    >
      <span className="sr-only">{said} </span>
      {rate} {failed !== '' && <span className="text-error">{failed} </span>}
      {p95}
    </button>
  );
}
