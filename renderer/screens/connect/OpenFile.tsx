import { useRef } from 'react';
import { importFiles } from '../../features/import-files/ImportFiles';
import { Button } from '../../ui/Button';

/** Opens files of traces, whatever tool wrote them. */
export function OpenFile() {
  const field = useRef<HTMLInputElement>(null);
  return (
    <section aria-label="Open a file" className="mt-8 flex flex-col gap-2 border-t border-line pt-4">
      <h2 className="font-semibold">Open a file</h2>
      <p className="text-secondary">
        OTLP, Jaeger, Zipkin, Tempo, Chrome trace events and OpenAI Agents, packed or not, told by their content. A
        .spoor file has traces with the notes, scores, comments and tags of whoever saved it. You can also drop files
        anywhere in this window, or paste JSON.
      </p>
      <div className="flex items-center gap-3">
        <input
          ref={field}
          type="file"
          multiple
          aria-label="Files of traces"
          className="sr-only"
          onChange={({ target }) => {
            if (target.files) importFiles(target.files);
            target.value = '';
          }}
        />
        <Button onClick={() => field.current?.click()}>Open files</Button>
      </div>
    </section>
  );
}
