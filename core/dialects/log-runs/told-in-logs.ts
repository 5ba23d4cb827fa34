/**
 * What is said of spans in log records of the same trace, and often nowhere else. Coding agents (code.claude.com/docs/en/monitoring-usage)
 * tell what a request cost, what was asked and answered, what tools were given; OpenTelemetry's instrumentations send the events of the
 * GenAI conventions as log records that name their span.
 */
import { type AnyValue, type KeyValue, plainAttributes, plainValue } from '../../model/json-types';
import type { AgentSpan, Message, ToolCall } from '../agent-span';
import { type GenAiEvent, isGenAiEvent, saidInEvents } from '../gen-ai-events';
import { isObject } from '../json-objects';
import { withoutSystem } from '../messages';
import { partsOf } from '../parts';
import { AttributeReader, parsed } from '../span-source';
import { LogFacts } from './derived-span';

export interface AgentLog {
  readonly eventName: string;
  /** The body's text. */
  readonly message: string;
  /** 16 hex digits; null: the record names none. */
  readonly spanId: string | null;
  readonly attributes: readonly KeyValue[];
  readonly body: AnyValue;
}

/** Whether what it leaves out may stand in logs. */
export function mayBeToldInLogs(span: AgentSpan): boolean {
  return isCodingAgents(span) || mayHaveEvents(span);
}

function isCodingAgents({ dialects }: AgentSpan): boolean {
  return dialects.includes('claude-code') || dialects.includes('codex');
}

function mayHaveEvents({ dialects, kind, input, output }: AgentSpan): boolean {
  return kind === 'model' && dialects.includes('gen-ai') && (input.length === 0 || output.length === 0);
}

export class ToldInLogs {
  private readonly requests = new Map<string, LogFacts>();
  private readonly answers = new Map<string, string>();
  private readonly tools = new Map<string, LogFacts>();
  private readonly prompts = new Map<string, string>();
  /** By span. */
  private readonly events = new Map<string, GenAiEvent[]>();

  /** @param logs of one trace, oldest first: an answer belongs to the request before it */
  constructor(logs: readonly AgentLog[]) {
    let request: string | undefined;
    for (const log of logs) {
      const facts = new LogFacts({ attributes: plainAttributes(log.attributes), timeNs: 0n });
      const event = eventOf(log, facts);
      if (isGenAiEvent(event) && log.spanId !== null)
        this.addEvent(log.spanId, { name: event, attributes: valuesOf(log) });
      switch (event) {
        case 'api_request':
          request = facts.text('request_id');
          if (request !== undefined) this.requests.set(request, facts);
          break;
        case 'assistant_response':
          put(this.answers, facts.text('request_id') ?? request, facts.text('response'));
          break;
        case 'tool_result':
          put(this.tools, facts.text('tool_use_id', 'call_id'), facts);
          break;
        case 'user_prompt':
          put(this.prompts, log.spanId ?? undefined, facts.text('prompt'));
      }
    }
  }

  /** What the span says itself stays. @param spanId 16 hex digits */
  complete(spanId: string, span: AgentSpan): AgentSpan {
    if (!isCodingAgents(span)) return mayHaveEvents(span) ? this.withEvents(span, this.events.get(spanId) ?? []) : span;
    const { responseId, tool, kind } = span;
    if (kind === 'tool' && tool?.callId) return { ...span, tool: this.completeTool(tool, tool.callId) };
    if (kind === 'agent' && span.input.length === 0) return { ...span, input: said('user', this.prompts.get(spanId)) };
    if (kind !== 'model' || responseId === null) return span;
    return {
      ...span,
      reportedCost: span.reportedCost ?? this.requests.get(responseId)?.number('cost_usd') ?? null,
      output: span.output.length > 0 ? span.output : said('assistant', this.answers.get(responseId)),
    };
  }

  private addEvent(spanId: string, event: GenAiEvent): void {
    const known = this.events.get(spanId);
    if (known) known.push(event);
    else this.events.set(spanId, [event]);
  }

  private withEvents(span: AgentSpan, events: readonly GenAiEvent[]): AgentSpan {
    if (events.length === 0) return span;
    const said = saidInEvents(events);
    const [system, input] = withoutSystem(said.input);
    return {
      ...span,
      system: some(span.system, some(said.system, system)),
      input: some(span.input, input),
      output: some(span.output, said.output),
      toolDefinitions: some(span.toolDefinitions, said.tools),
    };
  }

  private completeTool(tool: ToolCall, callId: string): ToolCall {
    const facts = this.tools.get(callId);
    return {
      ...tool,
      arguments: tool.arguments ?? facts?.json('tool_input', 'tool_parameters', 'arguments') ?? null,
      result: tool.result ?? facts?.json('output') ?? facts?.text('error') ?? null,
    };
  }
}

/** Its attributes, and what its body holds. */
function valuesOf({ attributes, body }: AgentLog): AttributeReader {
  const held = parsed(plainValue(body));
  const values = plainAttributes(attributes);
  if (isObject(held)) return new AttributeReader({ ...values, ...held });
  return new AttributeReader(held === null ? values : { ...values, content: held });
}

function some<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return one.length > 0 ? one : other;
}

function eventOf({ eventName, message }: AgentLog, facts: LogFacts): string {
  return (facts.text('event.name') ?? (eventName || message)).replace(/^(?:claude_code|codex)\./, '');
}

function put<T>(map: Map<string, T>, key: string | undefined, value: T | undefined): void {
  if (key !== undefined && value !== undefined) map.set(key, value);
}

function said(role: 'user' | 'assistant', text: string | undefined): Message[] {
  return text === undefined ? [] : [{ role, parts: partsOf(text) }];
}
