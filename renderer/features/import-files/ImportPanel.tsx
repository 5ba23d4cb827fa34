import { X } from 'lucide-react';
import { useLocation } from 'wouter';
import { formatBytes } from '../../../core/model/format';
import { ALL_TIME } from '../../stores/time-range';
import { useTraceList } from '../../stores/trace-list-store';
import { type ImportOfFile, useImports } from './imports-store';
import { leftText, readText } from './report-text';

/** What becomes of the files that were dropped, opened or pasted. */
export function ImportPanel() {
  const files = useImports(({ files }) => files);
  const clear = useImports(({ clear }) => clear);
  if (files.length === 0) return null;
  return (
    <section
      aria-label="Imported files"
      className="fixed right-3 bottom-9 z-30 flex max-h-[60vh] w-[380px] max-w-[calc(100vw-24px)] flex-col overflow-auto rounded-md border border-line-strong bg-panel shadow-xl"
    >
      <header className="flex items-center gap-2 border-b border-line px-3 py-1.5">
        <h2 className="grow font-semibold">Imported files</h2>
        <button type="button" aria-label="Close" onClick={clear} className="rounded p-1 hover:bg-raised">
          <X size={14} aria-hidden />
        </button>
      </header>
      <ul>
        {files.map((file) => (
          <li key={file.id} className="flex flex-col gap-0.5 border-b border-line px-3 py-2 last:border-b-0">
            <FileState file={file} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FileState({ file: { id, name, size, sent, state, report, error } }: { readonly file: ImportOfFile }) {
  const giveUp = useImports(({ giveUp }) => giveUp);
  const isOpen = state === 'waiting' || state === 'reading';
  return (
    <>
      <span className="flex items-center gap-2">
        <span className="grow truncate font-medium" title={name} dir="auto">
          {name}
        </span>
        {isOpen && (
          <button type="button" className="text-accent hover:underline" onClick={() => giveUp(id)}>
            Cancel
          </button>
        )}
      </span>
      {isOpen && (
        <>
          <progress className="h-1.5 w-full" max={Math.max(size, 1)} value={sent} aria-label={`Progress of ${name}`} />
          <span role="status" className="text-sm text-secondary">
            {state === 'waiting' ? 'Queued' : `${formatBytes(sent)} of ${formatBytes(size)}`}
          </span>
        </>
      )}
      {state === 'given up' && (
        <span role="status" className="text-sm text-secondary">
          Canceled. What was read before is stored.
        </span>
      )}
      {error !== null && (
        <span role="alert" className="text-sm text-error">
          {error}
        </span>
      )}
      {report && (
        <span role="status" className="text-sm text-secondary">
          {readText(report)} <ShowTraces traceId={report.traceId} />
        </span>
      )}
      {report && leftText(report) !== null && <span className="text-sm text-warning">{leftText(report)}</span>}
      {report?.reasons.map((reason) => (
        <span key={reason} className="text-sm text-secondary">
          {reason}
        </span>
      ))}
    </>
  );
}

/** Whenever they were: files are of last year, too. */
function ShowTraces({ traceId }: { readonly traceId: string | null }) {
  const [, navigate] = useLocation();
  const show = (): void => {
    const list = useTraceList.getState();
    list.setQuery('');
    list.setRange(ALL_TIME);
    navigate(traceId === null ? '/traces' : `/trace/${traceId}`);
  };
  return (
    <button type="button" className="text-accent hover:underline" onClick={show}>
      Show {traceId === null ? 'the traces' : 'the trace'}
    </button>
  );
}
