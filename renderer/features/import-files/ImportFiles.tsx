import { lazy, Suspense, useEffect, useState } from 'react';
import { useImports } from './imports-store';
import { looksLikeJson } from './looks-like-json';

const ImportPanel = lazy(() => import('./ImportPanel').then((module) => ({ default: module.ImportPanel })));

/** Files that are dropped anywhere or pasted are stored, whatever screen is open. */
export function ImportFiles() {
  const [isOver, setOver] = useState(false);
  const hasFiles = useImports(({ files }) => files.length > 0);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      importFiles(event.dataTransfer.files);
    };
    const paste = (event: ClipboardEvent): void => {
      const { target, clipboardData } = event;
      if (!clipboardData || (target instanceof Element && target.closest('input, textarea, [contenteditable]'))) return;
      const text = clipboardData.getData('text/plain');
      if (clipboardData.files.length > 0) importFiles(clipboardData.files);
      else if (looksLikeJson(text)) {
        useImports.getState().add([{ name: 'Pasted text', content: new Blob([text]) }]);
      } else return;
      event.preventDefault();
    };
    window.addEventListener('dragenter', over);
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragenter', over);
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, []);
  return (
    <>
      {isOver && (
        <div className="pointer-events-none fixed inset-2 z-40 grid place-items-center rounded-lg border-2 border-accent border-dashed bg-accent-ground/80">
          <p className="text-lg font-semibold">Drop files to import them</p>
        </div>
      )}
      {hasFiles && (
        <Suspense fallback={null}>
          <ImportPanel />
        </Suspense>
      )}
    </>
  );
}

export function importFiles(files: Iterable<File>): void {
  useImports.getState().add(Array.from(files, (file) => ({ name: file.name, content: file })));
}
