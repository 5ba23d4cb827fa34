import type { PlainValue } from '../../../core/model/json-types';

/** Text as it is, structures as JSON. */
export function Value({ value }: { readonly value: PlainValue }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <pre
      className="max-h-72 overflow-auto rounded bg-raised px-2 py-1.5 font-mono text-sm break-words whitespace-pre-wrap"
      dir="auto"
    >
      {text}
    </pre>
  );
}
