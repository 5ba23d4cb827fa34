/** Which file a name of a program means, as the system finds it. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** Null: there is none that may be run. */
export function findProgram(name: string, environment: NodeJS.ProcessEnv): string | null {
  const isPath = /[/\\]/.test(name) || isAbsolute(name);
  const folders = isPath ? [''] : (environment.PATH ?? '').split(delimiter);
  const endings = process.platform === 'win32' ? ['', ...(environment.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      const file = isPath ? resolve(name + ending) : join(folder || '.', name + ending);
      if (canRun(file)) return file;
    }
  }
  return null;
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
