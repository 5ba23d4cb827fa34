import { Dialog } from 'radix-ui';
import type { KeyGroup } from '../routing/screen';
import { Kbd } from '../ui/Kbd';
import { SCREENS } from './screens';

const EVERYWHERE: readonly KeyGroup[] = [
  {
    title: 'Everywhere',
    keys: [
      ['?', 'these keys'],
      ['Ctrl K', 'commands'],
      ['/', 'search'],
      ['g', 'go to traces'],
      ['Esc', 'close, or back'],
    ],
  },
  {
    title: 'Lists and waterfall',
    keys: [
      ['j k', 'next and previous row'],
      ['Home End', 'first and last row'],
      ['Enter', 'open'],
      ['n', 'show new traces'],
    ],
  },
];

/** The keys of every screen, as the screens say. */
export function HelpDialog({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 bg-black/30" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-1/2 left-1/2 max-h-[92vh] w-[900px] max-w-[94vw] -translate-1/2 overflow-y-auto rounded-lg border border-line-strong bg-panel p-5 shadow-xl"
        >
          <Dialog.Title className="mb-3 text-lg font-semibold">Keys</Dialog.Title>
          <div className="columns-[250px] gap-8">
            {[...EVERYWHERE, ...SCREENS.flatMap(({ keys }) => keys ?? [])].map(({ title, keys }) => (
              <section key={title} className="mb-4">
                <h3 className="mb-1.5 break-after-avoid text-sm text-faint">{title}</h3>
                <dl className="flex flex-col gap-y-1.5">
                  {keys.map(([key, meaning]) => (
                    <div key={key} className="grid break-inside-avoid grid-cols-[88px_1fr]">
                      <dt className="flex items-center gap-1">
                        {key.split(' ').map((part) => (
                          <Kbd key={part}>{part}</Kbd>
                        ))}
                      </dt>
                      <dd>{meaning}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
