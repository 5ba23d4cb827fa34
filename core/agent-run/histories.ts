/**
 * What of a call's input was said before. A call repeats the history that it goes on from, so what it shares with that history is
 * known; the same words elsewhere are words that were said again.
 */
import type { Message, Part } from '../dialects/agent-span';
import { inOrder } from './in-order';

/** Something said by itself: texts of a message that follow each other, a call of a tool, its result, a picture. */
export interface Unit {
  readonly key: number;
  /** Index of its message. */
  readonly at: number;
  /** Indices of its parts. */
  readonly parts: readonly number[];
  readonly isAnswer: boolean;
  readonly call: ToolCallPart | null;
}

export type ToolCallPart = Extract<Part, { type: 'tool_call' }>;

/** A call of a model as others go on from it: its input, and then its output. */
export interface History {
  readonly units: readonly Unit[];
  /** Of them, those of its input. */
  readonly inputs: number;
  readonly failed: boolean;
}

export interface Known {
  /** What it goes on from; null: nothing. */
  readonly history: History | null;
  /** Of each unit of the input its index in that history; -1: it is new. */
  readonly from: readonly number[];
  /** Messages of the agent's call before that this one goes on without. */
  readonly dropped: number;
}

/** More nodes than a run can have: their numbers and keys make one number together. */
const STEP = 2 ** 26;

export class Histories {
  private readonly keys = new Map<string, number>();
  /** The tree of all histories: by node and key, the next node. */
  private readonly next = new Map<number, number>();
  /** By node, the last that went through it. */
  private readonly through: (History | null)[] = [null];
  private readonly lastOf = new Map<string, History>();

  /** @param who the agent; where nothing begins alike, it goes on from its own last call, or what is left of it */
  add(who: string, input: readonly Message[], output: readonly Message[], failed: boolean): Known & { call: History } {
    const asked = this.unitsOf(input);
    const call = { units: [...asked, ...this.unitsOf(output)], inputs: asked.length, failed };
    const known = this.known(
      who,
      asked,
      input.findLastIndex(({ role }) => role === 'assistant'),
    );
    const dropped = known.history === this.lastOf.get(who) ? droppedOf(known) : 0;
    let node = 0;
    for (const { key } of call.units) {
      const at = node * STEP + key;
      node = this.next.get(at) ?? this.through.push(null) - 1;
      this.next.set(at, node);
      this.through[node] = call;
    }
    this.lastOf.set(who, call);
    return { ...known, dropped, call };
  }

  /** @param answered index of the message that was answered last, of which nothing else may be known */
  private known(who: string, asked: readonly Unit[], answered: number): Omit<Known, 'dropped'> {
    let node = 0;
    let shared = 0;
    for (const { key } of asked) {
      const next = this.next.get(node * STEP + key);
      if (next === undefined) break;
      node = next;
      shared++;
    }
    const history = shared > 0 ? (this.through[node] ?? null) : (this.lastOf.get(who) ?? null);
    if (history === null) return { history: null, from: asked.map(() => -1) };
    const { units, inputs } = history;
    while (shared < Math.min(asked.length, units.length) && isAlike(asked[shared], units[shared])) shared++;
    const later = inOrder(
      asked.slice(shared).map(({ key }) => key),
      units.slice(shared).map(({ key }) => key),
    );
    const all = asked.map((_, i) => {
      const at = later[i - shared] ?? -1;
      return i < shared ? i : at < 0 ? -1 : shared + at;
    });
    // Who was answered and repeats nothing of the answer goes on from elsewhere: what it has in common stops where it begins to differ.
    const goesOn = inputs === units.length || all.some((from) => from >= inputs);
    const from = goesOn ? all : all.map((one, i) => (i < shared ? one : -1));
    if (from.includes(-1) || from.some((one) => one >= inputs) || history.failed) return { history, from };
    // All of it was said and answered before: it was said again.
    return { history, from: from.map((one, i) => ((asked[i]?.at ?? 0) > answered ? -1 : one)) };
  }

  private unitsOf(messages: readonly Message[]): Unit[] {
    return messages.flatMap((message, at) => {
      const groups = groupsOf(message.parts);
      return groups.map((parts): Unit => {
        const [first] = parts.map((i) => message.parts[i] as Part);
        return {
          key: this.keyOf(saidIn(message, parts)),
          at,
          parts,
          isAnswer: message.role === 'assistant',
          call: first?.type === 'tool_call' ? first : null,
        };
      });
    });
  }

  private keyOf(said: string): number {
    let key = this.keys.get(said);
    if (key === undefined) {
      key = this.keys.size + 1;
      this.keys.set(said, key);
    }
    return key;
  }
}

function droppedOf({ history, from }: Omit<Known, 'dropped'>): number {
  const kept = new Set(from.filter((one) => one >= 0));
  if (history === null || kept.size === 0) return 0;
  const asked = history.units.slice(0, history.inputs);
  const told = new Set(asked.filter((_, i) => kept.has(i)).map(({ at }) => at));
  return new Set(asked.map(({ at }) => at).filter((at) => !told.has(at))).size;
}

/** What is not repeated faithfully says nothing of a history: thoughts, empty texts, and marks of a provider beside what was said. */
function groupsOf(parts: readonly Part[]): number[][] {
  const groups: number[][] = [];
  const others: number[][] = [];
  let texts: number[] | null = null;
  for (const [i, part] of parts.entries()) {
    if (part.type === 'text') {
      if (part.text.trim() === '') continue;
      if (texts === null) {
        texts = [];
        groups.push(texts);
      }
      texts.push(i);
      continue;
    }
    texts = null;
    if (part.type === 'other') others.push([i]);
    else if (part.type !== 'reasoning') groups.push([i]);
  }
  return groups.length > 0 ? groups : others.filter(([i]) => !isMark(parts[i as number] as Part));
}

/** A part that has a type and nothing else. */
function isMark(part: Part): boolean {
  if (part.type !== 'other') return false;
  const { value } = part;
  return typeof value === 'object' && value !== null && Object.keys(value).every((key) => key === 'type');
}

function saidIn({ role, parts }: Message, group: readonly number[]): string {
  const said = group.map((i) => parts[i] as Part);
  const [first] = said as [Part];
  switch (first.type) {
    case 'text':
      // Senders trim texts, and join them, each in its way.
      return `${role} ${said
        .map((part) => (part.type === 'text' ? part.text.trim() : ''))
        .join('')
        .replace(/\s+/g, ' ')}`;
    case 'tool_call':
      return `call ${first.id ?? ''} ${first.name}`;
    case 'tool_result':
      return `result ${first.id ?? ''} ${JSON.stringify(first.result)}`;
    default:
      return `${role} ${JSON.stringify(first)}`;
  }
}

/** One call of a tool, which has its id in one place alone. */
function isAlike(a: Unit | undefined, b: Unit | undefined): boolean {
  if (!a || !b) return false;
  if (a.key === b.key) return true;
  return (
    a.call !== null && b.call !== null && a.call.name === b.call.name && (a.call.id === null) !== (b.call.id === null)
  );
}
