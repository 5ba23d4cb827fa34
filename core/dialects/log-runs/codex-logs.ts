/**
 * Codex's events as runs: a trace for each prompt of a conversation, below it the answers of the model and the calls of tools. Its
 * records name the conversation and no turn, so a record belongs to the last prompt before it.
 */
import type { PlainLogRecord } from '../../model/plain-log-record';
import { shortName } from '../../model/short-name';
import { attributesOf, DERIVED_FROM, type DerivedSpan, LogFacts, messageJson, ROOT_KEY } from './derived-span';

export const CODEX_SCOPE = /^codex/;
/** Conversations that are remembered, the one not heard of for longest going first. */
const MAX_CONVERSATIONS = 1_000;
/** Of one conversation, the first that came going first: each record looks through them. */
export const MAX_PROMPTS = 256;

export class CodexRuns {
  /** When prompts came, by conversation. */
  private readonly prompts = new Map<string, bigint[]>();

  /** @param records of its scope, in the order in which they were sent */
  spans(records: readonly PlainLogRecord[]): DerivedSpan[] {
    const spans: DerivedSpan[] = [];
    for (const record of records) {
      const facts = new LogFacts(record);
      const conversation = facts.text('conversation.id');
      if (record.hasTrace || conversation === undefined || record.timeNs === 0n) continue;
      const event = (facts.text('event.name') ?? record.eventName).replace(/^codex\./, '');
      const prompts = this.promptsOf(shortName(conversation));
      if (event === 'user_prompt' && !prompts.includes(record.timeNs)) {
        prompts.push(record.timeNs);
        if (prompts.length > MAX_PROMPTS) prompts.shift();
      }
      const turn = prompts.findLast((at) => at <= record.timeNs) ?? 0n;
      const span = spanOf(record, facts, event, `codex ${conversation} ${turn}`);
      if (!span) continue;
      const attributes = { ...span.attributes, 'gen_ai.conversation.id': conversation, [DERIVED_FROM]: event };
      spans.push({ ...span, attributes });
    }
    return spans;
  }

  private promptsOf(conversation: string): bigint[] {
    const prompts = this.prompts.get(conversation) ?? [];
    this.prompts.delete(conversation);
    this.prompts.set(conversation, prompts);
    for (const [oldest] of this.prompts) {
      if (this.prompts.size <= MAX_CONVERSATIONS) break;
      this.prompts.delete(oldest);
    }
    return prompts;
  }
}

function spanOf(record: PlainLogRecord, facts: LogFacts, event: string, traceKey: string): DerivedSpan | null {
  const { timeNs, serviceName } = record;
  const model = facts.text('model', 'slug');
  const which = facts.text('call_id') ?? String(timeNs);
  const base = { traceKey, spanKey: `${event} ${which}`, parentKey: ROOT_KEY, endNs: timeNs, serviceName };
  if (event === 'user_prompt') {
    const prompt = facts.text('prompt');
    return {
      ...base,
      spanKey: ROOT_KEY,
      parentKey: null,
      name: 'invoke_agent Codex',
      startNs: timeNs,
      error: null,
      attributes: attributesOf({
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'Codex',
        'gen_ai.input.messages': prompt && messageJson('user', prompt),
      }),
    };
  }
  if (event === 'sse_event' && facts.text('event.kind') === 'response.completed') {
    return {
      ...base,
      name: `chat ${model ?? 'codex'}`,
      startNs: facts.startNs,
      error: null,
      attributes: attributesOf({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': model,
        'gen_ai.usage.input_tokens': facts.count('input_token_count'),
        'gen_ai.usage.output_tokens': facts.count('output_token_count'),
        'gen_ai.usage.cache_read.input_tokens': facts.count('cached_token_count'),
        'gen_ai.usage.reasoning.output_tokens': facts.count('reasoning_token_count'),
      }),
    };
  }
  if (event !== 'tool_result') return null;
  const tool = facts.text('tool_name') ?? 'tool';
  return {
    ...base,
    name: `execute_tool ${tool}`,
    startNs: facts.startNs,
    error: facts.succeeded === false ? (facts.text('error', 'output') ?? 'the tool failed') : null,
    attributes: attributesOf({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool,
      'gen_ai.tool.call.id': facts.text('call_id'),
      'gen_ai.tool.call.arguments': facts.text('arguments'),
      'gen_ai.tool.call.result': facts.text('output'),
    }),
  };
}
