/** Versions and instances of a service, from its spans' resources: how many spans, and when the first and last were. */
import { useLocation } from 'wouter';
import { formatAgo, formatCount } from '../../../core/model/format';
import { foundIn } from '../../connection/answer';
import { useNow } from '../../hooks/use-now';
import { openTraces } from '../../stores/open-traces';
import { timeText } from '../../ui/clock-time';
import { type DataColumn, DataTable } from '../../ui/DataTable';
import { QuestionNote } from '../../ui/QuestionNote';
import { Tag } from '../../ui/Tag';
import { type CountedGroup, countedGroups } from './counted-series';
import { PARTIAL, type PartProps } from './ServiceErrors';
import { isValue, ofService } from './searches';
import { useCounted } from './use-counted';

const VERSION = 'resource.service.version';
const INSTANCE = 'resource.service.instance.id';
const BY = [VERSION, INSTANCE];

export function Versions({ service, extent, version }: PartProps) {
  const question = useCounted(ofService(service), BY, extent, version);
  const nowMs = useNow(10_000);
  const [, navigate] = useLocation();
  const { answer, isOld } = question;
  const text = (field: string, title: string): DataColumn<CountedGroup> => ({
    key: field,
    title,
    width: 'minmax(140px,1fr)',
    isText: true,
    value: ({ labels }) => (labels[field] === 'nil' ? null : (labels[field] ?? null)),
    cell: ({ labels }) => (labels[field] === 'nil' ? <span className="text-secondary">not named</span> : labels[field]),
  });
  const columns: readonly DataColumn<CountedGroup>[] = [
    text(VERSION, 'Version'),
    text(INSTANCE, 'Instance'),
    {
      key: 'new',
      title: 'New',
      width: '52px',
      isText: true,
      value: ({ isNew }) => (isNew ? 'new' : ''),
      cell: ({ isNew }) => isNew && answer?.state === 'complete' && <Tag>new</Tag>,
    },
    {
      key: 'spans',
      title: 'Spans',
      width: '90px',
      value: ({ count }) => count,
      cell: ({ labels, count }) => (
        <button
          type="button"
          className="hover:underline"
          title="Show their traces"
          onClick={() =>
            openTraces({ query: ofService(service, ...BY.map((field) => isValue(field, labels[field]))) }, navigate)
          }
        >
          {formatCount(count)}
        </button>
      ),
    },
    ...(['firstMs', 'lastMs'] as const).map(
      (key): DataColumn<CountedGroup> => ({
        key,
        title: key === 'firstMs' ? 'First seen' : 'Last seen',
        width: '100px',
        value: (row) => Math.min(row[key], nowMs),
        cell: (row) => (
          <span title={`About ${timeText(Math.min(row[key], nowMs))}`}>
            {formatAgo(Math.min(row[key], nowMs), nowMs)}
          </span>
        ),
      }),
    ),
  ];
  return (
    <div className={`relative ${isOld ? 'opacity-60' : ''}`}>
      {answer && (
        <DataTable
          label="Versions and instances"
          columns={columns}
          rows={countedGroups(foundIn(answer))}
          keyOf={({ labels }) => JSON.stringify(labels)}
          sorting={{ key: 'lastMs', descending: true }}
          minWidthPx={640}
          none={answer.state === 'complete' ? 'No spans in this time range.' : 'None found so far.'}
        />
      )}
      <QuestionNote
        isInside
        question={question}
        what="the versions"
        looking="Searching for versions …"
        partial={PARTIAL}
      />
    </div>
  );
}
