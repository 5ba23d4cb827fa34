import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';

interface SecretProps {
  readonly title: string;
  readonly text: string;
  readonly secret: string;
  readonly onDone: () => void;
}

/** What is told once. */
export function Secret({ title, text, secret, onDone }: SecretProps) {
  return (
    <section aria-label={title} className="border-b border-line bg-accent-ground px-3.5 py-3">
      <h2 className="font-semibold">{title}</h2>
      <p className="text-secondary">{text}</p>
      <div className="mt-2 flex items-center gap-2">
        <code className="min-w-0 truncate rounded border border-line bg-panel px-2 py-1 font-mono text-sm select-all">
          {secret}
        </code>
        <CopyButton text={secret} label="Copy" showLabel />
        <span className="grow" />
        <Button onClick={onDone}>Done</Button>
      </div>
    </section>
  );
}
