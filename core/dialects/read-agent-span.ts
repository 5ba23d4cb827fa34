/** Reads a span in every dialect that it speaks, and makes one of what they say. */
import type { PlainValue } from '../model/json-types';
import { type AgentFacts, type Dialect, isEmpty, isNothing } from './agent-facts';
import {
  type AgentSpan,
  type AgentSpanKind,
  type DialectName,
  isModelCall,
  type Message,
  type Part,
  type Usage,
} from './agent-span';
import { WholeAnswers } from './answered-model';
import { isObject, textOf } from './json-objects';
import { costOf, hasTokens, type SaidUsage, textAt, usageOf, valuesOf, withAnswered } from './key-values';
import { answerOf, messagesOf, toolsAmong, withoutSystem } from './messages';
import { claudeCode, codex, geminiCli, vscodeCopilot } from './readers/coding-agents';
import { genAi } from './readers/gen-ai';
import { generic } from './readers/generic';
import { genkit } from './readers/genkit';
import { googleAdk } from './readers/google-adk';
import { langfuse } from './readers/langfuse';
import { langsmith } from './readers/langsmith';
import { liveKit } from './readers/livekit';
import { logfire } from './readers/logfire';
import { mastra } from './readers/mastra';
import { mcp } from './readers/mcp';
import { mlflow } from './readers/mlflow';
import { openInference } from './readers/openinference';
import { traceloop } from './readers/traceloop';
import { vercel } from './readers/vercel';
import { type AttributeReader, parsed, type SpanSource } from './span-source';
import { toolInput } from './tool-parts';
import { costOfObject, usageOfObject } from './usage';
import { COST_OBJECT_KEYS, USAGE_DETAIL_KEYS, USAGE_OBJECT_KEYS } from './usage-keys';

/**
 * Who is believed first. What a person set by hand stands before what an instrumentation derived: LangSmith's run type before the
 * operation that its exporter makes of it, the AI SDK's outer span before the model name that it shares with the inner.
 */
const DIALECTS: readonly Dialect[] = [
  langfuse,
  claudeCode,
  codex,
  geminiCli,
  openInference,
  langsmith,
  vercel,
  mcp,
  mastra,
  mlflow,
  genkit,
  genAi,
  traceloop,
  logfire,
  googleAdk,
  vscodeCopilot,
  liveKit,
  generic,
];

/** Who has keys of their own: that one is there says that it is spoken, whatever else does. */
const OWN_KEYS: ReadonlySet<DialectName> = new Set([
  'gen-ai',
  'langfuse',
  'langsmith',
  'mcp',
  'vercel',
  'vscode-copilot',
]);

/** @param decided which kind of span it is, where that is known */
export function readSource(source: SpanSource, decided: AgentSpanKind | null = null): AgentSpan | null {
  const said = DIALECTS.flatMap(({ name, read }) => {
    const facts = read(source);
    return facts && (!isEmpty(facts) || OWN_KEYS.has(name)) ? [{ name, facts }] : [];
  });
  const keyed = valuesOf(source.attributes);
  const objects = usageObjects(source.attributes);
  const all = said.map(({ facts }) => facts);
  const more = merged<SaidUsage>([objects ?? undefined, ...all.map(({ usage }) => usage)]);
  const isCounted = hasTokens(keyed) || more.input != null || more.output != null;
  // Whoever counts tokens and does not say what it is, calls a model.
  const kind = decided ?? first(all.map((facts) => facts.kind)) ?? (isCounted ? 'model' : null);
  if (kind === null) return null;
  const of = <K extends keyof AgentFacts>(key: K): NonNullable<AgentFacts[K]> | null =>
    first(all.map((facts) => facts[key]));
  const provider = textAt(keyed, 'provider') ?? of('provider');
  const requestModel = textAt(keyed, 'requestModel') ?? of('requestModel');
  const answers = new WholeAnswers(source.attributes);
  const responseModel =
    textAt(keyed, 'responseModel') ?? of('responseModel') ?? (isModelCall(kind) ? answers.model : null);
  const usage = usageOf(keyed, more, { provider, model: responseModel ?? requestModel, scope: source.scope });
  const tool = merged(all.map((facts) => facts.tool));
  const given = toolInput(tool.arguments ?? of('inputValue'));
  const gave = toolAnswer(tool.result ?? of('outputValue'));
  const inputValue = of('inputValue');
  const outputValue = of('outputValue');
  const isModel = kind === 'model';
  const input =
    told(all.map((facts) => facts.input)) ?? messagesOf(inputValue ?? undefined) ?? (isModel ? asked(inputValue) : []);
  const output =
    told(all.map((facts) => facts.output)) ??
    (isModel ? (answerOf(outputValue ?? undefined) ?? []) : (messagesOf(outputValue ?? undefined) ?? []));
  const [system, rest] = withoutSystem(input);
  const [repeated, answered] = withoutSystem(output);
  const prompt = distinct([...(of('system') ?? []), ...system]);
  return {
    kind,
    dialects: said.map(({ name }) => name).filter((name) => name !== 'generic' || said.length === 1),
    provider,
    requestModel,
    responseModel,
    responseId: textAt(keyed, 'responseId') ?? of('responseId'),
    sessionId: textAt(keyed, 'sessionId') ?? of('sessionId') ?? textAt(keyed, 'agentSessionId'),
    userId: textAt(keyed, 'userId') ?? of('userId') ?? textAt(keyed, 'agentUserId'),
    agentName: of('agentName') ?? textAt(keyed, 'agentName') ?? (kind === 'agent' ? nameOfAgent(source) : null),
    tool:
      kind === 'tool'
        ? {
            name: tool.name ?? source.name,
            callId: tool.callId ?? given.id ?? gave.id ?? null,
            description: tool.description ?? null,
            arguments: given.arguments,
            result: gave.result,
          }
        : null,
    parameters: merged(all.map((facts) => facts.parameters)) as { [name: string]: PlainValue },
    // OpenAI's responses repeat the prompt of their request.
    system: prompt.length > 0 ? prompt : repeated,
    input: kind === 'tool' ? [] : rest,
    output: kind === 'tool' ? [] : answered,
    inputValue: input.length > 0 || kind === 'tool' ? null : inputValue,
    outputValue: output.length > 0 || kind === 'tool' ? null : outputValue,
    toolDefinitions: of('toolDefinitions') ?? toolsAmong(inputValue ?? undefined),
    usage: isModelCall(kind) && !isCounted ? withAnswered(usage, answers.usage) : usage,
    reportedCost: of('reportedCost') ?? costOf(keyed) ?? costAmong(source.attributes),
    serviceTier: textAt(keyed, 'serviceTier'),
    finishReasons: (of('finishReasons') ?? answered.flatMap(({ finishReason }) => finishReason ?? [])).map(plainReason),
    timeToFirstTokenNs: of('timeToFirstTokenNs'),
    documents: of('documents') ?? [],
    evaluations: of('evaluations') ?? [],
  };
}

