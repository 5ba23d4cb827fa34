/** Events, links and logs of the spans on screen: asked for when scrolling has come to rest, kept while the trace is open. */
import type { TimelineMark } from '../../../core/api/timeline';

const MAX_SPANS = 20_000;
const PER_CALL = 300;

export class MarkCache {
  private marks = new Map<bigint, readonly TimelineMark[]>();
  private key = '';
  private asking = false;

  constructor(
    private readonly load: (spanIds: readonly bigint[]) => Promise<readonly TimelineMark[]>,
    private readonly onChange: () => void,
  ) {}

  of(spanId: bigint): readonly TimelineMark[] {
    return this.marks.get(spanId) ?? [];
  }

  /** @param key what marks depend on: with another one all are asked for again */
  want(spanIds: readonly bigint[], key: string): void {
    if (key !== this.key || this.marks.size > MAX_SPANS) {
      this.key = key;
      this.marks = new Map();
    }
    const unknown = spanIds.filter((id) => !this.marks.has(id)).slice(0, PER_CALL);
    if (this.asking || unknown.length === 0) return;
    this.asking = true;
    const { marks } = this;
    void this.load(unknown)
      .then((found) => {
        for (const id of unknown) marks.set(id, []);
        for (const mark of found) marks.set(mark.spanId, [...(marks.get(mark.spanId) ?? []), mark]);
        if (found.length > 0) this.onChange();
      })
      // The connection is lost: asked for again when the screen next comes to rest.
      .catch(() => {})
      .finally(() => {
        this.asking = false;
      });
  }
}
