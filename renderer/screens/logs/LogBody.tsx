/** The body of a log in full: structures as a tree, colours of terminals taken out, and everything as it was sent. */
import { useMemo, useState } from 'react';
import { type AnyValue, type PlainValue, plainValue } from '../../../core/model/json-types';
import { withoutEscapes } from '../../../core/model/terminal-escapes';
import { textOf } from '../../ui/attribute-text';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { LongText } from '../../ui/LongText';
import { ValueTree } from './ValueTree';

/** Longer text is not read as JSON while somebody walks through the list. */
const MOST_JSON_CHARS = 1_000_000;

export function LogBody({ body }: { readonly body: AnyValue }) {
  const [isRaw, setRaw] = useState(false);
  const { text, tree, plain } = useMemo(() => {
    const text = textOf(body);
    return { text, tree: treeOf(body, text), plain: withoutEscapes(text) };
  }, [body]);
  const hasTwoForms = tree !== null || plain !== text;
  return (
    <section aria-label="Body" className="border-b border-line px-3.5 py-2.5">
      <div className="flex items-center gap-1 pb-1 text-sm text-secondary">
        <h3 className="font-semibold text-text">Body</h3>
        <span className="grow" />
        {hasTwoForms && (
          <Button look="ghost" className="h-[22px] text-sm" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            Raw
          </Button>
        )}
        <CopyButton text={text} label="Copy the body" />
      </div>
      {tree !== null && !isRaw ? (
        <ValueTree value={tree} />
      ) : (
        // An escape that is shown as it is would be nothing at all.
        <LongText text={isRaw ? text.replaceAll('\u001b', '␛') : plain} className="font-mono text-sm" />
      )}
    </section>
  );
}

/** Null of what has no parts. */
function treeOf(body: AnyValue, text: string): PlainValue {
  const plain = plainValue(body);
  if (typeof plain === 'object') return plain;
  if (typeof plain !== 'string' || text.length > MOST_JSON_CHARS || !/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text) as PlainValue;
  } catch {
    return null;
  }
}
