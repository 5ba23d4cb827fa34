/** How good it was: what people, programs and senders said, and the reader's own word. */
import { Plus, ThumbsDown, ThumbsUp, X } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import type { MarkTarget } from '../../../core/api/mark-target';
import type { Score, ScoreValue } from '../../../core/api/score';
import { Button } from '../../ui/Button';
import { May, useMay } from '../team/May';
import { ScoreForm } from './ScoreForm';
import { useScores } from './use-scores';

const SOURCES: Readonly<Record<Score['source'], string>> = {
  human: 'by a person',
  code: 'by a program',
  model: 'by a model',
  sender: 'sent with the telemetry',
};

const FEEDBACK: Omit<ScoreValue, 'value' | 'label'> = { name: 'feedback', comment: '', source: 'human' };

export function ScoreBar({ target, what }: { readonly target: MarkTarget; readonly what: string }) {
  const { list, add, remove } = useScores(target);
  const mayWrite = useMay('notes:write');
  const [open, setOpen] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const save = (saving: Promise<void>): void => {
    saving.then(
      () => {
        setFailure(null);
        setOpen(false);
      },
      (error: Error) => setFailure(`Not saved: ${error.message}`),
    );
  };
  return (
    <section aria-label={`Scores of the ${what}`} className="flex flex-wrap items-center gap-1.5">
      {list.map((score) => (
        <ScoreChip key={score.id} score={score} onRemove={mayWrite ? () => save(remove(score)) : null} />
      ))}
      <May permission="notes:write">
        <Button
          look="ghost"
          aria-label="Good"
          title={`This ${what} was good`}
          onClick={() => save(add({ ...FEEDBACK, value: 1, label: 'good' }))}
        >
          <ThumbsUp size={13} aria-hidden />
        </Button>
        <Button
          look="ghost"
          aria-label="Bad"
          title={`This ${what} was bad`}
          onClick={() => save(add({ ...FEEDBACK, value: 0, label: 'bad' }))}
        >
          <ThumbsDown size={13} aria-hidden />
        </Button>
        <Popover.Root open={open} onOpenChange={setOpen}>
          <Popover.Trigger asChild>
            <Button look="ghost" title={`Score this ${what}`}>
              <Plus size={13} aria-hidden /> Score
            </Button>
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content
              aria-label="Add a score"
              align="end"
              sideOffset={4}
              className="z-20 w-[280px] rounded-md border border-line-strong bg-panel p-3 shadow-md outline-none"
            >
              <ScoreForm onSave={(value) => save(add(value))} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      </May>
      {failure && (
        <span role="alert" className="text-error">
          {failure}
        </span>
      )}
    </section>
  );
}

function ScoreChip({ score, onRemove }: { readonly score: Score; readonly onRemove: (() => void) | null }) {
  const { name, value, label, comment, source } = score;
  return (
    <span
      className="group flex h-[22px] max-w-full items-center gap-1.5 rounded-full border border-line-strong px-2 text-sm"
      title={[`${name}, ${SOURCES[source]}`, comment].filter(Boolean).join('\n')}
    >
      <span className="truncate" dir="auto">
        {name}
      </span>
      <span className="shrink-0 font-mono font-medium">
        {[value === null ? null : String(Math.round(value * 1_000) / 1_000), label].filter(Boolean).join(' ')}
      </span>
      {source !== 'sender' && onRemove && (
        <button
          type="button"
          aria-label={`Delete the score ${name}`}
          className="text-faint hover:text-text"
          onClick={onRemove}
        >
          <X size={12} />
        </button>
      )}
    </span>
  );
}
