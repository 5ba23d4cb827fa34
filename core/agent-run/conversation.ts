/**
 * A trace as a conversation: each call of a model with what it was told that was new, and what it answered. Calls repeat the history
 * that they go on from, so that is not shown again (histories.ts); what is said twice is.
 */
import { hasContent, type Message, type Part, type ToolDefinition, type Usage } from '../dialects/agent-span';
import type { PlainValue } from '../model/json-types';
import { AskBook, type Told } from './ask-book';
import { cutMessage } from './cut';
import { NamedCalls } from './named-calls';
import { oneOfEach } from './one-call';
import { byStart, type RunSpan } from './run-span';
import { toldByAgents } from './told-by-agents';
import { type AloneRun, joinTools } from './tool-joins';
import { type ToolUse, toolUseOf } from './tool-use';

export interface Conversation {
  readonly turns: readonly Turn[];
  /** False: the run is too long to be read whole; these are its first turns. */
  readonly complete: boolean;
}

/** A call of a model, of an agent whose models' calls are not recorded, or of a tool that no model is seen to have asked for. */
export interface Turn {
  readonly spanId: string;
  readonly name: string;
  readonly kind: 'model' | 'tool';
  readonly startNs: number;
  readonly durationNs: number | null;
  readonly failed: boolean;
  readonly agentName: string | null;
  /** For whom the agent works; null: not said. */
  readonly userId: string | null;
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
  /** Of the tools that these messages call, by the id of the call; where ids are missing, or come twice, the calls are given others. */
  readonly toolUses: { readonly [callId: string]: ToolUse };
}

/** @param spans in any order */
export function conversationOf(spans: readonly RunSpan[], complete: boolean): Conversation {
  const ordered = [...spans].sort(byStart);
  const book = new AskBook();
  const told = toldByAgents(oneOfEach(ordered), ordered).map((span) => ({ span, told: book.read(span) }));
  const alone = joinTools(ordered, book.asks);
  const before = new Map<string, CallBefore>();
  const turns = [
    ...told.map(({ span, told: one }) => modelTurn(span, one, before)),
    ...alone.map((run) => toolTurn(run, book.toldOf(run))),
  ];
  // It is often said of the run alone.
  const userId = ordered.find(({ agent }) => agent.userId !== null)?.agent.userId ?? null;
  const ofUser = turns.map((turn) => ({ ...turn, userId: turn.userId ?? userId }));
  return { turns: ofUser.sort((a, b) => a.startNs - b.startNs), complete };
}

/** What an agent's call before was told. */
interface CallBefore {
  readonly system: string;
  readonly tools: string;
  readonly tokens: number | null;
}

const FIRST_CALL: CallBefore = { system: '[]', tools: '[]', tokens: null };

function baseOf({ spanId, name, startNs, durationNs, failed, costUsd, agent }: RunSpan) {
  const { agentName, userId, usage, finishReasons, timeToFirstTokenNs, parameters } = agent;
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
    userId,
    model,
    usage,
    finishReasons,
    timeToFirstTokenNs,
    parameters,
  };
}

function modelTurn(span: RunSpan, told: Told, before: Map<string, CallBefore>): Turn {
  const { agent } = span;
  const who = agent.agentName ?? '';
  const last = before.get(who) ?? FIRST_CALL;
  // Of what nothing is recorded nobody knows that it changed.
  const isRecorded = hasContent(agent) || agent.toolDefinitions.length > 0;
  const system = isRecorded ? JSON.stringify(agent.system) : last.system;
  const tools = isRecorded ? JSON.stringify(agent.toolDefinitions) : last.tools;
  before.set(who, { system, tools, tokens: agent.usage.input });
  const calls = new NamedCalls(told.asks);
  const [input, output] = [told.input, told.output].map((messages) => messages.map(calls.message).map(cutMessage)) as [
    Message[],
    Message[],
  ];
  return {
    ...baseOf(span),
    kind: 'model',
    system:
      system === last.system
        ? null
        : agent.system.map((part) => cutMessage({ role: 'system', parts: [part] }).parts[0] as Part),
    tools: tools === last.tools ? null : agent.toolDefinitions,
    inputMessages: agent.input.length,
    knownMessages: told.known,
    droppedMessages: told.dropped,
    gainedTokens: agent.usage.input === null || last.tokens === null ? null : agent.usage.input - last.tokens,
    input,
    output,
    toolCall: null,
    toolUses: calls.uses,
  };
}

function toolTurn({ spans }: AloneRun, told: PlainValue | undefined): Turn {
  const [span] = spans as [RunSpan];
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
    toolCall: toolUseOf(spans, { part: null, arguments: null, told }),
    toolUses: {},
  };
}
