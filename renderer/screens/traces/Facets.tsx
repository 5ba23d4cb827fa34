import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { useState } from 'react';
import type { AttributeValue } from '../../../core/api/attributes';
import { formatCompact } from '../../../core/model/format';
import { type Facet, hasFacet, withFacet } from '../../../core/query/facets';
import { api } from '../../connection/connection';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { boundsOf, type TimeRange } from '../../stores/time-range';
import { serviceColor } from '../../ui/series';

interface KeyFacet extends Facet {
  readonly title: string;
  /** As `/v1/attributes` names it. */
  readonly key: string;
}

const FACETS: readonly KeyFacet[] = [
  { title: 'Service', key: 'resource.service.name', field: 'resource.service.name', word: 'service' },
  {
    title: 'Environment',
    key: 'resource.deployment.environment.name',
    field: 'resource.deployment.environment.name',
    word: 'env',
  },
  { title: 'Model', key: 'span.gen_ai.request.model', field: 'span.gen_ai.request.model', word: 'model' },
  { title: 'http.route', key: 'span.http.route', field: 'span.http.route', word: 'http.route' },
];
const STATUS: Facet = { field: 'status', word: 'status' };
const SHOWN = 8;
/** With one more, to know that there are more. */
const SHOWN_MORE = 99;
/** Counting reads summaries of all blocks: new spans show after a while. */
const PACE_MS = 5_000;

interface FacetsProps {
  readonly query: string;
  readonly range: TimeRange;
  readonly version: number;
  readonly onQuery: (query: string) => void;
}

/** What there is to narrow the search by. Counts are of spans, in the time range, whatever the search. */
export function Facets({ query, range, version, onQuery }: FacetsProps) {
  return (
    <aside
      aria-label="Narrow the search"
      className="w-[224px] shrink-0 overflow-y-auto border-l border-line bg-panel max-lg:hidden"
    >
      <Section title="Status">
        <Choice
          label="error"
          checked={hasFacet(query, STATUS, 'error')}
          onToggle={() => onQuery(withFacet(query, STATUS, 'error'))}
        />
      </Section>
      {FACETS.map((facet) => (
        <KeySection key={facet.key} facet={facet} query={query} range={range} version={version} onQuery={onQuery} />
      ))}
      <p className="px-3.5 py-2.5 text-sm text-faint">Counts are spans in this time range.</p>
    </aside>
  );
}

function KeySection({ facet, query, range, version, onQuery }: FacetsProps & { readonly facet: KeyFacet }) {
  const [limit, setLimit] = useState(SHOWN);
  const { data, refetch } = useQuery({
    queryKey: ['facet', facet.key, range, limit],
    queryFn: () => api.listAttributeValues(facet.key, { ...boundsOf(range), limit }),
    placeholderData: (previous) => previous,
    enabled: version > 0,
    // What was counted before the screen was left is old.
    refetchOnMount: 'always',
  });
  useRefetchOn(useThrottled(version, PACE_MS), refetch);
  const values = data?.data.filter(({ isText, value }) => isText && value !== '') ?? [];
  if (values.length === 0) return null;
  return (
    <Section title={facet.title}>
      {values.map((value) => (
        <Choice
          key={value.value}
          label={value.value}
          count={value}
          color={facet.title === 'Service' ? serviceColor(value.value) : null}
          checked={hasFacet(query, facet, value.value)}
          onToggle={() => onQuery(withFacet(query, facet, value.value))}
        />
      ))}
      {data?.pagination.hasMore && limit === SHOWN && (
        <button
          type="button"
          className="h-[24px] text-sm text-accent hover:underline"
          onClick={() => setLimit(SHOWN_MORE)}
        >
          More
        </button>
      )}
      {limit > SHOWN && (
        <button type="button" className="h-[24px] text-sm text-accent hover:underline" onClick={() => setLimit(SHOWN)}>
          Fewer
        </button>
      )}
    </Section>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Collapsible.Root defaultOpen className="border-b border-line px-3.5 py-2.5">
      <Collapsible.Trigger className="group flex h-[22px] w-full items-center justify-between font-semibold">
        <span className="truncate">{title}</span>
        <ChevronDown size={13} className="text-faint group-data-[state=closed]:-rotate-90" aria-hidden />
      </Collapsible.Trigger>
      <Collapsible.Content>{children}</Collapsible.Content>
    </Collapsible.Root>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly count?: AttributeValue;
  readonly color?: string | null;
  readonly checked: boolean;
  readonly onToggle: () => void;
}

function Choice({ label, count, color = null, checked, onToggle }: ChoiceProps) {
  return (
    <label className="flex h-[24px] cursor-pointer items-center gap-2 rounded hover:bg-raised">
      <input type="checkbox" checked={checked} onChange={onToggle} className="accent-(--accent)" />
      {color !== null && <span className="size-2 shrink-0 rounded-[2px]" style={{ background: color }} />}
      <span className={clsx('truncate', checked && 'font-semibold')} dir="auto" title={label}>
        {label}
      </span>
      <span className="grow" />
      {count && <span className="font-mono text-sm text-faint">{formatCompact(count.spanCount)}</span>}
    </label>
  );
}
