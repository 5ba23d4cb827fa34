/** Reads the calls of a run's models one by one: what each was told that is new, and which calls of tools it asks for. */
import type { Message, Part } from '../dialects/agent-span';
import type { PlainValue } from '../model/json-types';
import { Histories, type History, type Unit } from './histories';
import type { RunSpan } from './run-span';
import type { AloneRun, Ask } from './tool-joins';
import { isNothingSaid } from './tool-values';

/** What is shown of a call. */
export interface Told {
  /** Messages of its input that were said before. */
  readonly known: number;
  /** Messages of the agent's call before that are no longer told. */
  readonly dropped: number;
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  /** Of the calls of tools that these messages show, the parts. */
  readonly asks: ReadonlyMap<Part, Ask>;
}

export class AskBook {
  /** By the start of their models. */
  readonly asks: Ask[] = [];
  private readonly histories = new Histories();
  private readonly askOf = new WeakMap<Unit, Ask>();
  private readonly lastById = new Map<string, Ask>();
  /** By id: results of calls that no model is seen to ask for. */
  private readonly orphans = new Map<string, PlainValue>();

  read(span: RunSpan): Told {
    const { agentName, input, output } = span.agent;
    const { history, from, dropped, call } = this.histories.add(agentName ?? '', input, output, span.failed);
    const isNew = (i: number): boolean => (from[i] ?? -1) < 0;
    const fresh = new Map<Part, Ask>();
    const here = new Set<Ask>();
    for (const [i, unit] of call.units.entries()) {
      if (!unit.call) continue;
      const known = isNew(i) ? undefined : this.askOf.get((history as History).units[from[i] as number] as Unit);
      const ask = known ?? this.ask(span, unit.call, i >= call.inputs, here);
      here.add(ask);
      this.askOf.set(unit, ask);
      if (isNothingSaid(ask.arguments)) ask.arguments = unit.call.arguments;
      if (isNew(i)) fresh.set(unit.call, ask);
    }
    const answered = this.readResults(input, call);
    const units = byMessage(call.units.slice(0, call.inputs));
    const shown: Message[] = [];
    let known = 0;
    let isKnown = call.inputs > 0 && !isNew(0);
    for (const [at, message] of input.entries()) {
      const own = units.get(at) ?? [];
      const news = own.filter((i) => isNew(i));
      // What says nothing that is repeated is known where it stands among what is.
      if (own.length > 0) isKnown = news.length === 0;
      if (isKnown) known++;
      else if (message.parts.length > 0 && message.parts.every((part) => answered.has(part))) continue;
      else
        shown.push(
          news.length === own.length
            ? message
            : partOf(
                message,
                news.map((i) => call.units[i] as Unit),
              ),
        );
    }
    return { known, dropped, input: shown, output, asks: fresh };
  }

  /** What a later call was told of a tool that no model is seen to have asked for. */
  toldOf({ spans }: AloneRun): PlainValue | undefined {
    const ids = spans.flatMap(({ agent }) => agent.tool?.callId ?? []);
    return ids.map((id) => this.orphans.get(id)).find((told) => told !== undefined);
  }

  private ask(model: RunSpan, part: Ask['part'], isAnswer: boolean, here: ReadonlySet<Ask>): Ask {
    const same = isAnswer || part.id === null ? undefined : this.lastById.get(part.id);
    // A history that begins elsewhere has calls of another's: they are told again, and ran once.
    if (same && !here.has(same) && same.part.name === part.name) return same;
    const ask: Ask = { part, model, isAnswer, arguments: part.arguments, told: undefined, spans: [] };
    this.asks.push(ask);
    if (part.id !== null) this.lastById.set(part.id, ask);
    return ask;
  }

  /** @returns the results whose calls are shown, and they with them */
  private readResults(input: readonly Message[], { units }: History): Set<Part> {
    const calls = new Map<Part, Ask>();
    for (const unit of units) {
      const ask = this.askOf.get(unit);
      if (unit.call && ask) calls.set(unit.call, ask);
    }
    const open: Ask[] = [];
    const answered = new Set<Part>();
    const named = new Set(
      input.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool_result' ? (part.id ?? []) : []))),
    );
    for (const part of input.flatMap(({ parts }) => parts)) {
      const asked = calls.get(part);
      if (asked) open.push(asked);
      if (part.type !== 'tool_result') continue;
      const at = openFor(
        part,
        open,
        (id) => named.has(id),
        (id) => this.lastById.has(id),
      );
      const ask = at < 0 ? this.lastById.get(part.id ?? '') : open.splice(at, 1)[0];
      if (ask) {
        answered.add(part);
        if (ask.told === undefined || isNothingSaid(ask.told)) ask.told = part.result;
      } else if (part.id !== null && !this.orphans.has(part.id)) this.orphans.set(part.id, part.result);
    }
    return answered;
  }
}

/**
 * The first call without an answer that has its id; where it has none, its name, or that is next. An id that no call has is one of
 * those of which OpenAI's responses give a call two: it answers the next call that no result names.
 */
function openFor(
  { id, name }: Extract<Part, { type: 'tool_result' }>,
  open: readonly Ask[],
  isNamed: (id: string) => boolean,
  isAsked: (id: string) => boolean,
): number {
  if (id === null)
    return name === undefined ? (open.length > 0 ? 0 : -1) : open.findIndex(({ part }) => part.name === name);
  const at = open.findIndex(({ part }) => part.id === id);
  if (at >= 0) return at;
  const called = open.findIndex(({ part }) => part.id === null && part.name === (name ?? id));
  if (called >= 0 || isAsked(id)) return called;
  return open.findIndex(
    ({ part }) => part.id !== null && !isNamed(part.id) && (name === undefined || part.name === name),
  );
}

/** Indices of units. */
function byMessage(units: readonly Unit[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const [i, { at }] of units.entries()) {
    const known = found.get(at);
    if (known) known.push(i);
    else found.set(at, [i]);
  }
  return found;
}

function partOf(message: Message, units: readonly Unit[]): Message {
  const parts = units.flatMap((unit) => unit.parts.map((i) => message.parts[i] as Part));
  return { ...message, parts };
}
