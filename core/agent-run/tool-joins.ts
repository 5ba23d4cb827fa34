/** Joins the calls of tools that models asked for to the spans that carried them out: by id, else by name, arguments and time. */
import type { PlainValue } from '../model/json-types';
import type { ToolCallPart } from './histories';
import { endOf, type RunSpan } from './run-span';
import { agreement, isNothingSaid } from './tool-values';

/** A call of a tool as a model asked for it. */
export interface Ask {
  readonly part: ToolCallPart;
  /** The call of the model that says so. */
  readonly model: RunSpan;
  /** False: a call repeats it, whose own is not recorded; it ran before. */
  readonly isAnswer: boolean;
  /** Richer where a later call repeats more of it than its first told. */
  arguments: PlainValue;
  /** What a later call was told of it; undefined: nothing. */
  told: PlainValue | undefined;
  /** The spans that carried it out, the outer first. */
  readonly spans: RunSpan[];
}

/** A tool that ran though no model is seen to have asked for it: its spans, the outer first. */
export interface AloneRun {
  readonly spans: RunSpan[];
}

/** Asks that are looked at for one span, before and after it. */
const MAX_NEAR = 100;

/** @param ordered all spans, by start @param asks by the start of their models @returns what no model asked for, by start */
export function joinTools(ordered: readonly RunSpan[], asks: readonly Ask[]): AloneRun[] {
  const byName = new Asks(asks, ({ part }) => plain(part.name));
  const byCallId = new Asks(asks, ({ part }) => part.id);
  const byId = new Map(ordered.map((span) => [span.spanId, span]));
  /** Of each span of a tool what it is of, and of each id what ran last. */
  const homes = new Map<string, Ask | AloneRun>();
  const ran = new Map<string, Ask | AloneRun>();
  const alone: AloneRun[] = [];
  for (const span of ordered) {
    if (span.agent.kind !== 'tool') continue;
    const callId = span.agent.tool?.callId ?? null;
    const around = toolAround(span, byId);
    const before = callId === null ? undefined : ran.get(callId);
    const home =
      (around && isSameTool(span, around) ? homes.get(around.spanId) : undefined) ??
      (before && isDuring(span, before) ? before : undefined);
    // Calls that run beside each other under one id are told apart by their arguments.
    const ask =
      (callId === null ? undefined : askById(byCallId.near(callId, span), span, home !== undefined)) ??
      // An id that no model gave is the framework's own.
      (home ? undefined : askByName(namedLike(byName, span), span));
    const of: Ask | AloneRun = ask ?? home ?? before ?? { spans: [] };
    if (!isAsk(of) && of.spans.length === 0) alone.push(of);
    of.spans.push(span);
    homes.set(span.spanId, of);
    if (callId !== null) ran.set(callId, of);
    if (isAsk(of)) {
      byName.close(of);
      byCallId.close(of);
    }
  }
  return alone;
}

function isAsk(of: Ask | AloneRun): of is Ask {
  return 'part' in of;
}

/** Asks that no span carried out yet. */
class Asks {
  private readonly lists = new Map<string, Ask[]>();

  constructor(
    asks: readonly Ask[],
    private readonly keyOf: (ask: Ask) => string | null,
  ) {
    for (const ask of asks) {
      const key = keyOf(ask);
      if (key === null) continue;
      const list = this.lists.get(key);
      if (list) list.push(ask);
      else this.lists.set(key, [ask]);
    }
  }

  get keys(): Iterable<string> {
    return this.lists.keys();
  }

  /** Those about its time, the first first. */
  near(key: string, { startNs }: RunSpan): readonly Ask[] {
    const list = this.lists.get(key) ?? [];
    let [from, to] = [0, list.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((list[middle] as Ask).model.startNs <= startNs) from = middle + 1;
      else to = middle;
    }
    return list.slice(Math.max(0, from - MAX_NEAR), from + MAX_NEAR);
  }

  close(ask: Ask): void {
    const list = this.lists.get(this.keyOf(ask) ?? '') ?? [];
    const at = list.indexOf(ask);
    if (at >= 0) list.splice(at, 1);
  }
}

/** Ids may come again, as some take the tool's name for one: then calls join in the order in which they were made. */
function askById(asks: readonly Ask[], span: RunSpan, isHome: boolean): Ask | undefined {
  const said = span.agent.tool?.arguments ?? null;
  const inTime = asks.filter((ask) => mayBeOf(ask, span));
  const exact = inTime.find((ask) => agreement(ask.arguments, said) === 3 && !isNothingSaid(said));
  if (isHome) return exact;
  return exact ?? inTime.find((ask) => agreement(ask.arguments, said) > 0) ?? inTime[0] ?? asks[0];
}

function namedLike(asks: Asks, span: RunSpan): readonly Ask[] {
  const name = plain(span.agent.tool?.name ?? span.name);
  const exact = asks.near(name, span);
  if (exact.length > 0) return exact;
  // Servers of tools (MCP) have the plain name of what models know by the server's name, too: `mcp__files__read`.
  return [...asks.keys].filter((asked) => asked.endsWith(`.${name}`)).flatMap((asked) => asks.near(asked, span));
}

/** The last that asks for it with these arguments; of one turn the first. */
function askByName(asks: readonly Ask[], span: RunSpan): Ask | undefined {
  const { tool, agentName } = span.agent;
  let best: Ask | undefined;
  let most = 0;
  for (const ask of asks) {
    if (!mayBeOf(ask, span)) continue;
    const agrees =
      agreement(ask.arguments, tool?.arguments ?? null) ||
      // What it answered may prove it, where its arguments are written differently.
      (ask.told !== undefined && !isNothingSaid(ask.told) && agreement(ask.told, tool?.result ?? null) === 3 ? 2 : 0);
    if (agrees === 0) continue;
    const score = agrees * 2 + (ask.model.agent.agentName === agentName ? 1 : 0);
    if (score > most || (score === most && best !== undefined && ask.model !== best.model)) {
      best = ask;
      most = score;
    }
  }
  return best;
}

/** It runs after it was asked for, or before the call that repeats it. */
function mayBeOf({ model, isAnswer }: Ask, { startNs }: RunSpan): boolean {
  return isAnswer ? startNs >= model.startNs : startNs <= endOf(model);
}

function isDuring({ startNs }: RunSpan, { spans }: { readonly spans: readonly RunSpan[] }): boolean {
  return spans.some((one) => one.startNs <= startNs && startNs < endOf(one));
}

/** Spans in each other that are looked through; they may go in a circle. */
const MAX_DEPTH = 100;

function toolAround(span: RunSpan, byId: ReadonlyMap<string, RunSpan>): RunSpan | null {
  let at: RunSpan | undefined = span;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId);
    if (!at || at === span || at.agent.kind === 'agent' || at.agent.kind === 'model') return null;
    if (at.agent.kind === 'tool') return at;
  }
  return null;
}

/** Client and server of one call, or a framework's span around another's. */
function isSameTool(a: RunSpan, b: RunSpan): boolean {
  const [id, otherId] = [a.agent.tool?.callId ?? null, b.agent.tool?.callId ?? null];
  if (id !== null && otherId !== null) return id === otherId;
  const [one, other] = [a, b].map(({ agent, name }) => plain(agent.tool?.name ?? name)) as [string, string];
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}

/** As it is compared: names are written in several ways, and may have the name of their server in front. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/__|[.:/]/g, '.')
    .replace(/[^\p{L}\p{N}.]/gu, '');
}
