/**
 * One call of a model that several instrumentations tell: a framework's span around the one of the provider's SDK, a gateway's below
 * its client's, or two beside each other.
 */
import { type AgentSpan, isApart, type Message } from '../dialects/agent-span';
import { richer } from '../dialects/richer';
import { byStart, endOf, type RunSpan } from './run-span';

/** @param ordered by start @returns the whole run with each call of a model once: what lay below another span of it lies below what that one was part of */
export function eachCallOnce(ordered: readonly RunSpan[]): RunSpan[] {
  const calls = new Map([...oneOfEach(ordered), ...oneOfEach(ordered, 'embedding')].map((call) => [call.spanId, call]));
  const byId = new Map(ordered.map((span) => [span.spanId, span]));
  const isLeftOut = (span: RunSpan): boolean =>
    (span.agent.kind === 'model' || span.agent.kind === 'embedding') && !calls.has(span.spanId);
  const parentOf = ({ parentSpanId }: RunSpan): string | null => {
    let at = parentSpanId === null ? undefined : byId.get(parentSpanId);
    for (let depth = 0; at && isLeftOut(at) && depth < MAX_DEPTH; depth++) {
      at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId);
    }
    return at?.spanId ?? null;
  };
  return ordered.flatMap((span) =>
    isLeftOut(span) ? [] : [{ ...(calls.get(span.spanId) ?? span), parentSpanId: parentOf(span) }],
  );
}

/** @param ordered by start @returns the calls of models, each once, by start */
export function oneOfEach(ordered: readonly RunSpan[], kind: 'model' | 'embedding' = 'model'): RunSpan[] {
  const models = ordered.filter(({ agent }) => agent.kind === kind);
  const byId = new Map(ordered.map((span) => [span.spanId, span]));
  const within = new Map<string, RunSpan[]>();
  const outermost: RunSpan[] = [];
  for (const span of models) {
    const around = modelAround(span, byId);
    if (!around) outermost.push(span);
    else within.set(around.spanId, [...(within.get(around.spanId) ?? []), span]);
  }
  const calls = besideEachOther(withBeginnings(outermost.flatMap((span) => callsOf(span, within, 0)).sort(byStart)));
  return toldBySteps(calls, byId);
}

/** What was said may stand only in the step around a call, which holds no other (Mastra). */
function toldBySteps(calls: readonly RunSpan[], byId: ReadonlyMap<string, RunSpan>): RunSpan[] {
  if (calls.every(({ agent }) => agent.input.length > 0)) return [...calls];
  const held = new Map<string, number>();
  const steps = calls.map((call) => stepsAround(call, byId));
  for (const { spanId } of steps.flat()) held.set(spanId, (held.get(spanId) ?? 0) + 1);
  return calls.map((call, i) => {
    const step = steps[i]?.find(({ spanId, agent }) => held.get(spanId) === 1 && agent.input.length > 0);
    if (call.agent.input.length > 0 || !step) return call;
    const { input, output, system } = step.agent;
    const answer = richer(call.agent.output, output.length > 0 ? output : null) ?? [];
    return { ...call, agent: { ...call.agent, input, output: answer, system: some(call.agent.system, system) } };
  });
}

/** The nearest first. */
function stepsAround(span: RunSpan, byId: ReadonlyMap<string, RunSpan>): RunSpan[] {
  const steps: RunSpan[] = [];
  let at: RunSpan | undefined = span;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId);
    if (at?.agent.kind !== 'step' || at === span) return steps;
    steps.push(at);
  }
  return steps;
}

/** Spans in each other that are looked through; they may go in a circle. */
const MAX_DEPTH = 100;

/** The model's span that it is a part of: no tool, search or check lies between, and it did not begin after that one's end. */
function modelAround(span: RunSpan, byId: ReadonlyMap<string, RunSpan>): RunSpan | null {
  let at: RunSpan | undefined = span;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId);
    if (!at || at === span || isApart(at.agent.kind)) return null;
    if (at.agent.kind === span.agent.kind) return isDuring(span, at) ? at : null;
  }
  return null;
}

function callsOf(span: RunSpan, within: ReadonlyMap<string, readonly RunSpan[]>, depth: number): RunSpan[] {
  if (depth > MAX_DEPTH) return [span];
  const inner = besideEachOther((within.get(span.spanId) ?? []).flatMap((one) => callsOf(one, within, depth + 1)));
  if (inner.length === 0) return [span];
  // Attempts that failed before one that did not are of the same call.
  const good = inner.filter(({ failed }) => !failed);
  if (good.length < 2) {
    const one = good[0] ?? (inner.at(-1) as RunSpan);
    return saysOtherwise(span.agent, one.agent) ? [span, ...inner] : [merged(span, one)];
  }
  if (!inner.some(({ agent }) => isTold(agent))) return [span];
  // It holds several calls together: what went into it went into the first.
  const [first, ...rest] = inner as [RunSpan, ...RunSpan[]];
  if (first.agent.input.length > 0) return inner;
  const { input, system, toolDefinitions } = span.agent;
  const { agent } = first;
  return [
    {
      ...first,
      agent: {
        ...agent,
        input,
        system: some(agent.system, system),
        toolDefinitions: some(agent.toolDefinitions, toolDefinitions),
      },
    },
    ...rest,
  ];
}

