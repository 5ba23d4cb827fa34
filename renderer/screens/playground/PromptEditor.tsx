import { Plus, X } from 'lucide-react';
import { cutMessage } from '../../../core/agent-run/cut';
import type { Message, Part } from '../../../core/dialects/agent-span';
import { PartView } from '../../features/conversation/PartView';
import { usePlayground } from '../../stores/playground-store';
import { Button } from '../../ui/Button';

const ROLES = ['system', 'user', 'assistant', 'tool'];

/** Text can be written anew; calls, results and pictures are sent as they were recorded. */
export function PromptEditor() {
  const { messages, tools, setMessages } = usePlayground();
  const change = (at: number, message: Message): void =>
    setMessages(messages.map((one, i) => (i === at ? message : one)));
  return (
    <section
      aria-label="Prompt"
      className="flex min-h-0 min-w-0 grow basis-0 flex-col gap-3 overflow-y-auto border-r border-line bg-panel p-3.5"
    >
      {messages.map((message, i) => (
        <MessageEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no identity; their place is what they are
          key={i}
          message={message}
          number={i + 1}
          onChange={(changed) => change(i, changed)}
          onRemove={messages.length > 1 ? () => setMessages(messages.filter((_, k) => k !== i)) : null}
        />
      ))}
      <div className="flex items-center gap-2">
        <Button
          onClick={() =>
            setMessages([
              ...messages,
              { role: messages.at(-1)?.role === 'user' ? 'assistant' : 'user', parts: [{ type: 'text', text: '' }] },
            ])
          }
        >
          <Plus size={13} aria-hidden /> Message
        </Button>
        {tools.length > 0 && (
          <span className="min-w-0 truncate text-secondary" title={tools.map(({ name }) => name).join(', ')}>
            The model may call {tools.map(({ name }) => name).join(', ')}
          </span>
        )}
      </div>
    </section>
  );
}

interface MessageEditorProps {
  readonly message: Message;
  readonly number: number;
  readonly onChange: (message: Message) => void;
  /** Null: it is the only one. */
  readonly onRemove: (() => void) | null;
}

function MessageEditor({ message, number, onChange, onRemove }: MessageEditorProps) {
  const { role, parts } = message;
  const roles = ROLES.includes(role) ? ROLES : [role, ...ROLES];
  const setPart = (at: number, part: Part): void =>
    onChange({ ...message, parts: parts.map((one, i) => (i === at ? part : one)) });
  return (
    <article aria-label={`Message ${number}`} className="flex flex-col gap-1.5">
      <div className="flex items-center gap-2">
        <select
          aria-label={`Role of message ${number}`}
          className="h-[24px] rounded border border-line-strong bg-background px-1 text-sm font-semibold"
          value={role}
          onChange={(event) => onChange({ ...message, role: event.target.value })}
        >
          {roles.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <span className="grow" />
        {onRemove && (
          <button
            type="button"
            aria-label={`Delete message ${number}`}
            className="text-faint hover:text-text"
            onClick={onRemove}
          >
            <X size={14} />
          </button>
        )}
      </div>
      {parts.map((part, i) =>
        part.type === 'text' ? (
          <textarea
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity; their place is what they are
            key={i}
            aria-label={`Text of message ${number}`}
            rows={Math.min(14, Math.max(2, part.text.split('\n').length + Math.floor(part.text.length / 90)))}
            value={part.text}
            placeholder={role === 'system' ? 'How the model should behave' : 'What you send to the model'}
            dir="auto"
            className="w-full resize-y rounded-md border border-line-strong bg-background px-2 py-1.5 outline-none focus:border-accent"
            onChange={(event) => setPart(i, { type: 'text', text: event.target.value })}
          />
        ) : (
          <Recorded
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity; their place is what they are
            key={i}
            part={part}
          />
        ),
      )}
    </article>
  );
}

function Recorded({ part }: { readonly part: Part }) {
  const [shown] = cutMessage({ role: '', parts: [part] }).parts;
  return shown ? <PartView part={shown} uses={null} onSpan={() => {}} /> : null;
}
