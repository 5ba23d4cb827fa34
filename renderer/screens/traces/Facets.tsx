import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { useState } from 'react';
import { formatCompact } from '../../../core/model/format';
import { FAILED_REQUEST_TRACEQL } from '../../../core/model/request';
import { type Facet, facetValues, hasFacet, withFacet } from '../../../core/query/facets';
import { foundIn } from '../../connection/answer';
import { useFilterColumn } from '../../stores/filter-column';
import type { Extent } from '../../stores/time-range';
import { CLOSED_BELOW, FilterStrip } from '../../ui/FilterStrip';
import { serviceColor } from '../../ui/series';
import { type FacetValue, MOST_VALUES, useFacetCounts } from './use-facet-counts';

interface KeyFacet extends Facet {
  readonly title: string;
}

const FACETS: readonly KeyFacet[] = [
  { title: 'Service', field: 'resource.service.name', word: 'service' },
  { title: 'Environment', field: 'resource.deployment.environment.name', word: 'env' },
  { title: 'Model', field: 'span.gen_ai.request.model', word: 'model' },
  { title: 'http.route', field: 'span.http.route', word: 'http.route' },
];
const STATUS: Facet = { field: 'status', word: 'status', conditions: { failed: FAILED_REQUEST_TRACEQL } };
const SHOWN = 8;

interface FacetsProps {
  /** As it stands in the search box: what a click changes. */
  readonly text: string;
  /** What is searched for. */
  readonly query: string;
  readonly extent: Extent;
  readonly version: number;
  readonly onQuery: (query: string) => void;
}

/** What there is to narrow the search by. Counts are of spans that the search and the other choices leave. */
export function Facets({ text, query, extent, version, onQuery }: FacetsProps) {
  const question = useFacetCounts(FACETS, query, extent, version);
  const { answer, isOld, failure } = question;
  const counts = answer && foundIn(answer);
  const { isOpen, toggle } = useFilterColumn();
  return (
    <>
      <aside
        aria-label="Narrow the search"
        aria-busy={isOld || answer === null}
        className={clsx('w-[224px] shrink-0 overflow-y-auto border-l border-line bg-panel', !isOpen && CLOSED_BELOW.lg)}
      >
        <Section title="Status">
          <Choice
            label="failed"
            hint="Failed requests: spans that serve a request or start a trace"
            checked={hasFacet(text, STATUS, 'failed')}
            onToggle={() => onQuery(withFacet(text, STATUS, 'failed'))}
          />
          <Choice
            label="error"
            hint="Spans with an error, handled or not"
            checked={hasFacet(text, STATUS, 'error')}
            onToggle={() => onQuery(withFacet(text, STATUS, 'error'))}
          />
        </Section>
        <div className={isOld ? 'opacity-60' : ''}>
          {FACETS.map((facet) => (
            <KeySection
              key={facet.field}
              facet={facet}
              text={text}
              values={counts?.get(facet.field) ?? []}
              isPartial={answer?.state === 'partial'}
              onQuery={onQuery}
            />
          ))}
        </div>
        <p role="status" className="px-3.5 py-2.5 text-sm text-faint">
          {failure !== null
            ? 'Not counted: the search could not be read.'
            : answer === null || isOld
              ? 'Counting …'
              : answer.state === 'partial'
                ? 'Counts cover only the newest spans so far, so they are minimums. Still counting.'
                : `Counts are spans ${query === '' ? 'in this time range' : 'that match, in this time range'}.`}
        </p>
      </aside>
      <FilterStrip below="lg" side="right" isOpen={isOpen} onToggle={toggle} />
    </>
  );
}

interface KeySectionProps extends Pick<FacetsProps, 'text' | 'onQuery'> {
  readonly facet: KeyFacet;
  readonly values: readonly FacetValue[];
  readonly isPartial: boolean;
}

function KeySection({ facet, text, values, isPartial, onQuery }: KeySectionProps) {
  const [limit, setLimit] = useState(SHOWN);
  // What is chosen can be taken back, however rare it is.
  const chosen = facetValues(text, facet).filter((value) => !values.slice(0, limit).some((one) => one.value === value));
  const all: readonly (FacetValue | { readonly value: string; readonly spanCount: null })[] = [
    ...chosen.map((value) => values.find((one) => one.value === value) ?? { value, spanCount: null }),
    ...values.slice(0, limit),
  ];
  if (all.length === 0) return null;
  return (
    <Section title={facet.title}>
      {all.map(({ value, spanCount }) => (
        <Choice
          key={value}
          label={value}
          count={spanCount === null ? '—' : `${isPartial ? '≥ ' : ''}${formatCompact(spanCount)}`}
          color={facet.title === 'Service' ? serviceColor(value) : null}
          checked={hasFacet(text, facet, value)}
          onToggle={() => onQuery(withFacet(text, facet, value))}
        />
      ))}
      {values.length > SHOWN && limit === SHOWN && (
        <button
          type="button"
          className="h-[24px] text-sm text-accent hover:underline"
          onClick={() => setLimit(MOST_VALUES)}
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
  readonly hint?: string;
  readonly count?: string;
  readonly color?: string | null;
  readonly checked: boolean;
  readonly onToggle: () => void;
}

function Choice({ label, hint = label, count, color = null, checked, onToggle }: ChoiceProps) {
  return (
    <label className="flex h-[24px] cursor-pointer items-center gap-2 rounded hover:bg-raised">
      <input type="checkbox" checked={checked} onChange={onToggle} className="accent-(--accent)" />
      {color !== null && <span className="size-2 shrink-0 rounded-[2px]" style={{ background: color }} />}
      <span className={clsx('truncate', checked && 'font-semibold')} dir="auto" title={hint}>
        {label}
      </span>
      <span className="grow" />
      {count && <span className="font-mono text-sm text-faint">{count}</span>}
    </label>
  );
}
