import { useRef, useState } from 'react';
import { Link } from 'wouter';
import type { ImportReport } from '../../../core/api/sync-state';
import { plural } from '../../../core/model/format';
import { openSpoorFile } from '../../features/sync/spoor-file';
import { Button } from '../../ui/Button';

/** Opens a `.spoor` file that somebody sent. */
export function OpenFile() {
  const field = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<ImportReport | string | 'reading' | null>(null);
  const open = (file: File | undefined): void => {
    if (!file) return;
    setState('reading');
    openSpoorFile(file).then(setState, (error: Error) => setState(error.message));
  };
  return (
    <section aria-label="Open a file" className="mt-8 flex flex-col gap-2 border-t border-line pt-4">
      <h2 className="font-semibold">Open a file</h2>
      <p className="text-secondary">
        A .spoor file has traces with the notes, scores, comments and tags of whoever saved it. The menu of a trace
        saves one.
      </p>
      <div className="flex items-center gap-3">
        <input
          ref={field}
          type="file"
          accept=".spoor"
          aria-label="A .spoor file"
          className="sr-only"
          onChange={({ target }) => {
            open(target.files?.[0]);
            target.value = '';
          }}
        />
        <Button disabled={state === 'reading'} onClick={() => field.current?.click()}>
          Open a .spoor file
        </Button>
        {state === 'reading' && <span role="status">Reading …</span>}
        {typeof state === 'string' && state !== 'reading' && (
          <span role="alert" className="text-error">
            {state}
          </span>
        )}
        {state !== null && typeof state === 'object' && <Taken report={state} />}
      </div>
    </section>
  );
}

function Taken({ report: { traces, spans, objects, objectsKept, traceId } }: { readonly report: ImportReport }) {
  return (
    <span role="status">
      {spans === 0 ? 'All of its spans were here already' : `${plural(spans, 'span')} of ${plural(traces, 'trace')}`}
      {objects > 0 && `, with ${plural(objects, 'thing')} that people wrote`}
      {objectsKept > 0 && `; ${objectsKept} here ${objectsKept === 1 ? 'is' : 'are'} newer and kept`}.{' '}
      {traceId !== null && (
        <Link href={traces === 1 ? `/trace/${traceId}` : '/traces'} className="text-accent hover:underline">
          Look at {traces === 1 ? 'it' : 'them'}
        </Link>
      )}
    </span>
  );
}
