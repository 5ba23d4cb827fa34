/** Files on their way in from the window: one after the other, whichever way they came. */
import { create } from 'zustand';
import { type Imported, sendFile } from './send-file';

export interface ImportOfFile {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly state: 'waiting' | 'reading' | 'done' | 'failed' | 'given up';
  readonly report: Imported | null;
  readonly error: string | null;
}

interface Imports {
  readonly files: readonly ImportOfFile[];
  add(files: readonly { readonly name: string; readonly content: Blob }[]): void;
  giveUp(id: number): void;
  /** Takes those away that are over. */
  clear(): void;
}

let last = 0;
let queue: Promise<void> = Promise.resolve();
const controllers = new Map<number, AbortController>();

export const useImports = create<Imports>((set, get) => {
  const change = (id: number, changed: Partial<ImportOfFile>): void =>
    set({ files: get().files.map((file) => (file.id === id ? { ...file, ...changed } : file)) });
  const read = async (id: number, content: Blob): Promise<void> => {
    const controller = controllers.get(id);
    if (!controller || controller.signal.aborted) return;
    change(id, { state: 'reading' });
    try {
      const report = await sendFile(content, controller.signal, (sent) => change(id, { sent }));
      change(id, report ? { state: 'done', report, sent: content.size } : { state: 'given up' });
    } catch (error) {
      change(id, { state: 'failed', error: error instanceof Error ? error.message : String(error) });
    } finally {
      controllers.delete(id);
    }
  };
  return {
    files: [],
    add(files) {
      for (const { name, content } of files) {
        const id = ++last;
        controllers.set(id, new AbortController());
        const file = { id, name, size: content.size, sent: 0, state: 'waiting', report: null, error: null } as const;
        set({ files: [...get().files, file] });
        queue = queue.then(() => read(id, content));
      }
    },
    giveUp(id) {
      controllers.get(id)?.abort();
      change(id, { state: 'given up' });
    },
    clear: () => set({ files: get().files.filter(({ id }) => controllers.has(id)) }),
  };
});
