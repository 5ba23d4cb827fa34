/**
 * What is remarkable about an agent run, worked out here and explained: what failed and was tried again, what went in circles, what it
 * waited for, where the tokens went. Each says which spans it is about.
 */
import { formatCompact, formatCost, formatDuration, formatShare, plural } from '../model/format';
import { eachCallOnce } from './one-call';
import { byStart, endOf, isCall, type RunSpan } from './run-span';

type InsightKind =
  | 'tool-errors'
  | 'retries'
  | 'loop'
  | 'cut-off'
  | 'wasted'
  | 'stall'
  | 'context-growth'
  | 'cache-misses'
  | 'expensive-call';

export interface Insight {
  readonly kind: InsightKind;
  readonly severity: 'error' | 'warning' | 'note';
  /** Short: what is the matter. */
  readonly title: string;
  /** How that is known, and what may be behind it. */
  readonly explanation: string;
  /** The first is the one to look at; 16 hex digits each. */
  readonly spanIds: readonly string[];
}

const LOOP_CALLS = 3;
const STALL_NS = 10e9;
/** Of the whole run. */
const STALL_SHARE = 0.15;
const GROWTH_CALLS = 4;
const GROWTH_FACTOR = 3;
const GROWTH_TOKENS = 8_000;
const REPEATED_TOKENS = 20_000;
const CACHED_SHARE = 0.2;
const EXPENSIVE_SHARE = 0.4;
const EXPENSIVE_CALLS = 3;
const MAX_OF_A_KIND = 3;
const MAX_NAME = 60;
const CUT_OFF = /^(?:length|max_tokens|max_output_tokens|model_length)$/i;
const FILTERED = /^(?:content_filter|safety|refusal|recitation|blocklist|prohibited_content|guardrail_intervened)$/i;

/** The most severe first. @param spans in any order */
export function insightsOf(spans: readonly RunSpan[]): Insight[] {
  const ordered = eachCallOnce([...spans].sort(byStart));
  const rank = { error: 0, warning: 1, note: 2 };
  return [
    ...toolFailures(ordered),
    ...wasted(ordered),
    ...loops(ordered),
    ...endedEarly(ordered),
    ...stalls(ordered),
    ...contextGrowth(ordered),
    ...cacheMisses(ordered),
    ...expensiveCalls(ordered),
  ].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function idsOf(spans: readonly RunSpan[]): string[] {
  return spans.map(({ spanId }) => spanId);
}

function grouped(spans: readonly RunSpan[], keyOf: (span: RunSpan) => string | null): RunSpan[][] {
  const groups = new Map<string, RunSpan[]>();
  for (const span of spans) {
    const key = keyOf(span);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(span);
    else groups.set(key, [span]);
  }
  return [...groups.values()];
}

function toolName({ agent, name }: RunSpan): string {
  const text = agent.tool?.name ?? name;
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text;
}

/** Client and server of one call are one call. */
function toolCalls(spans: readonly RunSpan[]): RunSpan[] {
  const tools = spans.filter(({ agent }) => agent.kind === 'tool');
  const ids = new Map(tools.map((span) => [span.spanId, span]));
  return tools.filter((span) => {
    const above = span.parentSpanId === null ? undefined : ids.get(span.parentSpanId);
    return !above || toolName(above) !== toolName(span);
  });
}

/** Of each tool: how often it failed, and whether it worked in the end. */
function toolFailures(spans: readonly RunSpan[]): Insight[] {
  return grouped(toolCalls(spans), toolName).flatMap((calls): Insight[] => {
    const failed = calls.filter((call) => call.failed);
    if (failed.length === 0) return [];
    const [first, last] = [failed[0] as RunSpan, failed.at(-1) as RunSpan];
    const worked = calls.find((call) => !call.failed && call.startNs > last.startNs);
    const name = toolName(first);
    const times = failed.length === 1 ? 'once' : failed.length === 2 ? 'twice' : `${failed.length} times`;
    if (worked) {
      return [
        {
          kind: 'retries',
          severity: 'warning',
          title: `${name} failed ${times}, then worked`,
          explanation: `${plural(failed.length, 'call')} of ${calls.length} failed; compare the first input with the last to see what was wrong.`,
          spanIds: [...idsOf(failed), worked.spanId],
        },
      ];
    }
    return [
      {
        kind: 'tool-errors',
        severity: 'error',
        title: `${name} failed ${times}${calls.length > failed.length ? ` of ${calls.length}` : ''}`,
        explanation: 'No later call of it worked: the run went on without its answer.',
        spanIds: idsOf(failed),
      },
    ];
  });
}

/** Work below what failed: its tokens were paid for and its result was lost. */
function wasted(spans: readonly RunSpan[]): Insight[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const failedAbove = (span: RunSpan): RunSpan | null => {
    const seen = new Set<string>();
    for (let at: RunSpan | undefined = span; at && !seen.has(at.spanId); ) {
      // A tool that fails does not take the calls beside it along; what holds calls together does.
      if (at.failed && at.agent.kind !== 'tool') return at;
      seen.add(at.spanId);
      at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId);
    }
    return null;
  };
  const lost = spans.filter((span) => isCall(span) && span.agent.kind !== 'tool' && failedAbove(span) !== null);
  const tokens = sum(lost, ({ agent }) => (agent.usage.input ?? 0) + (agent.usage.output ?? 0));
  if (tokens === 0) return [];
  const cost = costOf(lost);
  const all = sum(spans.filter(isCall), ({ agent }) => (agent.usage.input ?? 0) + (agent.usage.output ?? 0));
  return [
    {
      kind: 'wasted',
      severity: 'warning',
      title: `${cost === null ? `${formatCompact(tokens)} tokens` : formatCost(cost)} spent on what failed`,
      explanation: `${plural(lost.length, 'call')} with ${formatCompact(tokens)} tokens (${formatShare(tokens, all)} of the run) failed, or belong to a step that failed.`,
      spanIds: idsOf(lost),
    },
  ];
}

