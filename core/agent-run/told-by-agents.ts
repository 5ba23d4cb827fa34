/**
 * What an agent was asked and what it answered may stand only in its own span: where the calls of its models record no messages
 * (Claude Code's do not by themselves), or where no call is recorded at all, as of agents that run elsewhere.
 */
import { isApart, type Message, NO_USAGE } from '../dialects/agent-span';
import { agentsAlone } from '../model/agents-alone';
import { byStart, endOf, type RunSpan } from './run-span';

/** Spans in each other that are looked through; they may go in a circle. */
const MAX_DEPTH = 100;

/** @param calls of models, each once, by start @param ordered the whole run, by start @returns the calls with what their agents alone say of them */
export function toldByAgents(calls: readonly RunSpan[], ordered: readonly RunSpan[]): RunSpan[] {
  const telling = ordered.filter(({ agent }) => agent.kind === 'agent' && isTold(agent));
  const counting = countingAgents(ordered);
  if (telling.length === 0 && counting.size === 0) return [...calls];
  const byId = new Map(ordered.map((span) => [span.spanId, span]));
  const held = new Map<string, number[]>();
  const holders = new Set<string>();
  for (const [i, call] of calls.entries()) {
    for (const { spanId } of agentsAround(call, byId)) {
      const within = held.get(spanId);
      if (within) within.push(i);
      else held.set(spanId, [i]);
      holders.add(spanId);
    }
  }
  for (const span of telling) for (const { spanId } of agentsAround(span, byId)) holders.add(spanId);
  const told = [...calls];
  // The innermost first: what an agent was asked is told once.
  for (const { spanId, agent } of telling.toReversed()) {
    const within = held.get(spanId) ?? [];
    const [first, last] = [within[0], within.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (within.some((i) => isTold((told[i] as RunSpan).agent))) continue;
    const start = told[first] as RunSpan;
    const { input, system } = agent;
    told[first] = { ...start, agent: { ...start.agent, input, system: some(start.agent.system, system) } };
    const end = told[last] as RunSpan;
    told[last] = { ...end, agent: { ...end.agent, output: agent.output } };
  }
  const alone = telling.filter(({ spanId }) => !holders.has(spanId));
  const tellers = new Set(alone.map(({ spanId }) => spanId));
  const turns = [
    ...alone.map((span) => (counting.has(span.spanId) ? span : withoutUsage(span))),
    // What it was asked and answered is told within it, or not at all.
    ...ordered.filter((span) => counting.has(span.spanId) && !tellers.has(span.spanId)).map(withoutMessages),
  ];
  return turns.length === 0 ? told : [...told, ...turns].sort(byStart);
}

/** Agents whose own tokens count, as no call within them is recorded with its tokens. */
export function countingAgents(spans: readonly RunSpan[]): ReadonlySet<string> {
  return agentsAlone(
    spans.map((span) => {
      const { kind, usage } = span.agent;
      const isCounted = usage.input !== null || usage.output !== null;
      const counts = !isCounted ? null : kind === 'model' ? 'call' : kind === 'agent' ? 'agent' : null;
      const { spanId: id, parentSpanId: parentId, startNs: start } = span;
      return { id, parentId, isApart: isApart(kind), isAgent: kind === 'agent', counts, start, end: endOf(span) };
    }),
  );
}

function withoutUsage(span: RunSpan): RunSpan {
  return { ...span, costUsd: null, agent: { ...span.agent, usage: NO_USAGE, reportedCost: null } };
}

function withoutMessages(span: RunSpan): RunSpan {
  return { ...span, agent: { ...span.agent, system: [], input: [], output: [], inputValue: null, outputValue: null } };
}

function isTold({
  input,
  output,
}: {
  readonly input: readonly Message[];
  readonly output: readonly Message[];
}): boolean {
  return input.length > 0 || output.length > 0;
}

/** Those that it is a part of: no tool, search or check lies between. */
function agentsAround(span: RunSpan, byId: ReadonlyMap<string, RunSpan>): RunSpan[] {
  const agents: RunSpan[] = [];
  let at: RunSpan | undefined = span;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId);
    if (!at || at === span || isApart(at.agent.kind)) return agents;
    if (at.agent.kind === 'agent') agents.push(at);
  }
  return agents;
}

function some<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return one.length > 0 ? one : other;
}
