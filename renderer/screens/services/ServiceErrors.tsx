/** The errors of a service by what was thrown: how often, since when, and one of their traces. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { formatAgo, formatCount } from '../../../core/model/format';
import { foundIn } from '../../connection/answer';
import { useNow } from '../../hooks/use-now';
import { newestTraces } from '../../stores/newest-traces';
import { openTraces } from '../../stores/open-traces';
import type { Extent } from '../../stores/time-range';
import { timeText } from '../../ui/clock-time';
import { type DataColumn, DataTable } from '../../ui/DataTable';
import { QuestionNote } from '../../ui/QuestionNote';
import { type CountedGroup, countedGroups } from './counted-series';
import { isValue, ofService } from './searches';
import { useCounted } from './use-counted';

const TYPE = 'event.exception.type';
const MESSAGE = 'event.exception.message';
const STATUS = 'statusMessage';
const BY = [TYPE, MESSAGE, STATUS];
const WAIT_MS = 5_000;

export interface PartProps {
  readonly service: string;
  readonly extent: Extent;
  readonly version: number;
}

export function ServiceErrors({ service, extent, version }: PartProps) {
  const question = useCounted(ofService(service, 'status = error'), BY, extent, version);
  const nowMs = useNow(10_000);
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const { answer, isOld } = question;
  const searchOf = ({ labels }: CountedGroup): string =>
    ofService(service, 'status = error', ...BY.map((field) => isValue(field, labels[field])));
  const openExample = (group: CountedGroup): void => {
    setFailure(null);
    newestTraces(searchOf(group), extent, 1, WAIT_MS)
      .then((found) => {
        const [trace] = foundIn(found);
        if (trace) navigate(`/trace/${trace.traceId}`);
        else setFailure('No trace of this error was found in time. Searching for it may find one.');
      })
      .catch((cause: unknown) => setFailure(cause instanceof Error ? cause.message : String(cause)));
  };
  const columns: readonly DataColumn<CountedGroup>[] = [
    {
      key: 'type',
      title: 'Exception',
      width: 'minmax(140px,220px)',
      isText: true,
      value: ({ labels }) => named(labels[TYPE]),
      cell: (group) => (
        <button
          type="button"
          className="max-w-full truncate font-medium hover:underline"
          title="Show its traces"
          onClick={() => openTraces({ query: searchOf(group) }, navigate)}
        >
          {named(group.labels[TYPE]) ?? 'no exception'}
        </button>
      ),
    },
    {
      key: 'message',
      title: 'Message',
      width: 'minmax(180px,1fr)',
      isText: true,
      value: ({ labels }) => named(labels[MESSAGE]) ?? named(labels[STATUS]),
      cell: ({ labels }) => {
        const text = named(labels[MESSAGE]) ?? named(labels[STATUS]);
        return text === null ? <span className="text-secondary">no message</span> : <span title={text}>{text}</span>;
      },
    },
    { key: 'count', title: 'Spans', width: '80px', value: ({ count }) => count, cell: (row) => formatCount(row.count) },
    time('first', 'First seen', ({ firstMs }) => firstMs, nowMs),
    time('last', 'Last seen', ({ lastMs }) => Math.min(lastMs, nowMs), nowMs),
    {
      key: 'example',
      title: 'Example',
      width: '80px',
      value: () => null,
      cell: (group) => (
        <button type="button" className="text-accent hover:underline" onClick={() => openExample(group)}>
          newest
        </button>
      ),
    },
  ];
  return (
    <div className={`relative ${isOld ? 'opacity-60' : ''}`}>
      {answer && (
        <DataTable
          label="Errors"
          columns={columns}
          rows={countedGroups(foundIn(answer))}
          keyOf={({ labels }) => BY.map((field) => labels[field]).join('\u0000')}
          sorting={{ key: 'count', descending: true }}
          minWidthPx={820}
          none={
            answer.state === 'complete'
              ? 'No span of this service has an error in this time range.'
              : 'None found so far.'
          }
        />
      )}
      {failure !== null && (
        <p role="alert" className="px-3.5 py-2 text-secondary">
          {failure}
        </p>
      )}
      <QuestionNote isInside question={question} what="the errors" looking="Searching for errors …" partial={PARTIAL} />
    </div>
  );
}

export const PARTIAL =
  'Only the newest spans are counted so far, so every number is a minimum. Choose a shorter time range for a quicker answer.';

function named(value: string | undefined): string | null {
  return value === undefined || value === 'nil' || value === '' ? null : value;
}

function time(
  key: string,
  title: string,
  value: (row: CountedGroup) => number,
  nowMs: number,
): DataColumn<CountedGroup> {
  return {
    key,
    title,
    width: '100px',
    value,
    cell: (row) => <span title={`About ${timeText(value(row))}`}>{formatAgo(value(row), nowMs)}</span>,
  };
}