/** Of objects that hold numbers of tokens, the first that does; null: none. */
function usageObjects(a: AttributeReader): Usage | null {
  for (const key of USAGE_OBJECT_KEYS) {
    const usage = usageOfObject(a.json(key));
    if (usage) return usage;
  }
  const details = USAGE_DETAIL_KEYS.flatMap((key) => {
    const value = a.json(key);
    return isObject(value) ? [[key.slice('gen_ai.usage.'.length), value] as const] : [];
  });
  return details.length > 0 ? usageOfObject(Object.fromEntries(details)) : null;
}

/** What objects say that a call cost: that of usage, as OpenRouter has it, or LiteLLM's of what it hides; null: none does. */
function costAmong(a: AttributeReader): number | null {
  for (const key of COST_OBJECT_KEYS) {
    const cost = costOfObject(a.json(key));
    if (cost !== null) return cost;
  }
  return null;
}

/** The text of an enumeration of Python: `FinishReason.STOP`. */
function plainReason(reason: string): string {
  const [, word] = /^\w*Reason\.(\w+)$/.exec(reason) ?? [];
  return word?.toLowerCase() ?? reason;
}

/** Of an agent that nobody named: what its span is called, without the operation. */
function nameOfAgent({ name, attributes: a }: SpanSource): string {
  const metadata = a.json('metadata');
  const told = isObject(metadata) ? textOf(metadata.lc_agent_name) : null;
  const id = a.text('graph.node.id', 'gen_ai.agent.id');
  return (
    told ?? id ?? (name.replace(/^(?:invoke_agent|create_agent|agent run:?)\s+(?=\S)|(?<=\S)\.a?run$/gi, '') || 'agent')
  );
}

function first<T>(values: readonly T[]): NonNullable<T> | null {
  return (values.find((value) => !isNothing(value)) as NonNullable<T> | undefined) ?? null;
}

/** A message in which nothing is said, as LiteLLM has it for calls of tools, does not stand before one in which something is. */
function told(lists: readonly (readonly Message[] | null | undefined)[]): readonly Message[] | null {
  return lists.find((list) => list?.some(({ parts }) => parts.length > 0)) ?? first(lists);
}

/** Of each property what is said first. */
function merged<T extends object>(all: readonly (T | undefined)[]): Partial<T> {
  const result = new Map<string, unknown>();
  for (const [key, value] of all.flatMap((one) => Object.entries(one ?? {}))) {
    if (!isNothing(value) && !result.has(key)) result.set(key, value);
  }
  return Object.fromEntries(result) as Partial<T>;
}

/** What a tool answered may be the message that its framework makes of that, with the id of the call. */
function toolAnswer(value: PlainValue | null): { id?: string; result: PlainValue | null } {
  const json = parsed(value);
  if (isObject(json) && 'tool_output' in json && 'tool_kwargs' in json) {
    // LlamaIndex's event, around what it has of the tool.
    const id = textOf(json.tool_id);
    return { ...(id === null ? {} : { id }), result: toolAnswer(json.tool_output ?? null).result };
  }
  if (isObject(json) && 'raw_output' in json && 'raw_input' in json) return { result: parsed(json.raw_output ?? null) };
  const held = isObject(json) ? ([json.output, json.update].find(isObject) ?? json) : json;
  const part = isObject(held) ? messagesOf(held)?.flatMap(({ parts }) => parts) : undefined;
  const [only] = part ?? [];
  if (part?.length !== 1 || only?.type !== 'tool_result') return { result: json };
  return { ...(only.id === null ? {} : { id: only.id }), result: only.result };
}

/** The system prompt may stand beside the messages and among them. */
function distinct(parts: readonly Part[]): Part[] {
  const seen = new Set<string>();
  return parts.filter((part) => {
    const text = JSON.stringify(part);
    return !seen.has(text) && seen.add(text);
  });
}

/** What a model was asked, where nobody can tell it apart into messages. */
function asked(value: PlainValue | null): Message[] {
  if (value === null || value === '') return [];
  return [
    { role: 'user', parts: [typeof value === 'string' ? { type: 'text', text: value } : { type: 'other', value }] },
  ];
}
