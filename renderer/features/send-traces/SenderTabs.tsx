import { Tabs } from 'radix-ui';
import type { SenderTarget } from '../../../core/senders/sender';
import { SENDER_GROUPS } from '../../../core/senders/senders';
import { CopyButton } from '../../ui/CopyButton';

/** What can send, by kind, and the lines that make it send here. */
export function SenderTabs({ target }: { readonly target: SenderTarget }) {
  const groups = SENDER_GROUPS.map(({ title, senders }) => ({
    title,
    senders: senders.flatMap(({ lines, ...sender }) => {
      const text = lines(target);
      return text === null ? [] : [{ ...sender, text }];
    }),
  }));
  return (
    <Tabs.Root defaultValue="env" orientation="vertical" className="flex items-start gap-4 max-sm:flex-col">
      <Tabs.List
        aria-label="What sends"
        className="flex w-[150px] shrink-0 flex-col gap-2 max-sm:w-full max-sm:flex-row max-sm:flex-wrap"
      >
        {groups.map(({ title, senders }) => (
          <div key={title} role="presentation" className="flex flex-col max-sm:flex-row max-sm:flex-wrap">
            <span aria-hidden className="px-2 pb-0.5 text-xs text-secondary max-sm:hidden">
              {title}
            </span>
            {senders.map((sender) => (
              <Tabs.Trigger
                key={sender.id}
                value={sender.id}
                className="h-[25px] rounded-md px-2 text-left font-medium text-secondary hover:bg-raised hover:text-text data-[state=active]:bg-accent-ground data-[state=active]:text-accent"
              >
                {sender.title}
              </Tabs.Trigger>
            ))}
          </div>
        ))}
      </Tabs.List>
      {groups
        .flatMap(({ senders }) => senders)
        .map(({ id, title, text, note }) => (
          <Tabs.Content key={id} value={id} className="relative w-full min-w-0 grow">
            <pre className="rounded-md border border-line bg-panel p-3 pr-16 font-mono text-sm leading-5 break-words whitespace-pre-wrap">
              {text}
            </pre>
            <div className="absolute top-2 right-2">
              <CopyButton text={text} label={`Copy the ${title} snippet`} />
            </div>
            {note && <p className="mt-2 text-secondary">{note}</p>}
          </Tabs.Content>
        ))}
    </Tabs.Root>
  );
}
