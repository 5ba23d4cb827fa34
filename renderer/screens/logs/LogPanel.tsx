import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { LogRecord } from '../../../core/api/telemetry';
import { levelOf } from '../../../core/model/log-level';
import { api } from '../../connection/connection';
import { AttributeTable } from '../../ui/AttributeTable';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';
import { doubtOfLogTime } from '../../ui/log-time';
import { Notice } from '../../ui/Notice';
import { LogBody } from './LogBody';

interface LogPanelProps {
  readonly logId: string;
  readonly onClose: () => void;
  /** Shows what was logged just before and after it. */
  readonly onAround: (log: LogRecord) => void;
}

/** Everything known of one log: its whole body, its attributes, and the way to its span. */
export function LogPanel({ logId, onClose, onAround }: LogPanelProps) {
  const { data, error, refetch } = useQuery({ queryKey: ['log', logId], queryFn: () => api.getLog(logId) });
  return (
    <aside
      aria-label="Log"
      className="w-[400px] shrink-0 overflow-y-auto border-l border-line bg-panel max-lg:w-[320px]"
    >
      <div className="flex items-center justify-between border-b border-line px-3.5 py-2">
        <h2 className="font-semibold">Log</h2>
        <span className="flex gap-2">
          {data && <Button onClick={() => onAround(data)}>Logs around this</Button>}
          <Button onClick={onClose}>Close</Button>
        </span>
      </div>
      {error && (
        <Notice title="The log could not be read." action={<Button onClick={() => void refetch()}>Try again</Button>}>
          {error.message}
        </Notice>
      )}
      {data && <Details log={data} />}
    </aside>
  );
}

function Details({ log }: { readonly log: LogRecord }) {
  const { time, severity, severityText, service, eventName, traceId, spanId, body } = log;
  const doubt = doubtOfLogTime(log);
  return (
    <>
      <div className="flex flex-col gap-1 border-b border-line px-3.5 py-2.5 text-secondary">
        <span>{timeText(time)}</span>
        {doubt !== null && <span className="text-warning">{doubt}</span>}
        <span dir="auto">
          {severityText || levelOf(severity)} · {service}
          {eventName && ` · ${eventName}`}
        </span>
        {traceId !== null && (
          <Link
            href={`/trace/${traceId}${spanId === null ? '' : `/${spanId}`}`}
            className="text-accent hover:underline"
          >
            {spanId === null ? 'Open the trace' : 'Open the span'}
          </Link>
        )}
      </div>
      {/* Of another log, what is open is another's. */}
      <LogBody key={log.id} body={body} />
      <AttributeTable attributes={log.attributes} dropped={log.droppedAttributesCount} empty="No attributes." />
      <h3 className="px-3.5 pt-3 pb-1 font-semibold">Resource</h3>
      <AttributeTable attributes={log.resource.attributes ?? []} dropped={0} empty="No attributes of the resource." />
    </>
  );
}
