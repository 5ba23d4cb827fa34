/** The run of an agent as a conversation, where the trace has one. */

import { conversationOf, type Turn } from '../../core/agent-run/conversation';
import type { RunSpan } from '../../core/agent-run/run-span';
import type { Message, Part } from '../../core/dialects/agent-span';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import { formatDuration, formatTokens } from '../../core/model/format';
import { STATUS_ERROR } from '../../core/model/span-kind';
import { knownDuration } from '../../core/model/time';
import { element } from './dom';
import type { OpenedTrace } from './read-file';
import { longText } from './span-details';

const MAX_SPANS = 20_000;
const MAX_DEPTH = 100;

export function turnsOf({ spans, model }: OpenedTrace): readonly Turn[] {
  const run = new Map<number, RunSpan>();
  const { columns } = model;
  for (const [i, { span, scope }] of spans.entries()) {
    if (run.size >= MAX_SPANS) break;
    const durationNs = knownDuration(columns.durationNs[i] as number);
    const timing = { startNs: BigInt(span.startTimeUnixNano), durationNs };
    const agent = readAgentSpan({ ...span, scope: scope.name ?? '', timing });
    if (!agent) continue;
    const startNs = columns.startNs[i] as number;
    const failed = columns.status[i] === STATUS_ERROR;
    run.set(i, {
      spanId: span.spanId,
      parentSpanId: null,
      name: span.name,
      startNs,
      durationNs,
      failed,
      costUsd: null,
      agent,
    });
  }
  const placed = Array.from(run, ([i, span]) => ({ ...span, parentSpanId: nearest(i, run, model) }));
  return conversationOf(placed, true).turns;
}

/** The span of the run that it is below, whatever lies between. */
function nearest(
  row: number,
  run: ReadonlyMap<number, RunSpan>,
  { columns, ids }: OpenedTrace['model'],
): string | null {
  let at = row;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const parent = columns.parentSpanId[at] as bigint;
    at = parent === 0n ? -1 : ids.find(parent);
    if (at < 0) return null;
    const found = run.get(at);
    if (found) return found.spanId;
  }
  return null;
}

/** @param select shows the span of a turn in the timeline */
export function conversationView(turns: readonly Turn[], select: (spanId: bigint) => void): HTMLElement {
  return element('div', { class: 'conversation' }, ...turns.map((turn) => turnView(turn, select)));
}

function turnView(turn: Turn, select: (spanId: bigint) => void): HTMLElement {
  const about = [turn.agentName, turn.model, formatDuration(turn.durationNs), tokensOf(turn)]
    .filter(Boolean)
    .join(' · ');
  const head = element(
    'button',
    { type: 'button', class: turn.failed ? 'turn failed' : 'turn' },
    `${turn.name}  ${about}`,
  );
  head.addEventListener('click', () => select(BigInt(`0x${turn.spanId}`)));
  const system = turn.system?.length ? [messageView({ role: 'system', parts: turn.system })] : [];
  const tool = turn.toolCall
    ? [
        messageView({
          role: 'tool',
          parts: [{ type: 'tool_result', id: null, name: turn.toolCall.name, result: turn.toolCall.result }],
        }),
      ]
    : [];
  return element(
    'section',
    {},
    head,
    ...system,
    ...turn.input.map(messageView),
    ...turn.output.map(messageView),
    ...tool,
  );
}

function tokensOf({ usage: { input, output } }: Turn): string {
  return input === null && output === null ? '' : formatTokens(input, output);
}

function messageView({ role, parts }: Message): HTMLElement {
  return element('article', { 'data-role': role }, element('h3', { dir: 'auto' }, role), ...parts.map(partView));
}

function partView(part: Part): HTMLElement {
  const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  const as = (label: string, text: string): HTMLElement =>
    element('div', { class: 'part', dir: 'auto' }, ...(label === '' ? [] : [element('b', {}, label)]), longText(text));
  switch (part.type) {
    case 'text':
      return as('', part.text);
    case 'reasoning':
      return as('Reasoning', part.text);
    case 'tool_call':
      return as(`Calls ${part.name}`, written(part.arguments));
    case 'tool_result':
      return as(part.name ? `Result of ${part.name}` : 'Result', written(part.result));
    case 'truncated':
      return as('Cut off', part.text);
    case 'blob':
      return as(`${part.mimeType ?? 'Data'}, base64`, part.data);
    case 'uri':
      return as(part.mimeType ?? 'Address', part.uri);
    case 'file':
      return as(part.mimeType ?? 'File', part.fileId);
    default:
      return as('', written(part.value));
  }
}
