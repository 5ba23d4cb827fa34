/**
 * Which of the calls of models in a trace count. Several instrumentations may tell one call: a framework's span holds the one of the
 * provider's SDK, a gateway's lies below its client's, two lie beside each other. What is nearest to the provider counts.
 */

import { agentsAlone } from './agents-alone';

export interface TraceSpan {
  readonly id: bigint;
  /** 0: none. */
  readonly parentId: bigint;
  /** Null: calls no model. */
  readonly call: TracedCall | null;
  /** A tool, a search, a check: what is called within is no part of a call around it. */
  readonly isApart: boolean;
  /** With a call, it counts the tokens of its calls together. */
  readonly isAgent?: boolean;
}

export interface TracedCall {
  readonly isEmbedding: boolean;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** What answered, else what was asked for. */
  readonly model: string | null;
  /** Tokens; null: not said. */
  readonly input: number | null;
  readonly output: number | null;
  /** Of the provider's id of the answer; null: not said. */
  readonly response: bigint | null;
  /** The same for spans that the same code makes. */
  readonly source: string;
}

/** Spans above a call that are looked through; they may go in a circle. */
const MAX_DEPTH = 200;

/** @returns ids of calls that tell what another tells already */
export function repeatedCalls(spans: Iterable<TraceSpan>): Set<bigint> {
  const byId = new Map<bigint, TraceSpan>();
  const calls: Node[] = [];
  const agents: bigint[] = [];
  for (const span of spans) {
    byId.set(span.id, span);
    const { id, parentId, call, isAgent } = span;
    if (call && isAgent) agents.push(id);
    else if (call) calls.push({ id, parentId, call, inner: [] });
  }
  const repeats = new Set<bigint>();
  if (agents.length > 0) {
    const alone = agentsAlone([...byId.values()].map(countingOf));
    for (const id of agents) if (!alone.has(id)) repeats.add(id);
  }
  if (calls.length < 2) return repeats;
  const nodes = new Map(calls.map((node) => [node.id, node]));
  const outermost = calls.filter((node) => {
    const around = callAround(node, byId);
    if (around === null) return true;
    (nodes.get(around) as Node).inner.push(node);
    return false;
  });
  const counted = withoutBeginnings(outermost.flatMap((node) => countedWithin(node, 0)));
  const kept = new Set(oneOfEach(counted).map(({ id }) => id));
  for (const { id } of calls) if (!kept.has(id)) repeats.add(id);
  return repeats;
}

function countingOf({ id, parentId, isApart, isAgent = false, call }: TraceSpan) {
  const counts =
    call === null || call.isEmbedding || !isKnown({ call }) ? null : isAgent ? ('agent' as const) : ('call' as const);
  const [start, end] = [call?.startNs ?? 0n, call?.endNs ?? 0n];
  return { id, parentId: parentId === 0n ? null : parentId, isApart, isAgent, counts, start, end };
}

interface Node {
  readonly id: bigint;
  readonly parentId: bigint;
  readonly call: TracedCall;
  readonly inner: Node[];
}

/** The call that this one is a part of: the nearest above it, if it began before that one ended. */
function callAround({ id, parentId, call }: Node, byId: ReadonlyMap<bigint, TraceSpan>): bigint | null {
  let at = byId.get(parentId);
  for (let depth = 0; at && depth < MAX_DEPTH; depth++) {
    if (at.id === id || at.isApart) return null;
    if (at.call && !at.isAgent && at.call.isEmbedding === call.isEmbedding)
      return overlap(at.call, call) ? at.id : null;
    at = byId.get(at.parentId);
  }
  return null;
}

/** What counts of a call and those within it: the innermost that know their tokens, else the outermost that does. */
function countedWithin(node: Node, depth: number): Node[] {
  if (node.inner.length === 0 || depth > MAX_DEPTH) return [node];
  const inner = node.inner.flatMap((one) => countedWithin(one, depth + 1));
  return inner.some(isKnown) || !isKnown(node) ? inner : [node];
}

function isKnown({ call }: Pick<Node, 'call'>): boolean {
  return call.input !== null || call.output !== null;
}

/**
 * Of streams, Logfire has a span for the request, which ends before the answer begins, and a span without duration behind it when the answer is there: the
 * last call before it from the same place, of which nothing else is known, is its beginning.
 */
function withoutBeginnings(nodes: Node[]): Node[] {
  const ends = nodes.filter((node) => node.call.startNs === node.call.endNs && isKnown(node));
  if (ends.length === 0) return nodes;
  const begun = new Set<bigint>();
  const bare = new Map<string, Node[]>();
  for (const node of nodes.filter(({ call }) => isBare(call))) {
    const key = placeOf(node);
    bare.set(key, [...(bare.get(key) ?? []), node]);
  }
  for (const end of ends.sort((a, b) => compare(a.call.startNs, b.call.startNs))) {
    let beginning: Node | null = null;
    for (const node of bare.get(placeOf(end)) ?? []) {
      const isBefore = node.call.endNs <= end.call.startNs && isSameModel(node.call.model, end.call.model);
      if (!isBefore || begun.has(node.id)) continue;
      if (beginning === null || node.call.startNs > beginning.call.startNs) beginning = node;
    }
    if (beginning) begun.add(beginning.id);
  }
  return nodes.filter(({ id }) => !begun.has(id));
}