/** A span without duration when the answer is there, as Logfire has of streams, is one with the last call before it from the same place that knows of no answer. */
function withBeginnings(ordered: readonly RunSpan[]): RunSpan[] {
  const calls = [...ordered];
  const isEnd = ({ durationNs, agent }: RunSpan): boolean =>
    durationNs === 0 && (agent.usage.input !== null || agent.usage.output !== null);
  for (const end of ordered.filter(isEnd)) {
    const at = calls.findLastIndex(
      (one) =>
        isBare(one.agent) &&
        !one.failed &&
        one.parentSpanId === end.parentSpanId &&
        one.agent.requestModel === end.agent.requestModel &&
        endOf(one) <= end.startNs,
    );
    const beginning = calls[at];
    if (!beginning) continue;
    const { startNs } = beginning;
    calls[at] = { ...merged(beginning, end), startNs, durationNs: end.startNs - startNs };
    calls.splice(calls.indexOf(end), 1);
  }
  return calls;
}

/** Two that ran at the same time and are one by the provider's id, or by their model and tokens where two instrumentations tell them. */
function besideEachOther(calls: readonly RunSpan[]): RunSpan[] {
  const kept: RunSpan[] = [];
  const seen = new Map<string, number>();
  for (const call of calls) {
    const keys = sameness(call);
    const at = keys.map((key) => seen.get(key)).find((one) => one !== undefined && isSame(kept[one] as RunSpan, call));
    const to = at ?? kept.length;
    kept[to] = at === undefined ? call : merged(kept[at] as RunSpan, call);
    for (const key of keys) seen.set(key, to);
  }
  return kept;
}

function sameness({ agent, parentSpanId }: RunSpan): string[] {
  const { responseId, usage } = agent;
  const model = agent.responseModel ?? agent.requestModel;
  if (isBare(agent)) return model === null ? [] : [`bare ${parentSpanId} ${model}`];
  return [
    ...(responseId === null ? [] : [`id ${responseId}`]),
    ...(model === null || !usage.input || !(usage.output || agent.kind === 'embedding')
      ? []
      : [`tokens ${model} ${usage.input} ${usage.output}`]),
  ];
}

function isSame(a: RunSpan, b: RunSpan): boolean {
  if (!overlap(a, b) || saysOtherwise(a.agent, b.agent)) return false;
  if (isBare(a.agent) && !isWithin(a, b) && !isWithin(b, a)) return false;
  if (a.agent.responseId !== null && b.agent.responseId !== null) return true;
  return a.name !== b.name || a.agent.dialects.join() !== b.agent.dialects.join();
}

/** Two calls, as what the provider or the model said differs. */
function saysOtherwise(a: AgentSpan, b: AgentSpan): boolean {
  if (a.responseId !== null && b.responseId !== null && a.responseId === b.responseId) return false;
  const [one, other] = [textOf(a.output), textOf(b.output)];
  if (one !== '' && other !== '') return one !== other;
  return a.responseId !== null && b.responseId !== null;
}

function textOf(messages: readonly Message[]): string {
  const said = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'text' ? part.text : part.type === 'tool_call' ? part.name : [])),
  );
  return said.join('').replace(/\s+/g, '');
}

/** Spans that are sent before they end have no duration, nor have those that only mark that they began (Logfire's). */
function isDuring(a: RunSpan, b: RunSpan): boolean {
  return a.startNs <= (b.durationNs === null ? Number.POSITIVE_INFINITY : endOf(b)) && b.startNs <= endOf(a);
}

function overlap(a: RunSpan, b: RunSpan): boolean {
  return a.startNs < endOf(b) && b.startNs < endOf(a);
}

/** Nothing came back that is known, as of calls that fail. */
function isBare({ responseId, usage }: AgentSpan): boolean {
  return responseId === null && usage.input === null && usage.output === null;
}

function isWithin(a: RunSpan, b: RunSpan): boolean {
  return b.startNs <= a.startNs && endOf(a) <= endOf(b);
}

function isTold({ input, output }: AgentSpan): boolean {
  return input.length > 0 || output.length > 0;
}

function told({ system, input, output }: AgentSpan): number {
  return [...input, ...output].reduce((sum, { parts }) => sum + parts.length, system.length);
}

/** The one that tells more, with what only the other says; tokens are those of the inner, which is nearer to the provider. */
function merged(outer: RunSpan, inner: RunSpan): RunSpan {
  const [most, least] = told(inner.agent) > told(outer.agent) ? [inner, outer] : [outer, inner];
  const [a, b] = [most.agent, least.agent];
  const counted = inner.agent.usage.input !== null || inner.agent.usage.output !== null ? inner : outer;
  return {
    ...most,
    failed: inner.failed && outer.failed,
    costUsd: counted.costUsd ?? most.costUsd ?? least.costUsd,
    agent: {
      ...a,
      requestModel: a.requestModel ?? b.requestModel,
      responseModel: a.responseModel ?? b.responseModel,
      responseId: a.responseId ?? b.responseId,
      agentName: a.agentName ?? b.agentName,
      reportedCost: a.reportedCost ?? b.reportedCost,
      timeToFirstTokenNs: a.timeToFirstTokenNs ?? b.timeToFirstTokenNs,
      parameters: { ...b.parameters, ...a.parameters },
      usage: counted.agent.usage,
      system: some(a.system, b.system),
      input: some(a.input, b.input),
      output: some(a.output, b.output),
      toolDefinitions: some(a.toolDefinitions, b.toolDefinitions),
      finishReasons: some(a.finishReasons, b.finishReasons),
    },
  };
}

function some<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return one.length > 0 ? one : other;
}
