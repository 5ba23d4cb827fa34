/** A structure, part by part. */
import { useState } from 'react';
import { formatCount } from '../../../core/model/format';
import type { PlainValue } from '../../../core/model/json-types';
import { LongText } from '../../ui/LongText';

/** Parts of one value at a time. */
const SHOWN = 100;
/** Levels that are open at first. */
const OPEN = 2;
/** Deeper levels are shown as text. */
const MOST_LEVELS = 50;

interface ValueTreeProps {
  readonly value: PlainValue;
  readonly level?: number;
}

export function ValueTree({ value, level = 0 }: ValueTreeProps) {
  const [shown, setShown] = useState(SHOWN);
  const parts = partsOf(value);
  return (
    <ul className={`font-mono text-sm ${level === 0 ? '' : 'border-l border-line pl-2.5'}`}>
      {parts.slice(0, shown).map(([name, part], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts in their order, of which two may be called the same
        <li key={i} className="py-px">
          <Part name={name} part={part} level={level} />
        </li>
      ))}
      {parts.length === 0 && <li className="text-faint">{Array.isArray(value) ? '[]' : '{}'}</li>}
      {parts.length > shown && (
        <li>
          <button
            type="button"
            className="font-sans text-accent hover:underline"
            onClick={() => setShown(shown + 10 * SHOWN)}
          >
            {formatCount(parts.length - shown)} more
          </button>
        </li>
      )}
    </ul>
  );
}

interface PartProps {
  readonly name: string;
  readonly part: PlainValue;
  readonly level: number;
}

function Part({ name, part, level }: PartProps) {
  const [isOpen, setOpen] = useState(level + 1 < OPEN);
  const isLeaf = part === null || typeof part !== 'object' || level + 1 >= MOST_LEVELS;
  if (isLeaf) {
    return (
      <span className="break-words">
        <span className="text-faint" dir="auto">
          {name}:{' '}
        </span>
        <LongText text={typeof part === 'string' ? part : JSON.stringify(part)} />
      </span>
    );
  }
  const count = partsOf(part).length;
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="cursor-default break-words">
        <span className="text-faint" dir="auto">
          {name}{' '}
        </span>
        <span className="text-xs text-secondary">{Array.isArray(part) ? `[${count}]` : `{${count}}`}</span>
      </summary>
      {isOpen && <ValueTree value={part} level={level + 1} />}
    </details>
  );
}

function partsOf(value: PlainValue): readonly (readonly [name: string, part: PlainValue])[] {
  return value === null || typeof value !== 'object' ? [] : Object.entries(value);
}
