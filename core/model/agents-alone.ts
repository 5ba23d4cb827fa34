/**
 * An agent may count the tokens of its calls together. They count as a call of its own where none of these calls is recorded with its
 * tokens: the same in lists, which are decided while spans are stored, and in the conversation.
 */

export interface CountingSpan<K> {
  readonly id: K;
  /** Null: none. */
  readonly parentId: K | null;
  /** A tool, a search, a check: what is called within is no part of an agent around it. */
  readonly isApart: boolean;
  /** Whether it counts tokens or not. */
  readonly isAgent: boolean;
  /** An agent or a call of a model that knows its tokens; null: neither. */
  readonly counts: 'agent' | 'call' | null;
  readonly start: number | bigint;
  readonly end: number | bigint;
}

/** Spans above one that are looked through; they may go in a circle. */
const MAX_DEPTH = 200;

/**
 * @returns ids of agents whose own tokens count: no call that knows its tokens lies within them, nor another such agent, and none runs at the time that may be
 * theirs, as it lies in no tool and in no agent but those around them
 */
export function agentsAlone<K>(spans: readonly CountingSpan<K>[]): Set<K> {
  const agents = spans.filter(({ counts }) => counts === 'agent');
  if (agents.length === 0) return new Set();
  const byId = new Map(spans.map((span) => [span.id, span]));
  const holders = new Set<K>();
  /** Calls that no tool and no counting agent holds, by the agent that they lie in; null: in none. */
  const loose = new Map<K | null, CountingSpan<K>[]>();
  for (const span of spans) {
    if (span.counts === null) continue;
    let isHeld = false;
    let nearest: K | null = null;
    for (const above of spansAbove(span, byId)) {
      isHeld ||= above.isApart || above.counts === 'agent';
      if (above.isApart) break;
      if (above.counts === 'agent') holders.add(above.id);
      if (above.isAgent) nearest ??= above.id;
    }
    if (isHeld || span.counts !== 'call') continue;
    const list = loose.get(nearest);
    if (list) list.push(span);
    else loose.set(nearest, [span]);
  }
  const alone = agents.filter(({ id }) => !holders.has(id));
  if (loose.size === 0) return new Set(alone.map(({ id }) => id));
  const running = new Map([...loose].map(([id, calls]) => [id, new Running(calls)]));
  const found = new Set<K>();
  for (const agent of alone.sort((a, b) => Number(a.end > b.end) - Number(a.end < b.end))) {
    let isAlone = !running.get(null)?.isDuring(agent);
    for (const { id } of spansAbove(agent, byId)) isAlone &&= !running.get(id)?.isDuring(agent);
    if (isAlone) found.add(agent.id);
  }
  return found;
}

type Time = Pick<CountingSpan<unknown>, 'start' | 'end'>;

/** Calls, asked for times of which none ends before the one that was asked for before it. */
class Running {
  private readonly calls: readonly Time[];
  private next = 0;
  private last: number | bigint | null = null;

  constructor(calls: readonly Time[]) {
    this.calls = [...calls].sort((a, b) => Number(a.start > b.start) - Number(a.start < b.start));
  }

  /** Whether one of them runs then. */
  isDuring({ start, end }: Time): boolean {
    for (let one = this.calls[this.next]; one && one.start <= end; one = this.calls[++this.next])
      if (this.last === null || one.end > this.last) this.last = one.end;
    return this.last !== null && this.last >= start;
  }
}

/** The nearest first. */
function* spansAbove<K>(
  span: CountingSpan<K>,
  byId: ReadonlyMap<K, CountingSpan<K>>,
): Generator<CountingSpan<K>, void, undefined> {
  let above = aboveOf(span, byId);
  for (let depth = 0; depth < MAX_DEPTH && above && above !== span; depth++) {
    yield above;
    above = aboveOf(above, byId);
  }
}

function aboveOf<K>({ parentId }: CountingSpan<K>, byId: ReadonlyMap<K, CountingSpan<K>>): CountingSpan<K> | undefined {
  return parentId === null ? undefined : byId.get(parentId);
}
