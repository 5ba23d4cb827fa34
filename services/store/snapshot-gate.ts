/**
 * Answers of one state over a single connection. A transaction around an answer would hold up everything else on that connection; so
 * statements of several answers mix, and a change waits until the answers under way have ended: a moment for those that have just
 * begun, which begin anew where it passes them, and longer for those that it has passed before.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { SpoorError } from '../../core/model/errors';
import type { ChangeKind } from '../../core/store/sql/sql-client';

export interface Patience {
  /** A change waits so long for an answer at most. */
  readonly firstMs: number;
  /** The same, for an answer that began anew. */
  readonly againMs: number;
}

const PATIENCE: Patience = { firstMs: 50, againMs: 1_000 };
/** Answers that take longer than that see what is added meanwhile; what moves spans makes them begin anew so often. */
const ATTEMPTS = 4;

interface Answer {
  /** From when on changes need not wait for it. */
  readonly untilMs: number;
  readonly ended: Promise<void>;
  /** Whether it stands where rows were only added meanwhile. */
  readonly acceptsRows: boolean;
  isOutdated: boolean;
}

/** Ends an answer that would not count. */
class OutdatedError extends Error {}

export class SnapshotGate {
  private readonly asking = new AsyncLocalStorage<Answer>();
  private readonly answers = new Set<Answer>();
  /** Of changes, one after the other. */
  private lastChange: Promise<void> = Promise.resolve();
  private running: Promise<void> | null = null;

  constructor(private readonly patience = PATIENCE) {}

  /** Runs what reads only, again where a change passed it. @param goesOn from an earlier state: it stands where rows were only added */
  async answer<T>(run: () => Promise<T>, goesOn = false): Promise<T> {
    if (this.asking.getStore()) return run();
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const isFirst = attempt === 1;
      // The first time it goes before changes that wait, which costs them no more; then it stands in line with them.
      if (!isFirst) await this.lastChange;
      while (this.running) await this.running;
      const { answer, end } = this.begin(isFirst ? this.patience.firstMs : this.patience.againMs, goesOn || !isFirst);
      try {
        const result = await this.asking.run(answer, run);
        if (!answer.isOutdated) return result;
      } catch (error) {
        if (!answer.isOutdated) throw error;
      } finally {
        end();
      }
    }
    throw new SpoorError(
      'SERVICE_UNAVAILABLE',
      'What this asks about is being moved, faster than it can be read; ask again in a moment.',
    );
  }

  /** Runs what may change something. Within an answer it is part of it. */
  async change<T>(run: () => Promise<T>, kind: ChangeKind): Promise<T> {
    if (this.asking.getStore()) return this.read(run);
    const changed = this.lastChange.then(async () => {
      await this.wait();
      for (const answer of this.answers) answer.isOutdated ||= kind === 'rewrites' || !answer.acceptsRows;
      const result = run();
      this.running = result.then(
        () => {},
        () => {},
      );
      try {
        return await result;
      } finally {
        this.running = null;
      }
    });
    // After those that waited for this one have begun.
    this.lastChange = changed.then(turn, turn);
    return changed;
  }

  /** Runs a statement that changes nothing, at once. */
  async read<T>(run: () => Promise<T>): Promise<T> {
    if (this.asking.getStore()?.isOutdated) throw new OutdatedError('The store has changed under this answer.');
    return run();
  }

  private begin(patienceMs: number, acceptsRows: boolean): { readonly answer: Answer; readonly end: () => void } {
    let ended = (): void => {};
    const answer: Answer = {
      untilMs: performance.now() + patienceMs,
      ended: new Promise<void>((resolve) => {
        ended = resolve;
      }),
      acceptsRows,
      isOutdated: false,
    };
    this.answers.add(answer);
    const end = (): void => {
      this.answers.delete(answer);
      ended();
    };
    return { answer, end };
  }

  /** For the answers under way now, as long as they are worth it; who comes later and is passed begins anew, and has lost little. */
  private async wait(): Promise<void> {
    const now = [...this.answers];
    const untilMs = Math.max(...now.map((answer) => answer.untilMs));
    for (let restMs = untilMs - performance.now(); restMs > 0; ) {
      const any = now.find((answer) => this.answers.has(answer));
      if (!any) break;
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, restMs);
      });
      await Promise.race([any.ended, tooLong]);
      clearTimeout(timer);
      restMs = untilMs - performance.now();
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
