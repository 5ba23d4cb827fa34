import type { ToolUse } from '../../../core/agent-run/tool-use';
import type { Part } from '../../../core/dialects/agent-span';
import { formatBytes } from '../../../core/model/format';
import { Markdown } from './Markdown';
import { pictureOf } from './picture';
import { soundOf } from './sound';
import { ToolUseView } from './ToolUseView';
import { Value } from './Value';

interface PartViewProps {
  readonly part: Part;
  /** Null: results stand elsewhere. */
  readonly uses: { readonly [callId: string]: ToolUse } | null;
  readonly onSpan: (spanId: string) => void;
}

const UNKNOWN = { result: null, spanId: null, durationNs: null, failed: false } as const;

export function PartView({ part, uses, onSpan }: PartViewProps) {
  switch (part.type) {
    case 'text':
      return <Markdown text={part.text} />;
    case 'reasoning':
      return part.text === '' ? (
        <p className="text-sm text-faint italic">Reasoning that the provider does not disclose.</p>
      ) : (
        <details className="border-l-2 border-line-strong pl-2.5 text-secondary">
          <summary className="cursor-pointer text-sm font-medium select-none">Reasoning</summary>
          <Markdown text={part.text} />
        </details>
      );
    case 'tool_call': {
      const { id, name, arguments: given } = part;
      const use = uses === null || id === null || !Object.hasOwn(uses, id) ? undefined : uses[id];
      return (
        <ToolUseView
          use={{ ...(use ?? UNKNOWN), name, arguments: given }}
          tellsResult={uses !== null}
          onSpan={onSpan}
        />
      );
    }
    case 'tool_result':
      return <Value value={part.result} />;
    case 'blob':
      return <Blob mimeType={part.mimeType} data={part.data} />;
    case 'uri':
      return (
        <p className="break-all text-secondary">
          [{part.mimeType ?? 'file'}: {part.uri}]
        </p>
      );
    case 'file':
      return (
        <p className="text-secondary">
          [{part.mimeType ?? 'file'} {part.fileId}]
        </p>
      );
    case 'truncated':
      return (
        <div>
          <p className="text-sm text-warning">This JSON was cut off before it arrived. It is shown as received.</p>
          <Value value={part.text} />
        </div>
      );
    default:
      return <Value value={part.value} />;
  }
}

function Blob({ mimeType, data }: { readonly mimeType: string | null; readonly data: string }) {
  const picture = pictureOf(data);
  if (picture)
    return (
      <img src={picture} alt="What the model received" className="max-h-64 max-w-full rounded border border-line" />
    );
  const sound = soundOf(data);
  if (sound) {
    // biome-ignore lint/a11y/useMediaCaption: what was said stands in the messages, where it was written down at all
    return <audio controls preload="none" src={sound} className="h-9 max-w-full" />;
  }
  const size = data === '' ? 'too large to show' : formatBytes(Math.floor((data.length * 3) / 4));
  return (
    <p className="text-secondary">
      [{mimeType ?? 'data'}, {size}]
    </p>
  );
}