/** The same tool, told the same, again and again. */
function loops(spans: readonly RunSpan[]): Insight[] {
  const calls = toolCalls(spans).filter(({ agent }) => agent.tool !== null && agent.tool.arguments !== null);
  return grouped(calls, (span) => JSON.stringify([toolName(span), span.agent.agentName, span.agent.tool?.arguments]))
    .filter((same) => same.length >= LOOP_CALLS)
    .sort((a, b) => b.length - a.length)
    .slice(0, MAX_OF_A_KIND)
    .map((same): Insight => {
      const results = new Set(same.map(({ agent }) => JSON.stringify(agent.tool?.result ?? null)));
      const known = same.some(({ agent }) => agent.tool?.result != null);
      return {
        kind: 'loop',
        severity: 'warning',
        title: `${toolName(same[0] as RunSpan)} called ${same.length} times with the same arguments`,
        explanation: !known
          ? 'Its results are not recorded; the same question seldom has another answer.'
          : results.size === 1
            ? 'It answered the same each time: the run went in a circle.'
            : 'Its answers differed: it was polled, or what it reads changed.',
        spanIds: idsOf(same),
      };
    });
}

/** Answers that the model did not end itself. */
function endedEarly(spans: readonly RunSpan[]): Insight[] {
  const models = spans.filter(({ agent }) => agent.kind === 'model');
  const ended = (pattern: RegExp) => models.filter(({ agent }) => agent.finishReasons.some((one) => pattern.test(one)));
  const [long, filtered] = [ended(CUT_OFF), ended(FILTERED)];
  const insight = (of: readonly RunSpan[], what: string, explanation: string): Insight[] =>
    of.length === 0
      ? []
      : [
          {
            kind: 'cut-off',
            severity: 'warning',
            title: `${plural(of.length, 'answer')} ${what}`,
            explanation,
            spanIds: idsOf(of),
          },
        ];
  return [
    ...insight(
      long,
      'cut off at the token limit',
      'The model had more to say; raise the limit of output tokens, or ask for less.',
    ),
    ...insight(filtered, 'stopped by a filter', 'The provider or the model refused to go on.'),
  ];
}

/** Stretches in which no model and no tool was at work. */
function stalls(spans: readonly RunSpan[]): Insight[] {
  const calls = spans.filter(isCall);
  const [first] = calls;
  if (!first) return [];
  const gaps: { ns: number; before: RunSpan; after: RunSpan }[] = [];
  let latest = first;
  for (const call of calls.slice(1)) {
    const ns = call.startNs - endOf(latest);
    if (ns > 0) gaps.push({ ns, before: latest, after: call });
    if (endOf(call) > endOf(latest)) latest = call;
  }
  const totalNs = endOf(latest) - first.startNs;
  return gaps
    .filter(({ ns }) => ns >= STALL_NS && ns >= STALL_SHARE * totalNs)
    .sort((a, b) => b.ns - a.ns)
    .slice(0, MAX_OF_A_KIND)
    .map(({ ns, before, after }) => ({
      kind: 'stall',
      severity: 'warning',
      title: `Nothing happened for ${formatDuration(ns)}`,
      explanation: `${formatShare(ns, totalNs)} of the run lie between ${shortName(before)} and ${shortName(after)}, without a model or tool call: the run waited for someone, or did work that was not recorded.`,
      spanIds: [after.spanId, before.spanId],
    }));
}

