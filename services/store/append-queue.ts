/**
 * Group commit: batches that arrive while a transaction runs go into the next one together. Each caller is answered when its
 * spans are committed. A batch that the database refuses fails alone, not the ones beside it.
 */
import type { SignalBatch } from '../../core/model/signal-batch';
import type { AppendResult } from '../../core/store/ingest/writer-state';

/** Spans in one transaction: a bound on how long a reader waits behind it. */
const MAX_SPANS = 5_000;

interface Waiting {
  readonly batch: SignalBatch;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

export class AppendQueue {
  private readonly waiting: Waiting[] = [];
  private running: Promise<void> | null = null;

  constructor(
    private readonly writer: { append(batches: readonly SignalBatch[]): Promise<AppendResult[]> },
    private readonly onCommit: () => void,
  ) {}

  append(batch: SignalBatch): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.takeGroup();
      try {
        await this.commit(group);
      } catch (error) {
        if (group.length === 1) (group[0] as Waiting).reject(error);
        else for (const one of group) await this.commit([one]).catch(one.reject);
      }
    }
    this.running = null;
  }

  private takeGroup(): Waiting[] {
    let spans = 0;
    let count = 0;
    while (
      count < this.waiting.length &&
      (count === 0 || spans + (this.waiting[count] as Waiting).batch.length <= MAX_SPANS)
    ) {
      spans += (this.waiting[count] as Waiting).batch.length;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async commit(group: readonly Waiting[]): Promise<void> {
    const results = await this.writer.append(group.map(({ batch }) => batch));
    if (results.some(({ stored }) => stored > 0)) this.onCommit();
    for (const [i, { resolve }] of group.entries()) resolve(results[i] as AppendResult);
  }
}
