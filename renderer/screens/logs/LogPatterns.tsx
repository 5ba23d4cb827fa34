/** What the logs that match have in common: messages grouped by template, the most frequent first. A click searches for one of them. */
import type { LogPattern } from '../../../core/api/logs';
import { MOST_PATTERN_RECORDS } from '../../../core/api/logs';
import { formatCount, plural } from '../../../core/model/format';
import { answerFrom, foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { LEVEL_COLORS } from '../../features/logs/level-color';
import { useQuestion } from '../../hooks/use-question';
import { boundsOf, type TimeRange } from '../../stores/time-range';
import { dayOfYearText, secondText, timeText } from '../../ui/clock-time';
import { QuestionNote } from '../../ui/QuestionNote';
import { serviceColor } from '../../ui/series';

interface LogPatternsProps {
  readonly query: string;
  readonly range: TimeRange;
  readonly version: number;
  /** Lists the logs that a search finds. */
  readonly onOpen: (query: string) => void;
}

/** Up to twenty thousand messages are read again. */
const PACE_MS = 30_000;
const COLUMNS =
  'grid grid-cols-[72px_52px_72px_minmax(90px,150px)_minmax(0,1fr)_auto] items-center gap-x-3 px-3.5 max-lg:grid-cols-[64px_52px_64px_minmax(0,1fr)]';

export function LogPatterns({ query, range, version, onOpen }: LogPatternsProps) {
  const question = useQuestion({
    key: ['log patterns', query, range],
    ask: async (waitMs, signal) => {
      const found = foundIn(await questions.logPatterns({ query, ...boundsOf(range), waitMs }, signal));
      // More are not looked at however long one waits: the line above the table says so.
      return answerFrom(found, found.complete || found.looked >= MOST_PATTERN_RECORDS);
    },
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld } = question;
  const found = answer && foundIn(answer);
  const withDay = found?.patterns.some(({ firstSeen, lastSeen }) => firstSeen.slice(0, 10) !== lastSeen.slice(0, 10));
  const timeOf = (time: string): string => (withDay ? `${dayOfYearText(time)} ` : '') + secondText(time);
  return (
    <div
      role="table"
      aria-label="Patterns"
      aria-busy={!answer || isOld}
      className={`flex min-h-0 min-w-0 grow flex-col ${isOld ? 'opacity-60' : ''}`}
    >
      {found && (
        <p className="shrink-0 border-b border-line px-3.5 py-1.5 text-sm text-secondary">
          {plural(found.total, 'pattern')} in {found.complete ? '' : 'the newest '}
          {plural(found.looked, 'log')}
          {found.complete ? '' : ' that match: older ones were not read'}
          {found.patterns.length < found.total && `; the ${formatCount(found.patterns.length)} most frequent are shown`}
          .
        </p>
      )}
      <div
        role="row"
        className={`${COLUMNS} gutter h-[29px] shrink-0 overflow-hidden border-b border-line bg-raised text-sm font-medium text-secondary`}
      >
        <span role="columnheader" className="text-right">
          Logs
        </span>
        <span role="columnheader" className="text-right">
          Share
        </span>
        <span role="columnheader">Level</span>
        <span role="columnheader" className="max-lg:hidden">
          Service
        </span>
        <span role="columnheader">Pattern</span>
        <span role="columnheader" className="max-lg:hidden">
          First and last seen
        </span>
      </div>
      <div className="gutter min-h-0 grow overflow-y-auto">
        {found?.patterns.map((pattern) => (
          <PatternRow
            key={`${pattern.template} ${pattern.sample.id}`}
            pattern={pattern}
            share={pattern.count / found.looked}
            timeOf={timeOf}
            onOpen={() => onOpen(narrowedTo(query, pattern.query))}
          />
        ))}
        {found?.total === 0 && answer?.state === 'complete' && !isOld && (
          <p className="px-3.5 py-6 text-center text-secondary">No logs match.</p>
        )}
        <QuestionNote
          question={question}
          what="the logs"
          looking="Reading logs …"
          partial="Still searching. Counts and shares cover the logs read so far."
        />
      </div>
    </div>
  );
}

/** Both must hold, whatever `OR` there is. */
function narrowedTo(query: string, pattern: string): string {
  if (pattern === '') return query;
  return query === '' ? pattern : `${/\bOR\b/.test(query) ? `(${query})` : query} ${pattern}`;
}

interface PatternRowProps {
  readonly pattern: LogPattern;
  /** Of the logs that were looked at, from 0 to 1. */
  readonly share: number;
  readonly timeOf: (time: string) => string;
  readonly onOpen: () => void;
}

function PatternRow({ pattern, share, timeOf, onOpen }: PatternRowProps) {
  const { template, count, level, services, firstSeen, lastSeen, sample } = pattern;
  const percent = 100 * share;
  return (
    <div role="row" className={`${COLUMNS} relative min-h-[32px] border-b border-line py-1 hover:bg-raised`}>
      <span role="cell" className="text-right font-mono text-sm">
        {formatCount(count)}
      </span>
      <span role="cell" className="text-right font-mono text-sm text-secondary">
        {percent > 0 && percent < 0.1 ? '<0.1' : percent.toFixed(percent >= 10 ? 0 : 1)} %
      </span>
      <span role="cell" className="flex items-center gap-1.5 font-mono text-xs" title={`The highest level: ${level}`}>
        <span className="h-3 w-[3px] shrink-0" style={{ background: LEVEL_COLORS[level] }} />
        {level}
      </span>
      <span role="cell" className="flex min-w-0 items-center gap-1.5 max-lg:hidden" title={services.join(', ')}>
        <span
          className="size-2 shrink-0 rounded-[2px]"
          style={{ background: serviceColor(services[0] ?? '') }}
          aria-hidden="true"
        />
        <span className="truncate" dir="auto">
          {services[0] || 'unknown'}
        </span>
        {services.length > 1 && <span className="shrink-0 text-faint">+{services.length - 1}</span>}
      </span>
      <span role="cell" className="min-w-0">
        <button
          type="button"
          title={sample.message.slice(0, TITLE_CHARS)}
          className="line-clamp-2 w-full text-left font-mono text-sm break-words after:absolute after:inset-0"
          dir="auto"
          onClick={onOpen}
        >
          {partsOf(template).map(({ text, isValue }, i) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: parts in their order
              key={i}
              className={isValue ? 'rounded bg-accent-ground px-0.5 text-accent' : ''}
            >
              {text}
            </span>
          ))}
          {template === '' && <span className="text-faint">empty</span>}
        </button>
      </span>
      <span role="cell" className="font-mono text-xs whitespace-nowrap text-secondary max-lg:hidden">
        <span title={timeText(firstSeen)}>{timeOf(firstSeen)}</span>
        {' – '}
        <span title={timeText(lastSeen)}>{timeOf(lastSeen)}</span>
      </span>
    </div>
  );
}

const TITLE_CHARS = 1_000;

/** The words of a template, and what varies between them. */
function partsOf(template: string): { readonly text: string; readonly isValue: boolean }[] {
  return template
    .split(/(<\*>)/)
    .filter((text) => text !== '')
    .map((text) => ({ text, isValue: text === '<*>' }));
}
