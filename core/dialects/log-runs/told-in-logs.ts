/**
 * What coding agents say of their spans in log records of the same trace (code.claude.com/docs/en/monitoring-usage): what a request
 * cost, what was asked and answered, what tools were given. Spans often have none of it.
 */
import { type KeyValue, plainAttributes } from '../../model/json-types';
import type { AgentSpan, Message, ToolCall } from '../agent-span';
import { partsOf } from '../parts';
import { LogFacts } from './derived-span';

export interface AgentLog {
  readonly eventName: string;
  /** The body's text. */
  readonly message: string;
  /** 16 hex digits; null: the record names none. */
  readonly spanId: string | null;
  readonly attributes: readonly KeyValue[];
}

/** Whether what it leaves out may stand in logs. */
export function mayBeToldInLogs({ dialects }: AgentSpan): boolean {
  return dialects.includes('claude-code') || dialects.includes('codex');
}

export class ToldInLogs {
  private readonly requests = new Map<string, LogFacts>();
  private readonly answers = new Map<string, string>();
  private readonly tools = new Map<string, LogFacts>();
  private readonly prompts = new Map<string, string>();

  /** @param logs of one trace, oldest first: an answer belongs to the request before it */
  constructor(logs: readonly AgentLog[]) {
    let request: string | undefined;
    for (const log of logs) {
      const facts = new LogFacts({ attributes: plainAttributes(log.attributes), timeNs: 0n });
      switch (eventOf(log, facts)) {
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
    if (!mayBeToldInLogs(span)) return span;
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

  private completeTool(tool: ToolCall, callId: string): ToolCall {
    const facts = this.tools.get(callId);
    return {
      ...tool,
      arguments: tool.arguments ?? facts?.json('tool_input', 'tool_parameters', 'arguments') ?? null,
      result: tool.result ?? facts?.json('output') ?? facts?.text('error') ?? null,
    };
  }
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
