/** Files from the file manager or the menu: imported into the workspace that runs. */
import { importFile } from '../host/import-file';
import type { RunningApi } from '../host/running-api';

/** Imports one after the other. @returns what to tell the user of those that failed, a line each; empty when all are stored */
export async function importFiles(files: readonly string[], api: RunningApi): Promise<string> {
  const failures: string[] = [];
  for (const file of files) {
    try {
      const { reasons } = await importFile(api, file);
      failures.push(...reasons.map((reason) => `${file}: ${reason}`));
    } catch (error) {
      failures.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures.join('\n');
}
