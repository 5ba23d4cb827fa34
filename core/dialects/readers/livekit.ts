/** LiveKit's agents: the node that asks a model tells the whole context as JSON. Personal data is marked in keys since version 1.7. */
import type { PlainValue } from '../../model/json-types';
import type { AgentFacts, Dialect } from '../agent-facts';
import type { Message, Part } from '../agent-span';
import { isObject } from '../json-objects';
import { messagesOf } from '../messages';
import { partsOf } from '../parts';
import { toolCallsOf } from '../tool-parts';

export const CONTEXT_KEYS = ['lk.pii.chat_ctx', 'lk.chat_ctx'] as const;
/** The detection of the end of a turn has a context, too, and asks no model that answers. */
const ASKS = 'llm_node';
/** Items of a context that nobody said: another agent took over, or has other tools. */
const NOT_SAID: readonly PlainValue[] = ['agent_handoff', 'agent_config_update'];

export const liveKit: Dialect = {
  name: 'livekit',
  read({ name, attributes: a }) {
    if (!a.hasUnder('lk') || !CONTEXT_KEYS.some((key) => a.has(key))) return null;
    return {
      kind: name === ASKS ? 'model' : undefined,
      input: saidIn(a.json(...CONTEXT_KEYS)),
      output: answered(
        a.text('lk.pii.response.text', 'lk.response.text'),
        a.json('lk.pii.response.function_calls', 'lk.response.function_calls'),
      ),
    } satisfies AgentFacts;
  },
};

function saidIn(context: PlainValue | undefined): Message[] | null {
  const items = isObject(context) && Array.isArray(context.items) ? context.items : [];
  return messagesOf(items.filter((item) => !(isObject(item) && NOT_SAID.includes(item.type ?? null))));
}

function answered(text: string | undefined, calls: PlainValue | undefined): Message[] | null {
  const parts: Part[] = [...partsOf(text ?? null), ...toolCallsOf(calls)];
  return parts.length > 0 ? [{ role: 'assistant', parts }] : null;
}
