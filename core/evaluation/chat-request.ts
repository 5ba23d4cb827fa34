/** A prompt as OpenAI's chat completions take it (platform.openai.com/docs/api-reference/chat, 2026). */
import type { PromptRequest } from '../api/playground';
import type { Message, Part, ToolDefinition } from '../dialects/agent-span';
import type { PlainValue } from '../model/json-types';

type ChatPrompt = Pick<PromptRequest, 'model' | 'messages' | 'tools' | 'parameters'>;

/** The body of a request whose answer is streamed, with what it took at its end. */
export function chatRequest({ model, messages, tools, parameters }: ChatPrompt): object {
  return {
    ...parameters,
    model,
    messages: messages.flatMap(chatMessages),
    ...(tools.length > 0 && { tools: tools.map(chatTool) }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** Each result of a tool is a message of its own. */
function chatMessages({ role, name, parts }: Message): object[] {
  const results = parts.filter((part) => part.type === 'tool_result');
  if (results.length > 0) {
    return results.map(({ id, result }) => ({ role: 'tool', tool_call_id: id ?? '', content: asText(result) }));
  }
  const calls = parts.filter((part) => part.type === 'tool_call');
  const content = contentOf(parts);
  return [
    {
      role: role === 'human' ? 'user' : role,
      ...(name !== undefined && { name }),
      content: content === '' && calls.length > 0 ? null : content,
      ...(calls.length > 0 && {
        tool_calls: calls.map(({ id, name: called, arguments: given }, i) => ({
          id: id ?? `call_${i}`,
          type: 'function',
          function: { name: called, arguments: asText(given) },
        })),
      }),
    },
  ];
}

/** Text alone is text; with pictures or sound it is a list. What a model thought is its own affair. */
function contentOf(parts: readonly Part[]): string | object[] {
  const shown = parts.flatMap((part): object[] => {
    switch (part.type) {
      case 'text':
      case 'truncated':
        return [{ type: 'text', text: part.text }];
      case 'blob':
        return part.mimeType?.startsWith('audio/')
          ? [{ type: 'input_audio', input_audio: { data: part.data, format: part.mimeType.slice('audio/'.length) } }]
          : [{ type: 'image_url', image_url: { url: `data:${part.mimeType ?? 'image/png'};base64,${part.data}` } }];
      case 'uri':
        return [{ type: 'image_url', image_url: { url: part.uri } }];
      case 'file':
        return [{ type: 'file', file: { file_id: part.fileId } }];
      case 'other':
        return [{ type: 'text', text: asText(part.value) }];
      default:
        return [];
    }
  });
  const texts = shown as readonly { type: string; text?: string }[];
  return texts.every(({ type }) => type === 'text') ? texts.map(({ text = '' }) => text).join('\n') : shown;
}

function chatTool({ name, description, parameters }: ToolDefinition): object {
  return {
    type: 'function',
    function: { name, ...(description !== null && { description }), ...(parameters !== null && { parameters }) },
  };
}

function asText(value: PlainValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
