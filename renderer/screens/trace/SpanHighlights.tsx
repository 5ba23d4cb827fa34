import type { ReactNode } from 'react';
import type { SpanDetail } from '../../../core/api/contract';
import { textOf } from '../../ui/attribute-text';
import { CopyButton } from '../../ui/CopyButton';
import { LongText } from '../../ui/LongText';

/** Attributes that answer "what did it do?" at once, in the order to read them. */
const TOLD_FIRST: readonly (readonly [key: string, title: string])[] = [
  ['db.query.text', 'Query'],
  ['db.statement', 'Query'],
  ['gen_ai.tool.call.arguments', 'Arguments'],
  ['gen_ai.tool.call.result', 'Result'],
];

/** Why a span failed and what it did, above its attributes. */
export function SpanHighlights({ span }: { readonly span: SpanDetail }) {
  const failed = span.status.code === 'error';
  const exception = span.events.findLast(({ name }) => name === 'exception');
  const told = TOLD_FIRST.flatMap(([key, title]) => {
    const attribute = span.attributes.find((candidate) => candidate.key === key);
    return attribute ? [{ key, title, text: textOf(attribute.value) }] : [];
  });
  return (
    <>
      {failed && <Failure message={span.status.message} exception={exception} />}
      {told.map(({ key, title, text }) => (
        <Block key={key} title={title} text={text}>
          <LongText text={text} />
        </Block>
      ))}
    </>
  );
}

function Failure({
  message,
  exception,
}: {
  readonly message: string;
  readonly exception: SpanDetail['events'][number] | undefined;
}) {
  const of = (key: string): string => {
    const attribute = exception?.attributes.find((candidate) => candidate.key === key);
    return attribute ? textOf(attribute.value) : '';
  };
  const told = of('exception.message');
  const type = of('exception.type');
  const stack = of('exception.stacktrace');
  // The status usually repeats the exception's message: said once.
  const lines = [message, told && !message.includes(told) ? `${type ? `${type}: ` : ''}${told}` : ''].filter(
    (line) => line !== '',
  );
  const text = lines.join('\n') || type || 'The span reports an error without a reason.';
  return (
    <Block title="Error" text={stack || text} error>
      <LongText text={text} />
      {stack !== '' && (
        <details className="mt-1.5">
          <summary className="cursor-pointer font-sans text-secondary">Stack trace</summary>
          <LongText text={stack} className="text-text" />
        </details>
      )}
    </Block>
  );
}

interface BlockProps {
  readonly title: string;
  readonly text: string;
  readonly error?: boolean;
  readonly children: ReactNode;
}

function Block({ title, text, error = false, children }: BlockProps) {
  return (
    <section className="px-3.5 pt-3 pb-1">
      <div className="mb-1.5 flex items-center justify-between">
        <h3 className="font-semibold">{title}</h3>
        <CopyButton text={text} label={`Copy the ${title.toLowerCase()}`} />
      </div>
      <div
        className={`max-h-[260px] overflow-auto rounded-md border p-2.5 font-mono text-sm leading-[19px] ${error ? 'border-error bg-error-ground text-error' : 'border-line'}`}
      >
        {children}
      </div>
    </section>
  );
}
