import clsx from 'clsx';
import type { ToolUse } from '../../../core/agent-run/tool-use';
import type { Message } from '../../../core/dialects/agent-span';
import { wordTable } from '../../../core/model/word-table';
import { PartView } from './PartView';

const ROLES: Readonly<Record<string, string>> = wordTable({
  user: 'User',
  assistant: 'Assistant',
  tool: 'Tool',
  system: 'System',
});

interface MessageViewProps {
  readonly message: Message;
  readonly uses: { readonly [callId: string]: ToolUse } | null;
  readonly onSpan: (spanId: string) => void;
}

export function MessageView({ message, uses, onSpan }: MessageViewProps) {
  const { role, name, parts } = message;
  return (
    <section aria-label={ROLES[role] ?? role} className="flex min-w-0 flex-col gap-1.5">
      <h3 className={clsx('text-sm font-semibold', role === 'user' ? 'text-accent' : 'text-secondary')}>
        {ROLES[role] ?? role}
        {name ? ` · ${name}` : ''}
      </h3>
      {parts.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity and never move
        <PartView key={i} part={part} uses={uses} onSpan={onSpan} />
      ))}
      {parts.length === 0 && <p className="text-sm text-faint">Nothing.</p>}
    </section>
  );
}
