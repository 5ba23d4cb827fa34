/** A turn of a conversation as text. What was said is quoted; only our own words stand outside quotes. */
import type { Turn } from '../../../core/agent-run/conversation';
import type { Message, Part } from '../../../core/dialects/agent-span';
import { formatCost, formatDuration, formatTokens } from '../../../core/model/format';
import { quoted } from './quoted';

const SAID_BYTES = 260;

export function turnLine(turn: Turn, number: number): string {
  const facts = [
    `${turn.kind} ${quoted(turn.model ?? turn.toolCall?.name ?? turn.name, 48)}`,
    formatDuration(turn.durationNs),
  ];
  if (turn.agentName !== null) facts.push(`by ${quoted(turn.agentName, 32)}`);
  if (turn.kind === 'model')
    facts.push(
      `${formatTokens(turn.usage.input, turn.usage.output)} tokens ${formatCost(turn.costUsd ?? turn.reportedCostUsd)}`,
    );
  if (turn.failed) facts.push('FAILED');
  if (turn.finishReasons.length > 0)
    facts.push(`ended by ${turn.finishReasons.map((one) => quoted(one, 24)).join(', ')}`);
  return `#${number} ${turn.spanId} ${facts.join(', ')}`;
}

/** What was new to it, and what it answered, cut. */
export function saidIn(turn: Turn, maxBytes = SAID_BYTES): string[] {
  const lines: string[] = [];
  const told = turn.input.at(-1);
  if (told) lines.push(`  ${roleOf(told)} ${quoted(textOf(told.parts), maxBytes)}`);
  for (const message of turn.output) {
    const text = textOf(message.parts.filter(({ type }) => type !== 'tool_call'));
    if (text !== '') lines.push(`  answer ${quoted(text, maxBytes)}`);
  }
  for (const use of Object.values(turn.toolUses)) lines.push(toolLine(use, maxBytes));
  if (turn.toolCall) lines.push(toolLine(turn.toolCall, maxBytes));
  return lines;
}

function toolLine(use: NonNullable<Turn['toolCall']>, maxBytes: number): string {
  const took = use.durationNs === null ? '' : ` ${formatDuration(use.durationNs)}`;
  const span = use.spanId === null ? '' : ` ${use.spanId}`;
  const result = use.result === null ? 'nothing recorded' : quoted(plain(use.result), maxBytes);
  return `  tool ${quoted(use.name, 48)}${span}${took} ${quoted(plain(use.arguments), Math.round(maxBytes / 2))} -> ${use.failed ? 'FAILED ' : ''}${result}`;
}

/** Everything that was told and answered in it. */
export function wholeTurn(turn: Turn): string {
  const parts = [];
  if (turn.system) parts.push(`[system]\n${textOf(turn.system)}`);
  for (const message of [...turn.input, ...turn.output]) parts.push(`[${message.role}]\n${textOf(message.parts)}`);
  for (const use of [...Object.values(turn.toolUses), ...(turn.toolCall ? [turn.toolCall] : [])]) {
    parts.push(`[tool ${use.name}${use.failed ? ', failed' : ''}]\n${plain(use.arguments)}\n->\n${plain(use.result)}`);
  }
  return parts.join('\n\n');
}

function roleOf({ role }: Message): string {
  return /^[a-z]{1,20}$/.test(role) ? role : quoted(role, 24);
}

function textOf(parts: readonly Part[]): string {
  return parts.map(partText).join('\n');
}

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'reasoning':
      return `(reasoning) ${part.text}`;
    case 'tool_call':
      return `(calls ${part.name} ${plain(part.arguments)})`;
    case 'tool_result':
      return `(result) ${plain(part.result)}`;
    case 'truncated':
      return `(cut off on its way) ${part.text}`;
    case 'other':
      return plain(part.value);
    case 'blob':
      return `(${part.mimeType ?? 'data'}, ${part.data.length} characters of base64)`;
    case 'uri':
      return `(${part.uri})`;
    case 'file':
      return `(file ${part.fileId})`;
  }
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
