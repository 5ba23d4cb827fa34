import clsx from 'clsx';
import type { LogFacets as Facets } from '../../../core/api/logs';
import { formatCompact } from '../../../core/model/format';
import { LOG_LEVELS } from '../../../core/model/log-level';
import { foundIn, type Question } from '../../connection/answer';
import { LEVEL_COLORS } from '../../features/logs/level-color';
import { useFilterColumn } from '../../stores/filter-column';
import { CLOSED_BELOW, FilterStrip } from '../../ui/FilterStrip';
import { serviceColor } from '../../ui/series';
import { hasTerm, termOf, withTerm } from './log-query';

const TITLES: Readonly<Record<string, string>> = { level: 'Level', service: 'Service', event: 'Event', scope: 'Scope' };
/** As `LogFacetQuery.fields` has them. */
export const FACET_FIELDS = Object.keys(TITLES).join(',');

interface LogFacetsProps {
  readonly question: Question<Facets>;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** Something beside the list takes its room, too. */
  readonly isTight: boolean;
}

/** What the logs that match have in common, with how many: a click narrows the search, another one widens it again. */
export function LogFacets({ question: { answer, isOld }, query, onQuery, isTight }: LogFacetsProps) {
  const facets = answer ? foundIn(answer).facets : [];
  const isPartial = answer?.state === 'partial';
  const { isOpen, toggle } = useFilterColumn();
  const below = isTight ? 'lg' : 'md';
  return (
    <>
      <FilterStrip below={below} side="left" isOpen={isOpen} onToggle={toggle} />
      <nav
        aria-label="Filters"
        aria-busy={answer === null}
        className={clsx(
          'w-[200px] shrink-0 overflow-y-auto border-r border-line py-2 text-sm',
          !isOpen && CLOSED_BELOW[below],
          isOld && 'opacity-50',
        )}
      >
        {facets
          .filter(({ values }) => values.length > 0)
          .map(({ field, values, uncounted }) => (
            <section key={field} aria-label={TITLES[field] ?? field} className="pb-3">
              <h2 className="px-3.5 pb-1 text-secondary">{TITLES[field] ?? field}</h2>
              {values.map(({ value, count }) => {
                const term = termOf(field, value);
                const level = LOG_LEVELS.find((level) => level === value);
                const color = field === 'level' && level ? LEVEL_COLORS[level] : serviceColor(value);
                return (
                  <label key={value} className="flex h-[24px] cursor-default items-center gap-2 px-3.5 hover:bg-raised">
                    <input
                      type="checkbox"
                      checked={hasTerm(query, term)}
                      onChange={() => onQuery(withTerm(query, term))}
                      className="accent-accent"
                    />
                    {(field === 'level' || field === 'service') && (
                      <span className="size-2 shrink-0 rounded-[2px]" style={{ background: color }} />
                    )}
                    <span className="min-w-0 grow truncate" dir="auto" title={value}>
                      {value || 'none'}
                    </span>
                    <span className="font-mono text-xs text-secondary">
                      {isPartial && '≥'}
                      {formatCompact(count)}
                    </span>
                  </label>
                );
              })}
              {uncounted > 0 && (
                <p className="px-3.5 text-xs text-faint">{formatCompact(uncounted)} more with other values</p>
              )}
            </section>
          ))}
      </nav>
    </>
  );
}
