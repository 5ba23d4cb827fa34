/**
 * Claude Code's events (code.claude.com/docs/en/monitoring-usage) as a run: a trace for each prompt, below it the calls of models and of
 * tools. Where it sends traces as well, its records name them, and complete those (told-in-logs.ts).
 */
import type { PlainLogRecord } from '../../model/plain-log-record';
import { attributesOf, DERIVED_FROM, type DerivedSpan, LogFacts, messageJson, ROOT_KEY } from './derived-span';

export const CLAUDE_CODE_SCOPE = 'com.anthropic.claude_code.events';

/** @param records of its scope, in the order in which they were sent */
export function claudeCodeSpans(records: readonly PlainLogRecord[]): DerivedSpan[] {
  const answers = new Map<string, string>();
  const spans: DerivedSpan[] = [];
  // From the end: an answer belongs to the call of the model before it.
  for (const record of [...records].reverse()) {
    const facts = new LogFacts(record);
    const session = facts.text('session.id');
    if (record.hasTrace || session === undefined || record.timeNs === 0n) continue;
    const event = eventOf(record);
    const traceKey = `claude-code ${session} ${facts.text('prompt.id') ?? ''}`;
    if (event === 'assistant_response') {
      const answer = facts.text('response');
      if (answer !== undefined) answers.set(traceKey, answer);
      continue;
    }
    const span = spanOf(record, facts, event, traceKey);
    if (!span) continue;
    const answer = event === 'api_request' ? answers.get(traceKey) : undefined;
    if (answer !== undefined) answers.delete(traceKey);
    const output = answer === undefined ? {} : { 'gen_ai.output.messages': messageJson('assistant', answer) };
    spans.push({
      ...span,
      attributes: { ...span.attributes, ...output, 'gen_ai.conversation.id': session, [DERIVED_FROM]: event },
    });
  }
  return spans.reverse();
}

function eventOf({ eventName, attributes, body }: PlainLogRecord): string {
  const said = [attributes['event.name'], eventName, body].find((name) => typeof name === 'string' && name !== '');
  return String(said ?? '').replace(/^claude_code\./, '');
}

function spanOf(record: PlainLogRecord, facts: LogFacts, event: string, traceKey: string): DerivedSpan | null {
  const { timeNs, serviceName } = record;
  const which = facts.text('event.sequence', 'request_id', 'tool_use_id') ?? String(timeNs);
  const base = { traceKey, spanKey: `${event} ${which}`, parentKey: ROOT_KEY, endNs: timeNs, serviceName };
  switch (event) {
    case 'user_prompt': {
      const prompt = facts.text('prompt');
      return {
        ...base,
        spanKey: ROOT_KEY,
        parentKey: null,
        name: 'invoke_agent Claude Code',
        startNs: timeNs,
        error: null,
        attributes: attributesOf({
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'Claude Code',
          'gen_ai.input.messages': prompt && messageJson('user', prompt),
        }),
      };
    }
    case 'api_request':
    case 'api_error': {
      const model = facts.text('model');
      const cached = facts.count('cache_read_tokens');
      const written = facts.count('cache_creation_tokens');
      const isError = event === 'api_error';
      return {
        ...base,
        name: `chat ${model ?? 'claude'}`,
        startNs: facts.startNs,
        error: isError ? (facts.text('error', 'status_code') ?? 'the request failed') : null,
        attributes: attributesOf({
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'anthropic',
          'gen_ai.request.model': model,
          'gen_ai.response.id': facts.text('request_id'),
          // Theirs is without the cache's.
          'gen_ai.usage.input_tokens': isError ? undefined : facts.count('input_tokens') + cached + written,
          'gen_ai.usage.output_tokens': isError ? undefined : facts.count('output_tokens'),
          'gen_ai.usage.cache_read.input_tokens': isError ? undefined : cached,
          'gen_ai.usage.cache_creation.input_tokens': isError ? undefined : written,
          'operation.cost': facts.number('cost_usd'),
        }),
      };
    }
    case 'tool_result': {
      const tool = facts.text('tool_name') ?? 'tool';
      return {
        ...base,
        name: `execute_tool ${tool}`,
        startNs: facts.startNs,
        error: facts.succeeded === false ? (facts.text('error') ?? 'the tool failed') : null,
        attributes: attributesOf({
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': tool,
          'gen_ai.tool.call.id': facts.text('tool_use_id'),
          'gen_ai.tool.call.arguments': facts.text('tool_input', 'tool_parameters'),
        }),
      };
    }
    default:
      return null;
  }
}