function shortName({ name }: RunSpan): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}

/** Calls of a model by one agent, in order. */
function threads(spans: readonly RunSpan[]): RunSpan[][] {
  const models = spans.filter(({ agent }) => agent.kind === 'model' && agent.usage.input !== null);
  return grouped(models, ({ agent }) => JSON.stringify([agent.agentName, agent.requestModel ?? agent.responseModel]));
}

function contextGrowth(spans: readonly RunSpan[]): Insight[] {
  return threads(spans)
    .flatMap((calls): (Insight & { growth: number })[] => {
      const inputs = calls.map(({ agent }) => agent.usage.input ?? 0);
      const [first, most] = [inputs[0] as number, Math.max(...inputs)];
      const grown = calls[inputs.indexOf(most)] as RunSpan;
      if (calls.length < GROWTH_CALLS || most < GROWTH_TOKENS || most < GROWTH_FACTOR * Math.max(first, 1)) return [];
      const { agentName } = grown.agent;
      return [
        {
          kind: 'context-growth',
          severity: 'note',
          title: `Context grew from ${formatCompact(first)} to ${formatCompact(most)} tokens`,
          explanation: `Over ${plural(calls.length, 'call')}${agentName === null ? '' : ` of ${agentName}`} that read ${formatCompact(sum(inputs, (tokens) => tokens))} tokens together: each call repeats the earlier messages.`,
          spanIds: [grown.spanId, (calls[0] as RunSpan).spanId],
          growth: most - first,
        },
      ];
    })
    .sort((a, b) => b.growth - a.growth)
    .slice(0, MAX_OF_A_KIND)
    .map(({ growth: _, ...insight }) => insight);
}

/** What was said before could have been read from a cache, and was not. */
function cacheMisses(spans: readonly RunSpan[]): Insight[] {
  return threads(spans)
    .flatMap((calls): Insight[] => {
      let repeated = 0;
      let cached = 0;
      let changes = 0;
      const missed: RunSpan[] = [];
      for (const [i, call] of calls.entries()) {
        const before = calls[i - 1];
        if (!before) continue;
        const { usage } = call.agent;
        const again = Math.min(usage.input ?? 0, before.agent.usage.input ?? 0);
        repeated += again;
        cached += usage.cacheRead ?? 0;
        if ((usage.cacheRead ?? 0) < CACHED_SHARE * again) missed.push(call);
        if (JSON.stringify(before.agent.system) !== JSON.stringify(call.agent.system)) changes++;
      }
      if (repeated < REPEATED_TOKENS || cached >= CACHED_SHARE * repeated) return [];
      const reason =
        changes > 0
          ? `The system prompt changed ${changes === 1 ? 'once' : `${changes} times`} between them, and a cache ends at the first difference.`
          : calls.some(({ agent }) => agent.usage.cacheRead !== null)
            ? 'What stands at the beginning of the prompt must not change from call to call.'
            : 'No call says that it used a cache; some providers have to be asked to.';
      return [
        {
          kind: 'cache-misses',
          severity: 'note',
          title: `${formatShare(cached, repeated)} of ${formatCompact(repeated)} repeated tokens came from a cache`,
          explanation: reason,
          spanIds: idsOf(missed),
        },
      ];
    })
    .slice(0, MAX_OF_A_KIND);
}

function expensiveCalls(spans: readonly RunSpan[]): Insight[] {
  const paid = spans.filter((span) => isCall(span) && span.costUsd !== null);
  const total = costOf(paid);
  if (total === null || paid.length < EXPENSIVE_CALLS) return [];
  return paid
    .filter(({ costUsd }) => (costUsd ?? 0) >= EXPENSIVE_SHARE * total && total > 0)
    .sort((a, b) => (b.costUsd ?? 0) - (a.costUsd ?? 0))
    .slice(0, 1)
    .map((call) => ({
      kind: 'expensive-call',
      severity: 'note',
      title: `One call cost ${formatCost(call.costUsd)} of ${formatCost(total)}`,
      explanation: `${shortName(call)} read ${formatCompact(call.agent.usage.input)} tokens and wrote ${formatCompact(call.agent.usage.output)}.`,
      spanIds: [call.spanId],
    }));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function costOf(spans: readonly RunSpan[]): number | null {
  const known = spans.filter(({ costUsd }) => costUsd !== null);
  return known.length === 0 ? null : sum(known, ({ costUsd }) => costUsd ?? 0);
}
