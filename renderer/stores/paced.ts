/** Spaces out what is done again and again, by how long it takes: a search of a quarter of a second rests for a whole one. */
const REST = 4;

export class Paced {
  private nextMs = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** Whether it may begin now; else `again` is called once it may. */
  mayBegin(again: () => void): boolean {
    const restMs = this.nextMs - performance.now();
    if (restMs <= 0) return true;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      again();
    }, restMs);
    return false;
  }

  async timed<T>(work: Promise<T>): Promise<T> {
    const startedMs = performance.now();
    try {
      return await work;
    } finally {
      const endedMs = performance.now();
      this.nextMs = endedMs + REST * (endedMs - startedMs);
    }
  }
}
