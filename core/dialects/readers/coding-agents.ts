/** Agents that write code and say what they do in spans of their own: Claude Code, Codex, Gemini CLI, VS Code's Copilot. */

import { wordTable } from '../../model/word-table';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { AgentSpanKind } from '../agent-span';
import { answerOf, messagesOf } from '../messages';
import { partsOf } from '../parts';
import type { SpanSource } from '../span-source';

const KINDS = wordTable<AgentSpanKind>({ interaction: 'agent', llm_request: 'model', tool: 'tool' });

const GEMINI_KINDS = wordTable<AgentSpanKind>({
  llm_call: 'model',
  tool_call: 'tool',
  agent_call: 'agent',
  user_prompt: 'agent',
  system_prompt: 'prompt',
  schedule_tool_calls: 'step',
});

/** Its input tokens are without those of the cache. */
export const claudeCode: Dialect = {
  name: 'claude-code',
  read({ name, attributes: a, events }) {
    if (!name.startsWith('claude_code.')) return null;
    const type = a.text('span.type') ?? name.slice('claude_code.'.length);
    const [own, cacheRead, cacheWrite] = ['input_tokens', 'cache_read_tokens', 'cache_creation_tokens'].map((key) =>
      a.count(key),
    );
    const ms = a.number('ttft_ms');
    const isTool = type === 'tool';
    const prompt = a.text('user_prompt') ?? (type === 'llm_request' ? a.text('new_context') : undefined);
    const answer = a.text('response.model_output');
    const result = events.find((event) => event.name === 'tool.output')?.attributes;
    return {
      kind: KINDS[type] ?? 'step',
      provider: type === 'llm_request' ? 'anthropic' : null,
      requestModel: a.text('model'),
      responseId: a.text('request_id'),
      agentName: type === 'interaction' ? 'Claude Code' : a.text('subagent_type'),
      tool: isTool
        ? {
            name: a.text('tool_name'),
            callId: a.text('tool_use_id'),
            arguments: a.json('tool_input', 'full_command', 'file_path', 'skill_name'),
            result: result?.json('output', 'content', 'diff'),
          }
        : undefined,
      input: prompt === undefined ? null : [{ role: 'user', parts: partsOf(prompt) }],
      output: answer === undefined ? null : [{ role: 'assistant', parts: partsOf(answer) }],
      usage: {
        input: own === undefined ? undefined : own + (cacheRead ?? 0) + (cacheWrite ?? 0),
        output: a.count('output_tokens'),
        cacheRead,
        cacheWrite,
      },
      finishReasons: a.texts('stop_reason'),
      timeToFirstTokenNs: ms === undefined ? null : Math.round(ms * 1e6),
    } satisfies AgentFacts;
  },
};

export const codex: Dialect = {
  name: 'codex',
  read(span) {
    const { name, attributes: a } = span;
    if (!isCodex(span)) return null;
    const turn = 'codex.turn.token_usage';
    const isTurn = /^session_task\.(?:turn|compact|review)$/.test(name);
    return {
      kind: isTurn ? 'agent' : name === 'handle_responses' ? 'model' : a.has('tool_name') ? 'tool' : 'step',
      requestModel: a.text('model'),
      // Elsewhere `thread.id` is a thread of the machine.
      sessionId: a.text('thread.id'),
      agentName: isTurn ? 'Codex' : null,
      tool: a.has('tool_name') ? { name: a.text('tool_name'), callId: a.text('call_id') } : undefined,
      usage: {
        input: a.count(`${turn}.input_tokens`),
        output: a.count(`${turn}.output_tokens`),
        cacheRead: a.count(`${turn}.cached_input_tokens`),
        reasoning: a.count(`${turn}.reasoning_output_tokens`, 'codex.usage.reasoning_output_tokens'),
      },
    } satisfies AgentFacts;
  },
};

function isCodex({ name, scope, attributes: a }: SpanSource): boolean {
  return (
    scope.startsWith('codex') ||
    a.hasUnder('codex') ||
    (a.has('thread.id') && /^(?:session_task\.|run_turn|handle_responses|run_sampling_request)/.test(name))
  );
}

/** Its operations have names of its own, and its messages may be any JSON, cut off. */
export const geminiCli: Dialect = {
  name: 'gemini-cli',
  read({ scope, attributes: a }) {
    const operation = a.text('gen_ai.operation.name') ?? '';
    const kind = GEMINI_KINDS[operation];
    if (kind === undefined && a.text('gen_ai.agent.name') !== 'gemini-cli' && scope !== 'gemini-cli') return null;
    const input = a.json('gen_ai.input.messages');
    const output = a.json('gen_ai.output.messages');
    const isTool = kind === 'tool';
    return {
      kind,
      provider: kind === undefined && scope !== 'gemini-cli' ? null : 'gcp.gemini',
      tool: isTool ? { callId: a.text('gen_ai.tool.call_id'), arguments: input, result: output } : undefined,
      input: isTool ? null : messagesOf(input),
      output: kind === 'model' ? answerOf(output) : null,
      inputValue: isTool ? null : input,
      outputValue: isTool ? null : output,
    } satisfies AgentFacts;
  },
};

export const vscodeCopilot: Dialect = {
  name: 'vscode-copilot',
  read({ attributes: a }) {
    if (!a.hasUnder('copilot_chat')) return null;
    const reasoning = a.text('copilot_chat.reasoning_content');
    const ms = a.number('copilot_chat.time_to_first_token');
    return {
      output: reasoning ? [{ role: 'assistant', parts: [{ type: 'reasoning', text: reasoning }] }] : null,
      timeToFirstTokenNs: ms === undefined ? null : Math.round(ms * 1e6),
    } satisfies AgentFacts;
  },
};
