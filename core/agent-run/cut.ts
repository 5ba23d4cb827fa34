/** Cuts what is too long to look at in a list; the span itself has it whole. */
import type { Message, Part } from '../dialects/agent-span';
import type { PlainValue } from '../model/json-types';

const MAX_CHARS = 20_000;
/** Of base64: pictures are shown as they are. */
const MAX_BLOB_CHARS = 2_000_000;

export function cutMessage(message: Message): Message {
  return { ...message, parts: message.parts.map(cutPart) };
}

function cutPart(part: Part): Part {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'truncated':
      return { ...part, text: cutText(part.text) };
    case 'blob':
      return part.data.length > MAX_BLOB_CHARS ? { ...part, data: '' } : part;
    case 'tool_call':
      return { ...part, arguments: cutValue(part.arguments) ?? null };
    case 'tool_result':
      return { ...part, result: cutValue(part.result) };
    case 'other':
      return { ...part, value: cutValue(part.value) };
    default:
      return part;
  }
}

export function cutValue(value: PlainValue): PlainValue {
  if (typeof value === 'string') return cutText(value);
  if (typeof value !== 'object' || value === null) return value;
  const json = JSON.stringify(value, null, 2);
  return json.length > MAX_CHARS ? cutText(json) : value;
}

function cutText(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  return `${text.slice(0, MAX_CHARS)}\n… ${(text.length - MAX_CHARS).toLocaleString('en-US')} more characters in the span`;
}
