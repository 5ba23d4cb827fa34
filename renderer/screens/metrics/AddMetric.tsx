import { Plus } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { foundIn } from '../../connection/answer';
import { useCatalogue } from '../../features/metric-chart/use-catalogue';
import type { TimeRange } from '../../stores/time-range';
import { Button } from '../../ui/Button';
import { QuestionNote } from '../../ui/QuestionNote';
import { SearchField } from '../../ui/SearchField';

interface AddMetricProps {
  readonly range: TimeRange;
  readonly onAdd: (metricId: number) => void;
}

/** Another metric below those that are open. */
export function AddMetric({ range, onAdd }: AddMetricProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button>
          <Plus size={13} aria-hidden /> Add a metric
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          aria-label="Add a metric"
          className="z-20 w-[340px] rounded-md border border-line-strong bg-panel p-2 text-base text-text shadow-md outline-none"
        >
          <Choices
            range={range}
            onAdd={(metricId) => {
              setOpen(false);
              onAdd(metricId);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ range, onAdd }: AddMetricProps) {
  const [query, setQuery] = useState('');
  const { question } = useCatalogue(query, range);
  const found = question.answer && foundIn(question.answer);
  return (
    <>
      <SearchField label="Find a metric to add" placeholder="Find by name" value={query} onChange={setQuery} />
      <ul className="mt-1.5 max-h-[300px] overflow-auto">
        {(found?.entries ?? []).map(({ metric }) => (
          <li key={metric.id}>
            <button
              type="button"
              className="block w-full truncate rounded px-2 py-1 text-left hover:bg-raised"
              dir="auto"
              onClick={() => onAdd(metric.id)}
            >
              {metric.name || 'unnamed'}
            </button>
          </li>
        ))}
      </ul>
      {question.answer?.state === 'complete' && found?.hasMore && (
        <p className="px-2 pt-1.5 text-sm text-secondary">There are more. Type part of the name to find one.</p>
      )}
      <QuestionNote
        question={question}
        what="the metrics"
        looking="Reading the metrics …"
        partial="These are the first of them by name; the others are still being read."
      />
    </>
  );
}
