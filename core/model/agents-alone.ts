/**
 * An agent may count the tokens of its calls together. They count as a call of its own where none of these calls is recorded: the same in
 * lists, which are decided while spans are stored, and in the conversation.
 */

export interface CountingSpan<K> {
  readonly id: K;
  /** Null: none. */
  readonly parentId: K | null;
  /** A tool, a search, a check: what is called within is no part of an agent around it. */
  readonly isApart: boolean;
  /** An agent that counts tokens, a call of a model; null: neither. */
  readonly counts: 'agent' | 'call' | null;
  readonly start: number | bigint;
  readonly end: number | bigint;
}

/** Spans above one that are looked through; they may go in a circle. */
const MAX_DEPTH = 200;

/**
 * @returns ids of agents whose own tokens count: no call lies within them, nor another such agent, and none runs at the time that lies in no
 * agent and no tool, as it may be theirs
 */
export function agentsAlone<K>(spans: readonly CountingSpan<K>[]): Set<K> {
  const agents = spans.filter(({ counts }) => counts === 'agent');
  if (agents.length === 0) return new Set();
  const byId = new Map(spans.map((span) => [span.id, span]));
  const holders = new Set<K>();
  const loose: CountingSpan<K>[] = [];
  for (const span of spans) {
    if (span.counts === null) continue;
    let isHeld = false;
    let above = aboveOf(span, byId);
    for (let depth = 0; depth < MAX_DEPTH && above && above !== span; depth++) {
      isHeld ||= above.isApart || above.counts === 'agent';
      if (above.isApart) break;
      if (above.counts === 'agent') holders.add(above.id);
      above = aboveOf(above, byId);
    }
    if (!isHeld && span.counts === 'call') loose.push(span);
  }
  const alone = agents
    .filter(({ id }) => !holders.has(id))
    .sort((a, b) => Number(a.end > b.end) - Number(a.end < b.end));
  loose.sort((a, b) => Number(a.start > b.start) - Number(a.start < b.start));
  const found = new Set<K>();
  let next = 0;
  let last: number | bigint | null = null;
  for (const { id, start, end } of alone) {
    for (let one = loose[next]; one && one.start <= end; one = loose[++next])
      if (last === null || one.end > last) last = one.end;
    if (last === null || last < start) found.add(id);
  }
  return found;
}

function aboveOf<K>({ parentId }: CountingSpan<K>, byId: ReadonlyMap<K, CountingSpan<K>>): CountingSpan<K> | undefined {
  return parentId === null ? undefined : byId.get(parentId);
}
