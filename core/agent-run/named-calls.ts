/** Gives each call of a tool in a turn an id that no other has there: some senders give none, or the tool's name. */
import type { Message, Part } from '../dialects/agent-span';
import type { Ask } from './tool-joins';
import { type ToolUse, toolUseOf } from './tool-use';

export class NamedCalls {
  private readonly given = new Map<string, ToolUse>();
  private readonly used = new Set<string>();

  constructor(private readonly asks: ReadonlyMap<Part, Ask>) {}

  /** What became of the calls in the messages so far, by these ids. */
  get uses(): { readonly [callId: string]: ToolUse } {
    return Object.fromEntries(this.given);
  }

  readonly message = (message: Message): Message => {
    if (!message.parts.some((part) => this.asks.has(part))) return message;
    return { ...message, parts: message.parts.map(this.part) };
  };

  private readonly part = (part: Part): Part => {
    const ask = this.asks.get(part);
    if (!ask || part.type !== 'tool_call') return part;
    const isKnown = ask.spans.length > 0 || ask.told !== undefined;
    if (part.id === null && !isKnown) return part;
    const wanted = part.id ?? part.name;
    let id = wanted;
    for (let n = 2; this.used.has(id); n++) id = `${wanted} ${n}`;
    this.used.add(id);
    if (isKnown) this.given.set(id, toolUseOf(ask.spans, ask));
    return { ...part, id };
  };
}