function placeOf({ parentId, call }: Node): string {
  return `${parentId} ${call.source.replace(/ .*/, '')}`;
}

/** Of those beside each other that are one by the provider's id, or by time, model and tokens where two instrumentations tell them, the one that knows most. */
function oneOfEach(nodes: readonly Node[]): Node[] {
  const groups: { readonly members: Node[]; best: Node }[] = [];
  const byKey = new Map<string, typeof groups>();
  const ordered = [...nodes].sort((a, b) => compare(a.call.startNs, b.call.startNs) || compare(a.id, b.id));
  for (const node of ordered) {
    const keys = keysOf(node);
    const found = keys
      .flatMap((key) => byKey.get(key) ?? [])
      .find(({ members }) =>
        members.every((one) => (isBare(node.call) ? isSameWithout(one, node) : isSame(one.call, node.call))),
      );
    const group = found ?? { members: [], best: node };
    if (!found) groups.push(group);
    group.members.push(node);
    if (isBetter(node, group.best)) group.best = node;
    for (const key of keys) {
      const list = byKey.get(key) ?? [];
      if (!list.includes(group)) byKey.set(key, [...list.slice(-MAX_OPEN), group]);
    }
  }
  return groups.map(({ best }) => best);
}

/** Calls at once that are alike in all that is known of them, of one key. */
const MAX_OPEN = 64;

function keysOf({ parentId, call }: Node): string[] {
  const { response, input, output, isEmbedding } = call;
  if (isBare(call)) return [`bare ${parentId} ${isEmbedding}`];
  const keys = response === null ? [] : [`id ${response}`];
  // What counts nothing is like everything.
  if (input === null || (output === null && !isEmbedding) || input + (output ?? 0) === 0) return keys;
  return [...keys, `tokens ${isEmbedding} ${input} ${output ?? 0}`];
}

/** Later than this, an answer that is asked for again is another. */
const SAME_ANSWER_NS = 600_000_000_000n;

export function isSame(a: TracedCall, b: TracedCall): boolean {
  if (a.isEmbedding !== b.isEmbedding) return false;
  const isTogether = overlap(a, b);
  const isAlike = a.input === b.input && a.output === b.output && isSameModel(a.model, b.model);
  if (a.response !== null && b.response !== null) {
    if (a.response !== b.response) return false;
    const apart = a.startNs < b.startNs ? b.startNs - a.endNs : a.startNs - b.endNs;
    return isTogether || (isAlike && a.input !== null && apart <= SAME_ANSWER_NS);
  }
  return isTogether && isAlike && a.source !== b.source;
}

/** Nothing came back that is known, as of calls that fail. */
function isBare({ response, input, output }: TracedCall): boolean {
  return response === null && input === null && output === null;
}

/** Of two that know of no answer, from the same place, one is the other if it ran while that did, told by another instrumentation. */
function isSameWithout(a: Node, b: Node): boolean {
  const [one, other] = [a.call, b.call];
  if (!isBare(one) || !isBare(other) || a.parentId !== b.parentId || one.isEmbedding !== other.isEmbedding)
    return false;
  const isWithin =
    (one.startNs <= other.startNs && other.endNs <= one.endNs) ||
    (other.startNs <= one.startNs && one.endNs <= other.endNs);
  return isWithin && one.source !== other.source && one.model !== null && isSameModel(one.model, other.model);
}

/** `gpt-4o` and `openai/gpt-4o-2024-08-06`. */
function isSameModel(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return a === b;
  const [one, other] = [plainModel(a), plainModel(b)];
  return one === other || isDated(one, other) || isDated(other, one);
}

/** `long` is `short` as of a day, or of a version. */
function isDated(long: string, short: string): boolean {
  return long.startsWith(short) && /^[-@](?:20\d|\d{4}$|v\d|latest$)/.test(long.slice(short.length));
}

function plainModel(model: string): string {
  return (
    model
      .toLowerCase()
      .split(/[/:](?=[a-z])/)
      .at(-1) as string
  ).replace(/^(?:[a-z-]+\.)*(?=[a-z])/, '');
}

/** It knows more; or it began later, which is nearer to the provider. */
function isBetter(a: Node, b: Node): boolean {
  const known = ({ call }: Node): number => Number(isKnown({ call })) * 2 + Number(call.response !== null);
  return known(a) - known(b) > 0 || (known(a) === known(b) && compare(a.call.startNs, b.call.startNs) > 0);
}

function overlap(a: TracedCall, b: TracedCall): boolean {
  return a.startNs <= b.endNs && b.startNs <= a.endNs;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
