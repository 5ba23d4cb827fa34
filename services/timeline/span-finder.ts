/** Spans that TraceQL finds in an open trace: the store is asked once, and no longer than somebody waits. */
import type { StoreService } from '../../core/operations/store-service';
import { isTraceql } from '../../core/query/plain-search';

/** What a trace is shown by, with what was found in it already: spans by number. */
export interface Searched {
  hasFound(search: string): boolean;
  setFound(search: string, spans: readonly number[]): void;
}

interface Finding {
  readonly search: string;
  readonly found: Promise<BigUint64Array>;
  readonly controller: AbortController;
  /** How many calls wait for it. */
  waiting: number;
}

export class SpanFinder {
  private readonly underWay = new WeakMap<Searched, Finding>();

  constructor(private readonly store: Pick<StoreService, 'matchingSpans'>) {}

  /** Several views ask for the same at once. @param signal aborts when whoever asked has gone: the search ends with the last of them */
  async find(
    traceId: string,
    ids: { find(spanId: bigint): number },
    shown: Searched,
    search: string,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!isTraceql(search) || shown.hasFound(search)) return;
    signal?.throwIfAborted();
    const known = this.underWay.get(shown);
    const finding = known?.search === search ? known : this.begin(traceId, shown, search);
    finding.waiting++;
    const leave = (): void => {
      if (--finding.waiting > 0) return;
      this.end(shown, finding);
      finding.controller.abort(signal?.reason);
    };
    signal?.addEventListener('abort', leave, { once: true });
    try {
      shown.setFound(
        search,
        Array.from(await finding.found, (id) => ids.find(id)),
      );
    } finally {
      signal?.removeEventListener('abort', leave);
      this.end(shown, finding);
    }
  }

  private begin(traceId: string, shown: Searched, search: string): Finding {
    const controller = new AbortController();
    const found = this.store.matchingSpans(traceId, search, controller.signal);
    const finding = { search, found, controller, waiting: 0 };
    this.underWay.set(shown, finding);
    return finding;
  }

  private end(shown: Searched, finding: Finding): void {
    if (this.underWay.get(shown) === finding) this.underWay.delete(shown);
  }
}
