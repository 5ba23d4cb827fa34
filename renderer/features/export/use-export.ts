import { useRef, useState } from 'react';
import type { ExportFormat, ExportQuery } from '../../../core/api/export';
import { formatBytes } from '../../../core/model/format';
import { saveFile } from './save-file';

export interface Saving {
  /** Null: nothing is being saved. */
  readonly text: string | null;
  readonly failure: string | null;
  save(format: ExportFormat, query: ExportQuery, fileName: string): void;
  cancel(): void;
}

/** One file at a time, which can be given up. */
export function useExport(): Saving {
  const [text, setText] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const current = useRef<AbortController | null>(null);
  return {
    text,
    failure,
    save(format, query, fileName) {
      current.current?.abort();
      const controller = new AbortController();
      current.current = controller;
      setFailure(null);
      setText(`Saving ${format.title} …`);
      const told = (bytes: number): void => setText(`Saving ${format.title} … ${formatBytes(bytes)}`);
      saveFile(format, query, fileName, controller.signal, told)
        .catch((error: Error) => !controller.signal.aborted && setFailure(`Not saved: ${error.message}`))
        .finally(() => current.current === controller && setText(null));
    },
    cancel: () => current.current?.abort(),
  };
}
