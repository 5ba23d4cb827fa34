/** Runs a limited number of requests of one client at once and queues its others, so that a flood from one client delays nobody else. */
interface Asker {
  running: number;
  readonly waiting: (() => void)[];
}

export class FairShare {
  private readonly askers = new Map<string, Asker>();

  constructor(private readonly atOnce: number) {}

  async run<T>(who: string, task: () => Promise<T>): Promise<T> {
    const asker = this.askers.get(who) ?? { running: 0, waiting: [] };
    this.askers.set(who, asker);
    // Whoever ends hands its turn on.
    if (asker.running >= this.atOnce) await new Promise<void>((resolve) => asker.waiting.push(resolve));
    else asker.running++;
    try {
      return await task();
    } finally {
      const next = asker.waiting.shift();
      if (next) next();
      else if (--asker.running === 0) this.askers.delete(who);
    }
  }
}
