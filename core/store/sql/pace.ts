/** How much one statement takes on, so that it holds the database for about 30 ms: others wait for no more than that. */
const AIM_MS = 30;

export class Pace {
  /** @param least what a statement costs however little it takes on must not be paid for less: on a slow machine even that is late */
  constructor(
    private size: number,
    private readonly most: number,
    private readonly least = 1,
  ) {}

  get next(): number {
    return this.size;
  }

  /** Runs a statement over `next` of something. */
  async timed<T>(run: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await run();
    this.took(performance.now() - began);
    return result;
  }

  /** So long what was last taken on has taken. */
  took(took: number): void {
    if (took < AIM_MS / 2) this.size = Math.min(this.most, this.size * 2);
    else if (took > AIM_MS * 1.5) this.size = Math.max(this.least, Math.floor(this.size / 2));
  }
}
