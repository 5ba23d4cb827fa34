/**
 * A trace as a conversation: each call of a model with what it was told that was new, and what it answered. Calls repeat all that
 * was said before, so what was shown once is not shown again.
 */
import type { Message, Part, ToolDefinition, Usage } from '../dialects/agent-span';
import type { PlainValue } from '../model/json-types';
import { cutMessage, cutValue } from './cut';
import { byStart, type RunSpan } from './run-span';

export interface Conversation {
  readonly turns: readonly Turn[];
  /** False: the run is too long to be read whole; these are its first turns. */
  readonly complete: boolean;
}

/** A call of a model, or of a tool that no model is seen to have asked for. */
export interface Turn {
  readonly spanId: string;
  readonly name: string;
  readonly kind: 'model' | 'tool';
  readonly startNs: number;
  readonly durationNs: number;
  readonly failed: boolean;
  readonly agentName: string | null;
  readonly model: string | null;
  /** By the price book; null: nobody knows. */
  readonly costUsd: number | null;
  /** As the sender says; null: it does not. */
  readonly reportedCostUsd: number | null;
  readonly usage: Usage;
  readonly finishReasons: readonly string[];
  readonly timeToFirstTokenNs: number | null;
  readonly parameters: { readonly [name: string]: PlainValue };
  /** Where it differs from the one of the call before; null: as before. */
  readonly system: readonly Part[] | null;
  readonly tools: readonly ToolDefinition[] | null;
  /** Messages of its input, of which so many had been said before. */
  readonly inputMessages: number;
  readonly knownMessages: number;
  /** Of the agent's call before, so many are not told again: the context was made shorter. */
  readonly droppedMessages: number;
  /** By which the context grew since the agent's call before, or shrank; null: nobody knows. */
  readonly gainedTokens: number | null;
  /** Those that had not. */
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  /** The tool's own call, of such a turn. */
  readonly toolCall: ToolUse | null;
  /** Of the tools that these messages call, by the id of the call. */
  readonly toolUses: { readonly [callId: string]: ToolUse };
}

/** What became of a call of a tool. */
export interface ToolUse {
  readonly name: string;
  readonly arguments: PlainValue | null;
  readonly result: PlainValue | null;
  /** Null: no span of it is stored, only what the next call says of it. */
  readonly spanId: string | null;
  readonly durationNs: number | null;
  readonly failed: boolean;
}

/** @param spans in any order */
export function conversationOf(spans: readonly RunSpan[], complete: boolean): Conversation {
  const ordered = [...spans].sort(byStart);
  const uses = toolUsesOf(ordered);
  const asked = new Set<string>();
  const said = new Set<string>();
  const before = new Map<string, CallBefore>();
  const turns: Turn[] = [];
  for (const span of ordered) {
    const { agent } = span;
    if (agent.kind === 'model') {
      turns.push(modelTurn(span, uses, said, asked, before));
    } else if (agent.kind === 'tool' && agent.tool) {
      const { callId } = agent.tool;
      // Where a model asked for it, it stands there.
      if (callId === null || !asked.has(callId)) turns.push(toolTurn(span, uses.get(callId ?? '') ?? null));
    }
  }
  return { turns, complete };
}

/** What an agent's call before was told. */
interface CallBefore {
  readonly system: string;
  readonly tools: string;
  readonly told: ReadonlySet<string>;
  readonly tokens: number | null;
}

const FIRST_CALL: CallBefore = { system: '[]', tools: '[]', told: new Set(), tokens: null };

function baseOf({ spanId, name, startNs, durationNs, failed, costUsd, agent }: RunSpan) {
  const { agentName, usage, finishReasons, timeToFirstTokenNs, parameters } = agent;
  const model = agent.responseModel ?? agent.requestModel;
  return {
    spanId,
    name,
    startNs,
    durationNs,
    failed,
    costUsd,
    reportedCostUsd: agent.reportedCost,
    agentName,
    model,
    usage,
    finishReasons,
    timeToFirstTokenNs,
    parameters,
  };
}

