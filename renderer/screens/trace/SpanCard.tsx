import { formatCount, formatDuration, plural } from '../../../core/model/format';
import { useHover } from '../../stores/hover-store';
import { serviceColor } from '../../ui/series';

const WIDTH_PX = 280;
const HEIGHT_PX = 110;

/** What is under the pointer, beside it, and never under it. */
export function SpanCard() {
  const facts = useHover(({ facts }) => facts);
  if (!facts) return null;
  const { at, name, service, startNs, durationNs, selfNs, count, errors, below } = facts;
  const left = Math.max(4, Math.min(at.x + 16, at.withinPx - WIDTH_PX - 16));
  const top = at.y + 22 + HEIGHT_PX < at.heightPx ? at.y + 22 : Math.max(0, at.y - HEIGHT_PX - 14);
  return (
    <div
      role="presentation"
      className="pointer-events-none absolute z-10 rounded-md border border-line-strong bg-panel px-3 py-2 text-sm shadow-lg"
      style={{ left, top, width: WIDTH_PX }}
    >
      <div className="flex items-center gap-2">
        <span className="size-2 shrink-0 rounded-[2px]" style={{ background: serviceColor(service) }} />
        <span className="line-clamp-2 font-medium break-words" dir="auto">
          {name || 'unnamed'}
        </span>
      </div>
      <div className="truncate text-secondary" dir="auto">
        {service || 'unknown service'}
      </div>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 font-mono text-xs text-secondary">
        {count > 1 && <Fact label="spans" value={`${formatCount(count)}, the longest shown`} />}
        <Fact label="duration" value={formatDuration(durationNs)} />
        <Fact label="self" value={formatDuration(durationNs === null ? null : selfNs)} />
        {startNs !== null && <Fact label="starts" value={`+${formatDuration(startNs)}`} />}
        {below !== null && below > 0 && <Fact label="below" value={plural(below, 'span')} />}
      </dl>
      {errors > 0 && <div className="text-error">{count > 1 ? plural(errors, 'error') : 'error'}</div>}
    </div>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      <dt className="text-faint">{label}</dt>
      <dd className="truncate">{value}</dd>
    </>
  );
}
