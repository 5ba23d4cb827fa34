import type { AnyValue, KeyValue } from '../../core/model/json-types';
import { textOf } from './attribute-text';
import { BetweenWords } from './BetweenWords';
import { CopyButton } from './CopyButton';
import { LongText } from './LongText';

interface AttributeTableProps {
  readonly attributes: readonly KeyValue[];
  /** Attributes that the sender's limits cut off. */
  readonly dropped: number;
  readonly empty: string;
}

export function AttributeTable({ attributes, dropped, empty }: AttributeTableProps) {
  const sorted = [...attributes].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return (
    <>
      {sorted.length === 0 && <p className="px-3.5 py-3 text-secondary">{empty}</p>}
      <dl hidden={sorted.length === 0}>
        {sorted.map(({ key, value }, i) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a sender may repeat a key
            key={`${key}-${i}`}
            className="group grid grid-cols-[minmax(90px,40%)_minmax(0,1fr)_20px] items-start gap-x-3 border-b border-line px-3.5 py-[5px] font-mono text-sm"
          >
            <dt className="break-words text-faint">
              <BetweenWords name={key} />
            </dt>
            <dd className="min-w-0">
              <AttributeValue attributeKey={key} value={value} />
            </dd>
            <dd className="opacity-0 group-hover:opacity-100 focus-within:opacity-100">
              <CopyButton text={textOf(value)} label={`Copy ${key}`} />
            </dd>
          </div>
        ))}
      </dl>
      {dropped > 0 && (
        <p className="px-3.5 py-2 text-secondary">{dropped} more dropped because of the sender's limits.</p>
      )}
    </>
  );
}

function AttributeValue({ attributeKey, value }: { readonly attributeKey: string; readonly value: AnyValue }) {
  const text = textOf(value);
  if (text === '') return <span className="text-faint">{'stringValue' in value ? '""' : 'empty'}</span>;
  const tone = attributeKey.startsWith('error.') || attributeKey === 'exception.type' ? 'text-error' : '';
  return <LongText text={text} className={tone} title={typeOf(value)} />;
}

function typeOf(value: AnyValue): string {
  return Object.keys(value)[0]?.replace('Value', '') ?? 'empty';
}
