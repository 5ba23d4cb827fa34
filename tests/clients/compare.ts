/** Compares what Spoor shows with what the model server said, fact by fact. */
import type { Turn } from '../../core/agent-run/conversation';
import type { Message, Part } from '../../core/dialects/agent-span';
import type { Client } from './client';
import { type Call, newIn, type Said } from './model/ledger';
import { parsed } from './model/wire';
import type { Shown } from './shown';

export interface Fact {
  readonly name: string;
  readonly wanted: unknown;
  readonly got: unknown;
  readonly held: boolean;
}

export function compare(client: Client, calls: readonly Call[], shown: Shown): Fact[] {
  const turns = shown.conversations.flat();
  const models = turns.filter(({ kind }) => kind === 'model');
  const good = calls.filter(({ answer }) => answer !== null);
  const sum = (of: (call: Call) => number): number => calls.reduce((all, call) => all + of(call), 0);
  const used = (of: (group: Shown['usage'][number]) => number): number =>
    shown.usage.reduce((all, group) => all + of(group), 0);
  const runs = calls.flatMap((call, i) => newIn(call, calls.slice(0, i)).filter(({ role }) => role === 'tool'));
  const news = byTrace(calls, shown).map(newOf);
  const facts: [name: string, wanted: unknown, got: unknown][] = [
    ['calls', calls.length, used((group) => group.calls)],
    ['failed calls', calls.length - good.length, used(({ errors }) => errors)],
    ['input tokens', sum(({ tokens }) => tokens?.input ?? 0), used(({ inputTokens }) => inputTokens)],
    ['output tokens', sum(({ tokens }) => tokens?.output ?? 0), used(({ outputTokens }) => outputTokens)],
    ['cached tokens', sum(({ tokens }) => tokens?.cacheRead ?? 0), used(({ cacheReadTokens }) => cacheReadTokens)],
    ['tokens of thoughts', sum(reasoning), used(({ reasoningTokens }) => reasoningTokens)],
    [
      'models',
      distinct(good.map(({ model }) => model)),
      distinct(models.flatMap(({ failed, model }) => (failed ? [] : (model ?? 'none')))),
    ],
    ['calls in the graph', calls.length, graphCalls(shown, 'model')],
    ['tools in the graph', runs.length, graphCalls(shown, 'tool')],
    ['turns', calls.length, models.length],
    [
      'system prompts',
      distinct(calls.flatMap(({ system }) => system || [])),
      distinct(models.flatMap(({ system }) => (system?.length ? textOf(system) : []))),
    ],
    ['questions', news.flatMap(({ said }) => said.flatMap(asks)), models.flatMap(({ input }) => input.flatMap(asksIn))],
    [
      'answers',
      good.flatMap(({ answer }) => answer?.text || []),
      models.flatMap(({ output }) => output.map(({ parts }) => textOf(parts))).filter(Boolean),
    ],
    ['thoughts', good.flatMap(({ answer }) => answer?.thoughts || []), models.flatMap(thoughts)],
    ['tool calls', news.flatMap(toolCalls).sort(), turns.flatMap(usesOf).sort()],
    ['tools alone', 0, turns.filter(({ kind }) => kind === 'tool').length],
    ['reasons to stop', distinct(good.map(reason)), distinct(models.flatMap(reasonsOf))],
    [
      'time to the first token',
      calls.filter(({ streamed, answer }) => streamed && answer).length,
      models.filter(({ timeToFirstTokenNs }) => timeToFirstTokenNs !== null).length,
    ],
    [
      'sessions',
      [...client.sessions].sort(),
      shown.sessions
        .map(({ sessionId }) => sessionId)
        .filter((one) => client.sessions.length > 0 || !one)
        .sort(),
    ],
    ['users', [...client.users].sort(), distinct(shown.users)],
    ['agents', [...client.agents].sort(), distinct(shown.agents)],
  ];
  return facts.map(([name, wanted, got]) => ({
    name,
    wanted,
    got,
    held: JSON.stringify(wanted) === JSON.stringify(got),
  }));
}

/** Anthropic counts none apart. */
function reasoning({ api, tokens }: Call): number {
  return api === 'messages' ? 0 : (tokens?.reasoning ?? 0);
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

function graphCalls({ graphs }: Shown, kind: 'model' | 'tool'): number {
  return graphs.flatMap(({ nodes }) => nodes).reduce((all, node) => all + (node.kind === kind ? node.calls : 0), 0);
}

function asks({ role, text }: Call['asked'][number]): string[] {
  return role === 'user' ? [text] : [];
}

function asksIn({ role, parts }: Message): string[] {
  return role === 'user' ? [textOf(parts)] : [];
}

function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('');
}

function thoughts({ output }: Turn): string[] {
  return output.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'reasoning' ? part.text : [])));
}

/** A conversation begins anew with each trace. Calls come in the order of their turns; where there are more or fewer, all are of one. */
function byTrace(calls: readonly Call[], { conversations }: Shown): (readonly Call[])[] {
  const counts = conversations.map((turns) => turns.filter(({ kind }) => kind === 'model').length);
  if (counts.reduce((all, count) => all + count, 0) !== calls.length) return [calls];
  let at = 0;
  return counts.map((count) => {
    at += count;
    return calls.slice(at - count, at);
  });
}

interface New {
  /** That the model had not been told before. */
  readonly said: readonly Said[];
  readonly asked: readonly { readonly name: string; readonly arguments: unknown }[];
}

function newOf(calls: readonly Call[]): New {
  const each = calls.map((call, i) => ({ call, said: newIn(call, calls.slice(0, i)) }));
  return {
    said: each.flatMap(({ said }) => said),
    asked: each.flatMap(({ call, said }) => [...said.flatMap((one) => one.calls), ...(call.answer?.toolCalls ?? [])]),
  };
}

/** What the model wanted, with what came back; a tool that did not run has no result. */
function toolCalls({ said, asked }: New): string[] {
  const results = said.filter(({ role }) => role === 'tool');
  return asked.map(({ name, arguments: given }, i) => JSON.stringify([name, given, results[i]?.result ?? null]));
}

/** Those that messages show, with what became of them, and tools that ran alone. */
function usesOf({ input, output, toolUses, toolCall }: Turn): string[] {
  const asked = [...input, ...output].flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'tool_call' ? [part] : [])),
  );
  const uses = asked.map((part) => toolUses[part.id ?? ''] ?? { ...part, result: null });
  return [...uses, ...(toolCall ? [toolCall] : [])].map(({ name, arguments: given, result }) =>
    JSON.stringify([name, given, result === null ? null : parsed(result)]),
  );
}

const REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  completed: 'stop',
  STOP: 'stop',
  tool_use: 'tool_call',
  tool_calls: 'tool_call',
  'tool-calls': 'tool_call',
  tool_call: 'tool_call',
};

function reason({ api, answer }: Call): string {
  // Those of Gemini and of OpenAI's responses are the same for calls of tools.
  return api !== 'gemini' && api !== 'responses' && answer?.toolCalls.length ? 'tool_call' : 'stop';
}

function reasonsOf({ finishReasons, failed }: Turn): string[] {
  return failed ? [] : finishReasons.map((one) => REASONS[one] ?? one);
}
