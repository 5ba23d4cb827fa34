/** Resident memory of a process and its children, from /proc; null where there is none. */
import { readdirSync, readFileSync } from 'node:fs';

export function residentBytes(pid: number): number | null {
  try {
    let total = 0;
    for (const one of [pid, ...childrenOf(pid)]) {
      const pages = Number(readFileSync(`/proc/${one}/statm`, 'utf8').split(' ')[1]);
      total += pages * 4096;
    }
    return total;
  } catch {
    return null;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** Highest and last value of a process's memory, looked at every half second. */
export class MemoryWatch {
  peakBytes = 0;
  lastBytes = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(pid: number) {
    const look = (): void => {
      this.lastBytes = residentBytes(pid) ?? 0;
      this.peakBytes = Math.max(this.peakBytes, this.lastBytes);
    };
    look();
    this.timer = setInterval(look, 500);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