function modelTurn(
  span: RunSpan,
  uses: ReadonlyMap<string, ToolUse>,
  said: Set<string>,
  asked: Set<string>,
  before: Map<string, CallBefore>,
): Turn {
  const { agent } = span;
  const who = agent.agentName ?? '';
  const system = JSON.stringify(agent.system);
  const tools = JSON.stringify(agent.toolDefinitions);
  const last = before.get(who) ?? FIRST_CALL;
  const told = new Set(agent.input.map(keyOf));
  before.set(who, { system, tools, told, tokens: agent.usage.input });
  const fresh = agent.input.filter((message) => !said.has(keyOf(message)));
  for (const message of [...agent.input, ...agent.output]) said.add(keyOf(message));
  const toolUses = new Map<string, ToolUse>();
  // What was asked before the trace began stands in the input.
  for (const part of [...fresh, ...agent.output].flatMap(({ parts }) => parts)) {
    const use = part.type === 'tool_call' && part.id !== null ? uses.get(part.id) : undefined;
    if (!use || part.type !== 'tool_call' || part.id === null) continue;
    toolUses.set(part.id, use);
    asked.add(part.id);
  }
  return {
    ...baseOf(span),
    kind: 'model',
    system:
      system === last.system
        ? null
        : agent.system.map((part) => cutMessage({ role: 'system', parts: [part] }).parts[0] as Part),
    tools: tools === last.tools ? null : agent.toolDefinitions,
    inputMessages: agent.input.length,
    knownMessages: agent.input.length - fresh.length,
    droppedMessages: told.size === 0 ? 0 : [...last.told].filter((key) => !told.has(key)).length,
    gainedTokens: agent.usage.input === null || last.tokens === null ? null : agent.usage.input - last.tokens,
    // What a tool answered stands with its call.
    input: fresh.filter((message) => !isAnswered(message, asked)).map(cutMessage),
    output: agent.output.map(cutMessage),
    toolCall: null,
    toolUses: Object.fromEntries(toolUses),
  };
}

function toolTurn(span: RunSpan, use: ToolUse | null): Turn {
  const { tool } = span.agent;
  return {
    ...baseOf(span),
    kind: 'tool',
    model: null,
    system: null,
    tools: null,
    inputMessages: 0,
    knownMessages: 0,
    droppedMessages: 0,
    gainedTokens: null,
    input: [],
    output: [],
    toolCall: use ?? {
      name: tool?.name ?? span.name,
      arguments: cutValue(tool?.arguments ?? null),
      result: cutValue(tool?.result ?? null),
      spanId: span.spanId,
      durationNs: span.durationNs,
      failed: span.failed,
    },
    toolUses: {},
  };
}

/** By id: what spans of tools say, and what later calls are told of them. */
function toolUsesOf(spans: readonly RunSpan[]): ReadonlyMap<string, ToolUse> {
  const uses = new Map<string, ToolUse>();
  for (const { agent, spanId, durationNs, failed, name } of spans) {
    const callId = agent.kind === 'tool' ? agent.tool?.callId : null;
    if (!callId || !agent.tool) continue;
    const known = uses.get(callId);
    uses.set(callId, {
      name: agent.tool.name ?? name,
      arguments: cutValue(agent.tool.arguments ?? known?.arguments ?? null),
      result: cutValue(agent.tool.result ?? known?.result ?? null),
      // Client and server of one call: the outer came first.
      spanId: known?.spanId ?? spanId,
      durationNs: known?.durationNs ?? durationNs,
      failed: failed || (known?.failed ?? false),
    });
  }
  const names = new Map<string, { name: string; arguments: PlainValue }>();
  for (const { agent } of spans) {
    for (const { parts } of [...agent.input, ...agent.output]) {
      for (const part of parts) {
        if (part.type === 'tool_call' && part.id !== null) names.set(part.id, part);
        if (part.type !== 'tool_result' || part.id === null) continue;
        const known = uses.get(part.id);
        if (known && known.result !== null) continue;
        const call = names.get(part.id);
        uses.set(part.id, {
          name: known?.name ?? call?.name ?? part.name ?? '',
          arguments: known?.arguments ?? cutValue(call?.arguments ?? null),
          result: cutValue(part.result),
          spanId: known?.spanId ?? null,
          durationNs: known?.durationNs ?? null,
          failed: known?.failed ?? false,
        });
      }
    }
  }
  return uses;
}

/** Whether the call that it answers is shown, and with it the answer. */
function isAnswered({ role, parts }: Message, asked: ReadonlySet<string>): boolean {
  return (
    role === 'tool' && parts.every((part) => part.type === 'tool_result' && part.id !== null && asked.has(part.id))
  );
}

/** What makes two messages the same, whoever repeats them. */
function keyOf({ role, parts }: Message): string {
  return JSON.stringify([role, parts.filter(({ type }) => type !== 'reasoning')]);
}
