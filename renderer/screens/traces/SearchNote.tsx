import { isTraceql } from '../../../core/query/plain-search';
import { useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { FloatingNote } from '../../ui/FloatingNote';

interface SearchNoteProps {
  readonly text: string;
  readonly onEdit: (traceql: string) => void;
}

const BAR = 'flex h-[29px] shrink-0 items-center gap-2 border-b border-line bg-panel px-3.5 text-sm text-secondary';

/** Under the search box: what the words became, how far the search is, or what is wrong with it. */
export function SearchNote({ text, onEdit }: SearchNoteProps) {
  const { query, traceql, phase, error, searching, stoppedAt, traces, stopSearching, reload } = useTraceList();
  if (phase === 'failed' && query !== '') {
    return (
      <div
        role="alert"
        className="flex min-h-[29px] shrink-0 items-center gap-2 border-b border-line bg-error-ground px-3.5 py-1 text-error"
      >
        <span className="min-w-0">{error}</span>
      </div>
    );
  }
  const isPlain = query !== '' && text.trim() === query && !isTraceql(query) && phase === 'ready';
  return (
    <>
      {isPlain && (
        <div className={BAR}>
          <code className="min-w-0 truncate font-mono text-faint" title={traceql}>
            {traceql}
          </code>
          <Button look="ghost" className="h-[22px] text-sm" onClick={() => onEdit(traceql)}>
            Edit as TraceQL
          </Button>
        </div>
      )}
      {searching !== null && (
        <FloatingNote>
          <span className="h-1 w-[96px] overflow-hidden rounded-full bg-raised" aria-hidden>
            <span className="block h-full bg-accent" style={{ width: `${100 * searching}%` }} />
          </span>
          {phase === 'loading' ? 0 : traces.length} found, {Math.round(searching * 100)} % searched
          <Button look="ghost" className="h-[24px] text-sm" onClick={stopSearching}>
            Stop
          </Button>
        </FloatingNote>
      )}
      {stoppedAt !== null && (
        <div role="status" className={BAR}>
          Stopped: only {Math.round(stoppedAt * 100)} % searched
          <Button look="ghost" className="h-[24px] text-sm" onClick={() => void reload()}>
            Search again
          </Button>
        </div>
      )}
    </>
  );
}
