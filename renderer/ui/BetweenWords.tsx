import { Fragment } from 'react';

/** A name with many parts wraps after one of them, not within a word. */
export function BetweenWords({ name }: { readonly name: string }) {
  return name.split(/(?<=[._/-])/).map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name than their place
    <Fragment key={i}>
      {part}
      <wbr />
    </Fragment>
  ));
}
